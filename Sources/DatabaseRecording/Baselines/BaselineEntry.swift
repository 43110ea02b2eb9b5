internal import DatabaseInstrumentation

/// One known finding, as a baseline keeps it: what is wrong, about what, in which test, in which function of the app.
///
/// Lines of source, counts and durations are no part of it, so that edits nearby and another machine do not make it new.
package struct BaselineEntry: Sendable, Hashable, Comparable {
  /// The test with the suites around it: `LibraryTests/AuthorTests.swift AuthorTests/listsAuthors(count:)`, and a hash of its arguments,
  /// ` [0123456789abcdef]`.
  package var test: String
  /// The name of the finding's kind.
  package var kind: String
  /// The relationship, else the fingerprints of the statements, else what was expected.
  package var subject: String
  /// The function of the app that issued the statements; empty where it is not known.
  package var function: String

  package init(test: String, kind: String, subject: String, function: String) {
    self.test = test
    self.kind = kind
    self.subject = subject
    self.function = function
  }

  /// The entry of a finding; `nil` for what a baseline must never hide: that nothing was seen, expectations that are
  /// written wrongly, and snapshots, which have a file and a switch of their own.
  package init?(_ finding: Finding, test: String) {
    switch finding.kind {
    case .blind, .invalidExpectation, .unusedIgnore, .snapshot: return nil
    default: break
    }
    self.init(
      test: test, kind: finding.kind.rawValue, subject: Self.subject(of: finding),
      function: finding.callSite?.function ?? "")
  }

  /// By test first, so that the lines of one test stand together.
  package static func < (a: BaselineEntry, b: BaselineEntry) -> Bool {
    for (left, right) in zip(a.fields, b.fields) where !left.utf8.elementsEqual(right.utf8) {
      return left.utf8.lexicographicallyPrecedes(right.utf8)
    }
    return false
  }

  var fields: [String] { [test, kind, subject, function] }

  /// The same as files have it that were recorded before: without the case of the test, without its suites, without both.
  package var older: [BaselineEntry] {
    let forms = [withoutCase, withoutSuites, withoutCase.withoutSuites]
    return forms.enumerated().filter { $1 != self && !forms[..<$0].contains($1) }.map(\.element)
  }

  /// The same for all cases of a test.
  package var withoutCase: BaselineEntry {
    var entry = self
    entry.test = Self.withoutCase(test)
    return entry
  }

  static func withoutCase(_ test: String) -> String {
    guard let space = test.lastIndex(of: " ") else { return test }
    let end = test[test.index(after: space)...]
    let isCase =
      end.utf8.count == 18 && end.first == "[" && end.last == "]" && end.dropFirst().dropLast().allSatisfy(\.isHexDigit)
    return isCase ? String(test[..<space]) : test
  }

  /// The same where the test's name has no suites, as files had it that were recorded before.
  package var withoutSuites: BaselineEntry {
    let parts = test.split(separator: " ", maxSplits: 1).map(String.init)
    // A parenthesis may hold anything; the suites stand before it.
    guard parts.count == 2, let slash = parts[1].prefix(while: { $0 != "(" }).lastIndex(of: "/") else { return self }
    var entry = self
    entry.test = "\(parts[0]) \(parts[1][parts[1].index(after: slash)...])"
    return entry
  }

  /// Of a statement that could not be prepared, whose text is not known, what the database said of it: else one entry would cover
  /// all of them.
  private static func fingerprint(of statement: ExecutedStatement) -> String {
    let isUnknown = statement.shape.normalizedSQL.isEmpty
    let problem = isUnknown ? statement.error.map { "\($0)" } ?? "" : ""
    let fingerprint = problem.isEmpty ? statement.shape.fingerprint : StatementShape(problem).fingerprint
    let digits = String(fingerprint, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func subject(of finding: Finding) -> String {
    if let relationship = finding.relationship { return relationship }
    if finding.kind != .count && !finding.statements.isEmpty {
      return Set(finding.statements.map(fingerprint)).sorted().joined(separator: ",")
    }
    // `Expected 2 queries, found 12.`: what was found may differ from run to run.
    return String(finding.headline.prefix { $0 != "," })
  }
}
