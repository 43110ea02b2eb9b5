internal import DatabaseInstrumentation

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
  /// Errors that the app catches count as well: leave an expected one out with ``ignoring(_:because:)``.
  public static var noFailures: Self {
    DatabaseExpectation(name: ".noFailures", needsQueries: true) { recording, ignored in
      Analysis(recording, ignoring: ignored).failures()
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
    return DatabaseExpectation(
      name: ".fails(\(count.source)\(on))", needsQueries: false, problem: count.problem,
      wantsNumber: count.allowsSome
    ) {
      recording, _ in
      let all = table.map { recording.statements.on($0) } ?? recording.statements
      guard !count.contains(all.failureCount) else { return [] }
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
