package import DatabaseInstrumentation
internal import DatabaseSupport

/// Clients of databases in the process of which nobody tells anything, in words.
package enum UnwatchedClients {
  static var lines: [String] {
    let clients = WatchedClients.unwatched
    guard !clients.isEmpty else { return [] }
    return ["  \(sentence(clients))."] + clients.map { "  fix: \(advice(for: $0))" }
  }

  private static func sentence(_ clients: [WatchedClients.Client]) -> String {
    let names = clients.map(\.name).joined(separator: " and ")
    return
      "\(names) \(clients.count == 1 ? "is" : "are") in this process and nothing watches \(clients.count == 1 ? "it" : "them")"
  }

  private static func advice(for client: WatchedClients.Client) -> String {
    WatchedClients.hasFluent
      ? "give Fluent's database a logger with a RecordingLogHandler (article Fluent)"
      : "tell of \(client.name)'s statements through an InstrumentedConnection (article Your own driver)"
  }

  /// What a suite is told whose tests all saw nothing, although there is something to see.
  ///
  /// - Parameter expectations: What stands on the suite.
  package static func finding(of suite: SuiteTally, expecting expectations: [DatabaseExpectation]) -> Finding? {
    let needing = expectations.filter { $0.needsQueries && !$0.allowsNoQueries }
    guard let first = needing.first, suite.recordings > 0, !suite.hasSeenStatements else { return nil }
    let clients = WatchedClients.unwatched
    guard !clients.isEmpty else { return nil }
    return Finding(
      kind: .blind,
      headline: """
        \(first.name) saw no statement in any of \(suite.recordings.counted("test")) of this suite, so it proves nothing: \
        \(sentence(clients)).
        """,
      details: clients.map { "  fix: \(advice(for: $0))" } + [
        "  or write \(first.name).allowingNoQueries where the suite is to send nothing"
      ])
  }
}
