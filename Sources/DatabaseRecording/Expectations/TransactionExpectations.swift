internal import DatabaseInstrumentation
internal import DatabaseSupport

extension DatabaseExpectation {
  /// How many transactions that write a scope commits.
  ///
  /// ```swift
  /// try expectDatabase(.flush(inserted: ["book": 1, "page": 12]), .commits(1)) { try library.publish(draft) }
  /// ```
  ///
  /// A statement that writes outside of any transaction is committed by itself and counts. Transactions without a statement
  /// that writes or defines something do not: reading in a transaction commits nothing.
  ///
  /// ```text
  /// Expected 1 commit, found 13.
  ///   12×  committed, autocommit: inserted page 1    #2 … #13
  ///        at Library.swift:44 in Library.publish(_:)
  ///   1×  committed, autocommit: inserted book 1    #1
  ///        at Library.swift:42 in Library.publish(_:)
  ///   fix: write them in one transaction
  /// ```
  ///
  /// - Parameter count: An integer or a range of integers.
  public static func commits(_ count: some ExpectedCount) -> Self {
    transactions("commits", count, nouns: ("commit", "commits"), overflow: \.commits) { transaction in
      transaction.outcome == .committed
    }
  }

  /// How many transactions that write a scope rolls back, by itself or because the database does.
  ///
  /// A statement outside of any transaction that fails is a failure and no rollback, and neither is going back to a
  /// savepoint. See ``commits(_:)``.
  ///
  /// - Parameter count: An integer or a range of integers.
  public static func rollbacks(_ count: some ExpectedCount) -> Self {
    transactions("rollbacks", count, nouns: ("rollback", "rollbacks"), overflow: \.rollbacks) { transaction in
      transaction.outcome == .rolledBack && transaction.mode != .autocommit
    }
  }

  private static func transactions(
    _ function: String, _ expected: some ExpectedCount, nouns: (String, String),
    overflow: @escaping @Sendable (TransactionTotals.Totals) -> Int,
    _ isCounted: @escaping @Sendable (RecordedTransaction) -> Bool
  ) -> Self {
    let expected = expected.expectedCount
    return DatabaseExpectation(
      name: ".\(function)(\(expected.source))", needsQueries: false, problem: expected.problem,
      wantsNumber: expected.allowsSome
    ) { recording, _ in
      if let unknown = UnknownTransactions(recording, expectation: ".\(function)").finding { return [unknown] }
      let all = recording.transactions
      let writing = all.filter { $0.writeCount > 0 || !$0.executed.isEmpty }
      let count =
        writing.filter { isCounted($0) && $0.transaction.endedInside }.count
        + overflow(recording.storage.evidence.writes.overflow)
      guard !expected.contains(count) else { return [] }
      var details = TransactionLines(recording) { $0.writeCount > 0 || !$0.executed.isEmpty }.lines
      let reading = all.count - writing.count
      if reading > 0 { details.append("  \(reading.counted("transaction")) without a write not counted.") }
      if count == 0 { details += Unseen(recording).lines }
      if expected.allowsSome, expected.isExceeded(by: count) {
        details += FixtureNote(recording).lines
        let ofTheirOwn = writing.count { isCounted($0) && $0.mode == .autocommit }
        if ofTheirOwn > 1 { details.append("  fix: \(Analysis.fixOfAutocommits)") }
      }
      return [
        Finding(
          kind: .count,
          headline:
            "Expected \(expected) \(expected.noun(nouns.0, nouns.1)), found \(count == 0 ? "none" : String(count)).",
          details: details, count: count, isFinal: expected.isExceeded(by: count))
      ]
    }
  }

  /// Several writes run in transactions, and not each with a commit of its own.
  ///
  /// Two inserts, updates or deletes outside of any transaction break it; one alone needs none.
  ///
  /// ```text
  /// Expected writes in transactions, found 12 outside, each with a commit of its own.
  ///   12×  INSERT INTO page(book, text) VALUES (?, ?)    24 ms, 2.0 ms each with its commit    #2 … #13
  ///        at Library.swift:44 in Library.publish(_:)
  ///   fix: write them in one transaction
  /// ```
  public static var writesInTransactions: Self {
    DatabaseExpectation(name: ".writesInTransactions", needsQueries: true, needs: .autocommitWrites) {
      recording, ignored in
      if let unknown = UnknownTransactions(recording, expectation: ".writesInTransactions").finding { return [unknown] }
      return Analysis(recording, ignoring: ignored).autocommitWrites()
    }
  }

  /// No rows are inserted one by one with one statement in a loop.
  ///
  /// ```text
  /// Expected batched inserts, found 12 inserts into page, one row at a time.
  ///   12×  INSERT INTO page(book, text) VALUES (?, ?)    0.1 ms, 204 steps    #2 … #13
  ///        at Library.swift:44 in Library.publish(_:)
  ///   fix: insert many rows with one statement: VALUES (…), (…)
  /// ```
  ///
  /// Two inserts of one shape from one line are a loop. Where a part of the call stack is missing and they
  /// ran in different accesses, nothing is reported; of those that a driver, a span or a log message tells of the expectation says that
  /// it cannot be checked.
  public static var batchedInserts: Self {
    DatabaseExpectation(name: ".batchedInserts", needsQueries: true, needs: .rowByRowInserts) { recording, ignored in
      let analysis = Analysis(recording, ignoring: ignored)
      let found = analysis.rowByRowInserts(threshold: 2)
      return found.isEmpty ? UnknownRepeats(analysis, of: ".batchedInserts").ofInserts : found
    }
  }

  /// Every transaction that begins in the scope also ends in it.
  ///
  /// ```text
  /// Expected no open transactions, found 1.
  ///   #1 BEGIN IMMEDIATE on library.sqlite (2) was never ended
  ///        at Library.swift:42 in Library.publish(_:)
  ///        not committed: inserted book 1
  ///   fix: COMMIT or ROLLBACK it on every path, also when an error is thrown
  /// ```
  public static var closedTransactions: Self {
    DatabaseExpectation(name: ".closedTransactions", needsQueries: false) { recording, _ in
      if let unknown = UnknownTransactions(recording, expectation: ".closedTransactions").finding { return [unknown] }
      return Analysis(recording).openTransactions()
    }
  }
}
