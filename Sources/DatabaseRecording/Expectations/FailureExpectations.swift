internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseSupport

extension DatabaseExpectation {
  /// No statement fails, and none fails to be prepared.
  ///
  /// ```text
  /// Expected no failed statements, found 1: UNIQUE constraint failed: book.isbn (2067).
  ///   1×  INSERT INTO book (isbn) VALUES (?)    0.1 ms, 12 steps    #4
  ///        failed: UNIQUE constraint failed: book.isbn (2067)
  ///        at Library.swift:61 in Library.publish(_:)
  /// ```
  ///
  /// Errors that the app catches count as well: leave an expected one out with ``ignoring(_:because:)``. A log message does not
  /// tell whether its statement failed: where nothing else does, the expectation fails and says so.
  public static var noFailures: Self {
    DatabaseExpectation(name: ".noFailures", needsQueries: true) { recording, ignored in
      let found = Analysis(recording, ignoring: ignored).failures()
      return found.isEmpty ? UnknownEndings(recording, of: ".noFailures", ignoring: ignored).findings : found
    }
  }

  /// So many statements fail: for a test of what happens then.
  ///
  /// ```text
  /// Expected 1 failed statement, found none.
  ///   what ran, without failing:
  ///   1×  SELECT * FROM author    #1
  /// ```
  ///
  /// A test that expects a failure writes this instead of ``noFailures``.
  ///
  /// - Parameters:
  ///   - count: An integer or a range of integers.
  ///   - table: Count only the statements that read or write this table.
  public static func fails(_ count: some ExpectedCount, on table: String? = nil) -> Self {
    let count = count.expectedCount
    let on = table.map { ", on: \"\($0)\"" } ?? ""
    let name = ".fails(\(count.source)\(on))"
    return DatabaseExpectation(
      name: name, needsQueries: false, problem: count.problem, wantsNumber: count.allowsSome
    ) {
      recording, _ in
      let all = table.map { recording.statements.on($0) } ?? recording.statements
      let unknown = UnknownEndings(recording, of: name, on: table)
      let possible = all.failureCount...(all.failureCount + unknown.count)
      let allowed = possible.count { count.contains($0) }
      if allowed == possible.count { return [] }
      if allowed > 0 { return unknown.findings }
      let found = all.filter { $0.error != nil }
      let number = all.failureCount == 0 ? "none" : String(all.failureCount)
      let on = table.map { " on \($0)" } ?? ""
      return [
        Finding(
          kind: .failure,
          headline: "Expected \(count) failed \(count.noun("statement", "statements"))\(on), found \(number).",
          details: ShapeLines(found, in: recording, showsErrors: true).lines
            + (all.failureCount == 0
              ? InsteadLines(all.countsByShape, title: "what ran, without failing").lines : []),
          count: all.failureCount,
          callSite: found.first?.callSite, statements: found, isFinal: count.isExceeded(by: all.failureCount))
      ]
    }
  }
}

/// Statements of which nobody told how they ended.
private struct UnknownEndings {
  let count: Int
  private let expectation: String
  private let lines: [String]

  init(_ recording: Recording, of expectation: String, on table: String? = nil, ignoring ignored: ShapeSet = ShapeSet())
  {
    self.expectation = expectation
    let evidence = recording.storage.evidence
    guard evidence.connections.contains(where: \.isOfLog) else {
      (count, lines) = (0, [])
      return
    }
    let all = table.map { recording.statements.on($0) } ?? recording.statements
    let unknown = all.filter { $0.record.flags.contains(.fromLog) && !ignored.contains($0.shape) }
    let dropped = all.onlyCounted.filter { entry in
      evidence.connections[Int(entry.connection)].isOfLog && !ignored.contains(evidence.shape(of: entry))
    }
    count = dropped.reduce(unknown.count) { $0 + $1.statements.count }
    lines = unknown.isEmpty ? [] : ShapeLines(unknown, in: recording).lines
  }

  var findings: [Finding] {
    guard count > 0 else { return [] }
    return [
      Finding(
        kind: .blind,
        headline: """
          \(expectation) cannot be checked: of \(count.counted("statement")) only a log message tells, which does not say whether \
          \(count == 1 ? "it" : "they") failed.
          """,
        details: lines + [
          "  fix: have the client's hooks or spans tell as well, or assert the error that the app throws"
        ], count: count)
    ]
  }
}
