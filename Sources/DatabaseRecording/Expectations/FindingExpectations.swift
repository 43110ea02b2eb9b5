internal import DatabaseInstrumentation

extension DatabaseExpectation {
  /// No related rows are loaded one parent at a time.
  ///
  /// ```swift
  /// @Suite(.database(.noNPlusOne))
  /// struct AuthorListTests { … }
  /// ```
  ///
  /// It fails when one query runs for at least two different keys of a relationship, in a loop, after a query on the other
  /// table that returned at least two rows; and, where no such query is known, when one lookup runs in a loop for five
  /// different keys or more. Lookups written on different lines are not a loop. Writes are no N+1.
  ///
  /// The call stack goes on with the functions that await and with the code that created the task. Where a part of it is missing,
  /// as behind a callback or on a platform that does not tell, a loop cannot be told from several lines, nor one where a server
  /// or the test's own tasks stand in between from several requests: there it takes one lookup for every row of the other query,
  /// and without such a query nothing is reported.
  ///
  /// ```text
  /// Expected no N+1 queries, found 1: 11 of 12 queries load book.authorId one author at a time.
  ///   11×  SELECT * FROM book WHERE authorId = ?    lazy, 11 distinct keys, 1.9 ms, 187 steps    #2 … #12
  ///        at Library.swift:42 in Library.authorsWithBooks()
  ///        after #1 SELECT * FROM author, which returned 11 rows, at Library.swift:40
  ///   fix: load them together: Author.including(all: Author.books)
  ///   1 other query: #1. Not counted: 2 transaction.
  /// ```
  public static var noNPlusOne: Self { noNPlusOne(name: ".noNPlusOne", threshold: 2) }

  /// No related rows are loaded one parent at a time, for at least `threshold` parents.
  ///
  /// - Parameter threshold: Different keys from which on it is an N+1, 2 or more. See ``noNPlusOne``.
  public static func noNPlusOne(threshold: Int) -> Self {
    noNPlusOne(name: ".noNPlusOne(threshold: \(threshold))", threshold: threshold)
  }

  private static func noNPlusOne(name: String, threshold: Int) -> Self {
    let problem = threshold < 2 ? "a threshold of \(threshold) would call any lookup an N+1; write 2 or more." : nil
    return DatabaseExpectation(
      name: name, needsQueries: true, problem: problem, needs: .repetitions(threshold: threshold)
    ) {
      recording, ignored in
      let analysis = Analysis(recording, threshold: threshold, ignoring: ignored)
      return RepetitionReport(analysis: analysis, repetitions: analysis.repetitions()).findings
    }
  }

  /// No query runs again from the same place with the same parameters while nothing was written to its tables.
  ///
  /// ```text
  /// Expected no duplicate queries, found 1: one query ran 3 times with the same parameters.
  ///   3×  SELECT * FROM setting WHERE key = ?    same parameters, 0.1 ms, 21 steps    #2, #5, #7
  ///        at Settings.swift:12 in Settings.value(for:)
  ///        with nothing written to setting in between
  ///   fix: keep the first result, or ask once before the loop
  /// ```
  ///
  /// Statements that ``noNPlusOne`` would report are not reported again. A loop that awaits, and whose answer changed at some time,
  /// waits for it. Where a part of the call stack is missing, queries of different accesses are not compared. Where a driver, a span or
  /// a log message tells of queries and neither their values nor their place is known, the expectation fails and says so.
  public static var noDuplicateQueries: Self {
    DatabaseExpectation(name: ".noDuplicateQueries", needsQueries: true, needs: .duplicates) { recording, ignored in
      let analysis = Analysis(recording, ignoring: ignored)
      let found = DuplicateReport(
        analysis: analysis, duplicates: analysis.duplicates(besides: analysis.repetitions())
      ).findings
      return found.isEmpty ? UnknownRepeats(analysis, of: ".noDuplicateQueries").ofQueries : found
    }
  }
}
