import DatabaseTesting
import TestSupport
import Testing

/// What happens to connections and pools after a recording was made does not change it.
@Suite struct FinishedRecordingTests {
  @Test func aConnectionThatIsNamedAndClosedLater() throws {
    let (recording, database) = try opened()
    let handle = try #require(database.handle)
    try SQLiteInstrumentor.instrument(handle, name: "archive")
    database.close()
    #expect(recording.connections.map(\.name) == [":memory:"])
    #expect(recording.statements.first?.connection.name == ":memory:")
    #expect(recording.openedConnections.map(\.isOpen) == [true])
    #expect(recording.check(.closedConnections).count == 1)
  }

  private func opened() throws -> (Recording, SQLiteDatabase) {
    var database: SQLiteDatabase?
    let recording = try recordDatabase {
      database = try SQLiteDatabase()
      try database?.rows("SELECT 1")
    }
    return (recording, try #require(database))
  }

  @Test func aTransactionThatIsCommittedLater() throws {
    let database = try SQLiteDatabase()
    try database.execute("CREATE TABLE t (a)")
    let recording = try recordDatabase { try database.execute("BEGIN; INSERT INTO t VALUES (1)") }
    let before = recording.transactions.map(\.description)
    try database.execute("INSERT INTO t VALUES (1); COMMIT")
    #expect(recording.transactions.map(\.description) == before)
    #expect(recording.transactions.map(\.outcome) == [.open])
    #expect(recording.check(.closedTransactions).count == 1)
  }

  @Test func aLeaseThatComesBackLater() throws {
    let pool = stubPool()
    var lease: FakePool<Stub>.Lease?
    let recording = try recordDatabase { lease = try pool.checkoutImmediately() }
    let findings = recording.check(.noLeaks).map(\.message)
    #expect(findings.count == 1)
    let held = try #require(recording.leases.first)
    #expect(held.state == .leased)
    try lease?.checkin()
    try pool.withConnectionImmediately { _ in }
    #expect(recording.check(.noLeaks).map(\.message) == findings)
    #expect(recording.check(.peakLeases(1)).isEmpty)
    #expect(recording.leases.map(\.state) == [.leased])
    #expect(recording.poolEvents.map(\.kind.name).contains("checkin") == false)
  }

  @Test func aPoolThatIsAskedLaterStaysUnused() throws {
    var pool: FakePool<Stub>?
    let recording = recordDatabase { pool = stubPool() }
    try pool?.withConnectionImmediately { _ in }
    #expect(recording.check(.noLeaks).map(\.kind) == [.blind])
  }

  /// A leak that the recording does not have is none that comes later.
  @Test func aLeaseThatWasReturnedIsNoLeak() throws {
    let pool = stubPool()
    let recording = try recordDatabase { try pool.withConnectionImmediately { _ in } }
    let later = try pool.checkoutImmediately()
    #expect(recording.check(.noLeaks, .balancedCheckouts).isEmpty)
    try later.checkin()
  }
}
