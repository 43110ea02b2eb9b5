internal import DatabaseInstrumentation

/// How an expectation is made of others.
enum Composition: Sendable {
  indirect case not(DatabaseExpectation)
  case any([DatabaseExpectation])
  case all([DatabaseExpectation])
}

extension DatabaseExpectation {
  /// The opposite: holds where the expectation does not.
  ///
  /// For a test that pins a fault until it is repaired:
  ///
  /// ```swift
  /// try expectDatabase(.noNPlusOne.not) { try library.slowReport() }     // fails as soon as somebody repairs it
  /// ```
  ///
  /// ```text
  /// Expected .noNPlusOne not to hold, but it holds.
  ///   fix: the fault is gone: remove the .not
  /// ```
  ///
  /// Where nothing can be concluded from the recording, it fails as the expectation itself does; so it does where no query was
  /// seen, whatever it is the opposite of, unless ``allowingNoQueries`` says that this is right.
  public var not: DatabaseExpectation {
    if case .not(let inner) = composition { return inner }
    return DatabaseExpectation("\(name).not", .not(self))
  }

  /// At least one of them holds.
  ///
  /// ```swift
  /// .any(of: [.queries(1), .loads(.selectIn, of: "book.authorId", 1)])
  /// ```
  ///
  /// ```text
  /// Expected one of .queries(1), .noQueries to hold, none does.
  ///   .queries(1): Expected 1 query, found 3.
  ///   .noQueries: Expected no queries, found 3.
  /// ```
  ///
  /// One that can conclude nothing from the recording does not hold.
  public static func any(of expectations: [DatabaseExpectation]) -> Self {
    DatabaseExpectation(".any(of: [\(expectations.map(\.name).joined(separator: ", "))])", .any(expectations))
  }

  /// All of them hold: a name for several.
  ///
  /// ```swift
  /// extension DatabaseExpectation {
  ///   static var frugal: Self { .all(of: [.noNPlusOne, .queries(...5), .noFailures]) }
  /// }
  /// ```
  public static func all(of expectations: [DatabaseExpectation]) -> Self {
    DatabaseExpectation(".all(of: [\(expectations.map(\.name).joined(separator: ", "))])", .all(expectations))
  }

  private init(_ name: String, _ composition: Composition) {
    self.init(name: name, needsQueries: false, problem: composition.problem) { _, _ in [] }
    self.composition = composition
  }

  func mapParts(_ transform: (DatabaseExpectation) -> DatabaseExpectation) -> DatabaseExpectation {
    switch composition {
    case .not(let inner): transform(inner).not
    case .any(let parts): .any(of: parts.map(transform))
    case .all(let parts): .all(of: parts.map(transform))
    case nil: self
    }
  }
}

extension Composition {
  /// What makes one of the parts uncheckable makes the whole.
  var problem: String? {
    switch self {
    case .not(let inner): inner.problem
    case .any(let parts) where parts.isEmpty: "there is no expectation in it."
    case .any(let parts), .all(let parts):
      parts.lazy.compactMap { part in part.problem.map { "\(part.name): \($0)" } }.first
    }
  }

  private func allowsNoQueries(_ expectation: DatabaseExpectation) -> Bool {
    switch expectation.composition {
    case .not(let inner): allowsNoQueries(inner)
    case .any(let parts), .all(let parts): parts.allSatisfy(allowsNoQueries)
    case nil: expectation.allowsNoQueries
    }
  }

  func findings(in recording: Recording, isInherited: Bool) -> [Finding] {
    switch self {
    case .all(let parts):
      return parts.flatMap { $0.findings(in: recording, isInherited: isInherited) }
    case .any(let parts):
      let results = parts.map { (name: $0.name, findings: $0.findings(in: recording, isInherited: isInherited)) }
      if results.contains(where: { $0.findings.isEmpty }) { return [] }
      return [
        Finding(
          kind: .composed,
          headline: "Expected one of \(results.map(\.name).joined(separator: ", ")) to hold, none does.",
          details: results.flatMap { result in
            result.findings.flatMap { finding in
              let lines = finding.message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
              return ["  \(result.name): \(lines[0])"] + lines.dropFirst().map { "  \($0)" }
            }
          })
      ]
    case .not(let inner):
      if recording.queries.isEmpty && !allowsNoQueries(inner) {
        return isInherited ? [] : [BlindReport(recording, expectation: "\(inner.name).not").sawNothing]
      }
      let found = inner.findings(in: recording, isInherited: isInherited)
      let inconclusive = found.filter { [.blind, .invalidExpectation, .unusedIgnore].contains($0.kind) }
      if !inconclusive.isEmpty { return inconclusive }
      if !found.isEmpty { return [] }
      // Written for a suite, it is silent where the expectation itself is.
      if isInherited, inner.findings(in: recording, isInherited: false).contains(where: { $0.kind == .blind }) {
        return []
      }
      return [
        Finding(
          kind: .composed, headline: "Expected \(inner.name) not to hold, but it holds.",
          details: ["  fix: the fault is gone: remove the .not"])
      ]
    }
  }
}
