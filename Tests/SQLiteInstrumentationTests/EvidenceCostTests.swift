import DatabaseInstrumentation
import DatabaseTesting
import Dispatch
import TestSupport
import Testing

/// What the end of a scope costs follows what the scope did, not what ran in its tree before: counted in things that were
/// looked at, not in time.
@Suite struct EvidenceCostTests {
  /// What a tree has in each of its inner recordings.
  enum Work: CaseIterable {
    case connections, oneConnection, transactions, failures, lostTasks, leases, nestedRecordings

    func run(_ count: Int) throws -> (looks: Int, recording: Recording) {
      let shared = try withoutDatabaseRecording { try SQLiteDatabase() }
      try withoutDatabaseRecording { try shared.execute("CREATE TABLE t (a)") }
      let monitor = PoolMonitor(name: "pool", size: 1)
      let connection = monitor.observer.connected()
      var looks = 0
      let recording = try recordDatabase {
        for _ in 0..<count {
          let inner = try recordDatabase { try once(shared, monitor, connection) }
          guard !inner.statements.isEmpty || self == .leases || self == .lostTasks else { throw Missing() }
        }
        looks = RecordingScope.current?.store.looks ?? 0
      }
      return (looks, recording)
    }

    private func once(_ shared: SQLiteDatabase, _ monitor: PoolMonitor, _ connection: Int) throws {
      switch self {
      case .connections: try SQLiteDatabase().rows("SELECT 1")
      case .oneConnection: try shared.rows("SELECT 1")
      case .transactions: try shared.execute("BEGIN; INSERT INTO t VALUES (1); COMMIT")
      case .failures: #expect(throws: (any Error).self) { try shared.rows("SELECT missing FROM t") }
      case .lostTasks:
        let database = try SQLiteDatabase()
        let queue = DispatchQueue(label: "lost")
        queue.async { _ = try? database.rows("SELECT 1") }
        queue.sync {}
        try database.rows("SELECT 2")
      case .leases: monitor.observer.checkedIn(monitor.observer.checkedOut(connection))
      case .nestedRecordings:
        for _ in 0..<2 { _ = try recordDatabase { try SQLiteDatabase().rows("SELECT 1") } }
      }
    }
  }

  private struct Missing: Error {}

  @Test(arguments: Work.allCases) func isLinearInTheScopes(work: Work) throws {
    let (few, many) = (try work.run(60).looks, try work.run(240).looks)
    #expect(few > 0)
    // Four times the scopes; sixteen times the looks if each looked at those before it.
    #expect(many <= 5 * few, "\(few) looks for 60 scopes, \(many) for 240")
  }

  /// The outermost recording has all of it, in order.
  @Test(arguments: Work.allCases) func theOuterOneHasAll(work: Work) throws {
    let recording = try work.run(20).recording
    let each =
      switch work {
      case .connections, .oneConnection, .failures: 1
      case .transactions: 3
      case .lostTasks, .nestedRecordings: 2
      case .leases: 0
      }
    #expect(recording.statements.count == 20 * each)
    #expect(recording.statements.map(\.number) == Array((0..<20 * each).map { $0 + 1 }))
  }
}
