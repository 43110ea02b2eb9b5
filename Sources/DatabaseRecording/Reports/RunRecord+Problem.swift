internal import DatabaseInstrumentation
internal import DatabaseSupport

extension RunRecord.Problem {
  /// A finding as it may stand in a file.
  ///
  /// - Parameters:
  ///   - finding: What was found.
  ///   - recording: Where it was found.
  ///   - folder: Paths below it are kept, relative to it; others tell of the machine, and are left out.
  package init(_ finding: Finding, in recording: Recording, folder: String? = nil) {
    self.init(
      kind: finding.kind.rawValue, headline: Self.headline(of: finding, in: recording), count: finding.count,
      relationship: finding.relationship, site: finding.callSite?.description,
      statements: finding.statements.map(\.number),
      path: finding.callSite?.filePath.flatMap { Self.relative($0, to: folder) }, parent: finding.parentStatement,
      fix: finding.kind.isOfThePackage ? finding.fix : nil, stack: RunRecord.Frame.frames(of: finding, in: recording))
  }

  /// What failed and is no expectation on the database: an assertion of the test, an error that it threw.
  ///
  /// - Parameters:
  ///   - text: One sentence, without what the assertion or the error says: that may quote values.
  ///   - filePath: Where it failed, if that is known.
  ///   - line: From 1.
  package init(ofTest text: String, filePath: String?, line: Int?, folder: String? = nil) {
    let name = filePath.flatMap { $0.split(separator: "/").last }
    self.init(
      kind: Finding.Kind.ofTest.rawValue, headline: text, count: 1,
      site: name.map { name in line.map { "\(name):\($0)" } ?? String(name) }, statements: [],
      path: filePath.flatMap { Self.relative($0, to: folder) })
  }

  /// Texts of errors come from the database, those of an expectation of one's own from its author, and what cannot be checked quotes
  /// what was written: all of them may hold values.
  private static func headline(of finding: Finding, in recording: Recording) -> String {
    switch finding.kind {
    case .failure:
      let name = finding.statements.first.flatMap { statement in
        statement.error.map { ErrorName.text(of: $0.status, system: statement.connection.system) }
      }
      return "\(finding.count.counted("statement")) failed\(name.map { ": \($0)" } ?? "")."
    case .composed: return "An expectation that is made of others does not hold."
    case .invalidExpectation: return "An expectation cannot be checked as it is written."
    case .blind: return "An expectation cannot be checked, since nothing was seen, or not all of it."
    default:
      return finding.kind.isOfThePackage
        ? finding.headline : "\(finding.kind.title.prefix(60)): an expectation does not hold."
    }
  }

  private static func relative(_ path: String, to folder: String?) -> String? {
    guard let folder, !folder.isEmpty, folder != "/" else { return nil }
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    guard path.hasPrefix(prefix) else { return nil }
    let rest = path.dropFirst(prefix.count)
    return rest.split(separator: "/").contains("..") ? nil : String(rest)
  }
}

extension Finding {
  private var lines: [Substring] { message.split(separator: "\n") }

  /// What to do, as it stands below its evidence.
  var fix: String? {
    let mark = "fix: "
    guard let line = lines.dropFirst().last(where: { $0.drop { $0 == " " }.hasPrefix(mark) }) else { return nil }
    return String(line.drop { $0 == " " }.dropFirst(mark.count))
  }

  /// `after #2 SELECT * FROM author, which returned 11 rows`.
  var parentStatement: Int? {
    let mark = "after #"
    guard let line = lines.dropFirst().first(where: { $0.drop { $0 == " " }.hasPrefix(mark) }) else { return nil }
    return Int(line.drop { $0 == " " }.dropFirst(mark.count).prefix { $0.isASCII && $0.isNumber })
  }
}
