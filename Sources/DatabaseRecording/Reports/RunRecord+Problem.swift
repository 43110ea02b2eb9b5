internal import DatabaseInstrumentation
package import DatabaseRunRecords
internal import DatabaseSupport

extension RunRecord.Problem {
  /// A finding as it may stand in a file.
  ///
  /// - Parameters:
  ///   - finding: What was found.
  ///   - recording: Where it was found.
  ///   - folder: Paths below it are kept, relative to it; others tell of the machine, and are left out.
  package init(_ finding: Finding, in recording: Recording, folder: String? = nil) {
    let site = finding.callSite ?? finding.mostFrequentSite
    let statements = finding.kind == .leak ? finding.lastStatement(in: recording) : finding.statements
    self.init(
      kind: finding.kind.rawValue, headline: Self.headline(of: finding, in: recording), count: finding.count,
      relationship: finding.relationship, site: site?.description, statements: statements.map(\.number),
      path: site?.filePath.flatMap { Self.relative($0, to: folder) }, parent: finding.parentStatement,
      fix: finding.kind.inRecords.isOfThePackage ? finding.fix ?? finding.kind.generalFix : nil,
      stack: RunRecord.Frame.frames(of: finding, at: site, in: recording))
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
      kind: ProblemKind.ofTest.name, headline: text, count: 1,
      site: name.map { name in line.map { "\(name):\($0)" } ?? String(name) }, statements: [],
      path: filePath.flatMap { Self.relative($0, to: folder) })
  }

  /// Texts of errors come from the database, those of an expectation of one's own from its author, and what cannot be checked quotes
  /// what was written: all of them may hold values.
  private static func headline(of finding: Finding, in recording: Recording) -> String {
    switch finding.kind {
    case .failure:
      let name = finding.statements.first.flatMap { statement in
        statement.error.map { ErrorName.text(of: $0.status, system: statement.connection.system.rawValue) }
      }
      return "\(finding.count.counted("statement")) failed\(name.map { ": \($0)" } ?? "")."
    case .composed: return "An expectation that is made of others does not hold."
    case .invalidExpectation: return "An expectation cannot be checked as it is written."
    case .blind: return "An expectation cannot be checked, since nothing was seen, or not all of it."
    default:
      return finding.kind.inRecords.isOfThePackage
        ? finding.headline : "\(finding.kind.inRecords.title.prefix(60)): an expectation does not hold."
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

extension Finding.Kind {
  /// What to do where the message has no words for it.
  fileprivate var generalFix: String? {
    switch self {
    case .failure: "mend the statement or what it writes, or write .fails(1) where the failure is meant"
    case .count, .text: "send what is expected, or expect what is sent"
    case .cost: "read less, by an index or a narrower query, or allow as much"
    default: nil
    }
  }
}

extension Finding {
  /// The line that sent the statement which it is about most often; `nil` where no statement is known, or no line.
  fileprivate var mostFrequentSite: CallSite? {
    let shapes = Dictionary(grouping: statements.indices) { statements[$0].shape }
    let most = shapes.values.max { ($0.count, $1[0]) < ($1.count, $0[0]) }
    return most.flatMap { statements[$0[0]].callSite }
  }

  /// The last one of the lease that it is about.
  fileprivate func lastStatement(in recording: Recording) -> [ExecutedStatement] {
    let lease = recording.leases.first { ObjectIdentifier($0.entry) == subject }
    return lease.map { recording.statements(in: $0).suffix(1) } ?? []
  }

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
