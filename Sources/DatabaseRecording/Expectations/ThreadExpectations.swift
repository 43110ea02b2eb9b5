internal import DatabaseInstrumentation
internal import DatabaseSupport

extension DatabaseExpectation {
  /// No query runs on the main thread or the main actor, where it would keep the user interface waiting.
  ///
  /// ```text
  /// Expected no queries on the main thread, found 2.
  ///   2×  SELECT * FROM author    #1, #3
  ///        at AuthorList.swift:17 in AuthorList.body
  ///   fix: await an asynchronous read of the database
  /// ```
  ///
  /// Whatever thread the main actor has: on Linux it may be any. Code of a test that is isolated to the main actor runs there itself; so
  /// does `setUp` of XCTest.
  public static var noMainThreadQueries: Self {
    threads(
      ".noMainThreadQueries", .mainThreadQuery, "no queries on the main thread",
      fix: "await an asynchronous read of the database", counted: \.onMainThread
    ) { $0.isMainThread }
  }

  /// No query makes a thread wait that other tasks need: one of Swift's cooperative pool, or an event loop of NIO.
  ///
  /// ```text
  /// Expected no queries that block a shared thread, found 1.
  ///   1×  SELECT * FROM author    #1
  ///        at Routes.swift:17 in authors(_:)
  ///   fix: await an asynchronous read, or send the work to a thread of its own
  /// ```
  ///
  /// A query of SQLite blocks where it runs inside of a task, as it does when an asynchronous function calls a synchronous one
  /// of the database; work that a database library sends to a queue or thread of its own does not, nor does that of an actor
  /// with an executor of its own, or of a task that prefers another one. Swift Testing runs synchronous tests inside of a task
  /// too. What other drivers send waits for the network without a thread, and is never reported.
  public static var noBlockingQueries: Self {
    threads(
      ".noBlockingQueries", .blockingQuery, "no queries that block a shared thread",
      fix: "await an asynchronous read, or send the work to a thread of its own", counted: \.onSharedThread
    ) { $0.isSharedThread }
  }

  private static func threads(
    _ name: String, _ kind: Finding.Kind, _ what: String, fix: String,
    counted: @escaping @Sendable (DroppedStatements) -> UInt32,
    _ isIncluded: @escaping @Sendable (ExecutionContext) -> Bool
  ) -> Self {
    DatabaseExpectation(name: name, needsQueries: true) { recording, ignored in
      let queries = Array(recording.queries)
      let counts = recording.queries.onlyCounted
      let isKnown =
        queries.contains { $0.executionContext.threadID != 0 } || counts.contains { $0.statements.withThread > 0 }
      guard isKnown || queries.isEmpty && counts.isEmpty else {
        return [
          Finding(
            kind: .blind,
            headline:
              "\(name) cannot be checked: the threads of \(recording.queries.count.counted("query", plural: "queries")) are unknown.",
            details: ["  fix: only SQLite's own hooks and those of drivers tell threads; spans do not"])
        ]
      }
      let found = queries.filter { !ignored.contains($0.shape) && isIncluded($0.executionContext) }
      let evidence = recording.storage.evidence
      let hidden = counts.filter { !ignored.contains(evidence.shape(of: $0)) }.reduce(0) {
        $0 + Int(counted($1.statements))
      }
      let uncertain = queries.filter { !ignored.contains($0.shape) && $0.executionContext.isUncertain }
      if found.isEmpty, hidden == 0, !uncertain.isEmpty {
        return [
          Finding(
            kind: .blind,
            headline:
              """
              \(name) cannot be checked: where \(uncertain.count.counted("query", plural: "queries")) ran is unknown, since this \
              version of Swift's runtime is.
              """,
            details: ["  fix: leave the expectation out with this version of Swift, and report the version"])
        ]
      }
      guard found.count + hidden > 0 else { return [] }
      let note =
        hidden == 0 ? [] : ["  \(hidden) of them past the first \(evidence.records.count.counted("statement"))"]
      return [
        Finding(
          kind: kind, headline: "Expected \(what), found \(found.count + hidden).",
          details: ShapeLines(found, in: recording).lines + note + ["  fix: \(fix)"], count: found.count + hidden,
          callSite: found.first?.callSite, statements: found)
      ]
    }
  }
}
