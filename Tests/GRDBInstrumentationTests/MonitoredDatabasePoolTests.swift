import DatabaseSupport

#if GRDB
  import CSQLiteForTests
  import DatabaseTesting
  import GRDB
  import GRDBInstrumentation
  import TestSupport
  import Testing

  private final class Arrivals: Sendable {
    let count = Locked(0)
  }

  @Suite struct MonitoredDatabasePoolTests {
    private let file: TemporaryFile
    private let pool: MonitoredDatabasePool

    init() throws {
      let file = try TemporaryFile("library.sqlite")
      var configuration = Configuration()
      configuration.maximumReaderCount = 3
      self.file = file
      pool = try MonitoredDatabasePool(path: file.path, configuration: configuration, name: "library")
      try withoutDatabaseRecording {
        try pool.write { try $0.execute(sql: "CREATE TABLE t (a); INSERT INTO t VALUES (1)") }
      }
    }

    @Test func anAccessIsALease() async throws {
      let line = #line + 1
      let during = try await pool.read { db in
        (pool.readers.outstandingLeases, try Int.fetchOne(db, sql: "SELECT a FROM t"))
      }
      #expect(during.1 == 1)
      #expect(during.0.map(\.callSite?.line) == [line])
      #expect(try await pool.read { try Int.fetchOne($0, sql: "SELECT a FROM t") } == 1)
      #expect(pool.readers.statistics.leased == 0)
      #expect(pool.readers.count(of: .checkout) == 2)
      #expect(pool.readers.count(of: .checkin) == 2)
      #expect(pool.readers.size == 3)
      #expect(pool.peakReaders == 1)
    }

    @Test func readersAreCountedWhileTheyAreOut() async throws {
      let arrivals = Arrivals()
      let pool = pool
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 1...3 {
          group.addTask {
            try await pool.read { _ in
              arrivals.count.withLock { $0 += 1 }
              // All three are inside before one leaves: GRDB has as many readers.
              while arrivals.count.withLock({ $0 }) < 3 {}
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(pool.peakReaders == 3)
      #expect(pool.readers.connections.count == 3)
      #expect(pool.readers.statistics.idle == 3)
    }

    @Test func writesAreTheWriters() async throws {
      try await pool.write { try $0.execute(sql: "INSERT INTO t VALUES (2)") }
      try await pool.writeWithoutTransaction { try $0.execute(sql: "INSERT INTO t VALUES (3)") }
      #expect(pool.writer.connections.count == 1)
      #expect(pool.writer.count(of: .checkout) == 3)
      #expect(pool.readers.eventCount == 0)
    }

    @Test func anErrorOfTheBodyGivesTheConnectionBack() async throws {
      #expect(throws: DatabaseError.self) { try pool.read { try $0.execute(sql: "SELECT * FROM nothing") } }
      await #expect(throws: DatabaseError.self) { try await pool.write { try $0.execute(sql: "nonsense") } }
      #expect(pool.readers.statistics.leased == 0 && pool.readers.statistics.waiting == 0)
      #expect(pool.writer.statistics.leased == 0)
    }

    /// The one writer is out: the next write has to wait, and the first had not.
    @Test func onlyAnAccessThatWaitsIsSaidToWait() async throws {
      let pool = pool
      let before = pool.writer.count(of: .waitBegan)
      try await pool.write { try $0.execute(sql: "INSERT INTO t VALUES (2)") }
      _ = try await pool.read { try Int.fetchOne($0, sql: "SELECT a FROM t") }
      #expect(pool.writer.count(of: .waitBegan) == before && pool.readers.count(of: .waitBegan) == 0)
      let next = Locked<Task<Void, any Error>?>(nil)
      try await pool.write { _ in
        let task = Task { try await pool.write { _ in } }
        next.withLock { $0 = task }
        while pool.writer.statistics.waiting == 0 {}
      }
      try await next.withLock { $0 }?.value
      #expect(pool.writer.count(of: .waitBegan) == before + 1)
      #expect(pool.writer.statistics.waiting == 0)
    }

    @Test func closingIsSeen() throws {
      _ = try pool.read { try Int.fetchOne($0, sql: "SELECT a FROM t") }
      #expect(pool.readers.connections.count == 1 && pool.writer.connections.count == 1)
      try pool.close()
      #expect(pool.readers.connections.isEmpty && pool.writer.connections.isEmpty)
      #expect(throws: DatabaseError.self) { try pool.read { _ in } }
      #expect(pool.readers.statistics.waiting == 0)
      #expect(pool.readers.count(of: .checkoutFailed(.openFailed)) == 1)
    }

    @Test func aConnectionThatOutlivesItsPoolStaysThere() throws {
      var statement: OpaquePointer?
      var handle: OpaquePointer?
      try pool.read { db in
        handle = db.sqliteConnection
        sqlite3_prepare_v2(db.sqliteConnection, "SELECT a FROM t", -1, &statement, nil)
      }
      #expect(throws: DatabaseError.self) { try pool.close() }
      #expect(pool.readers.connections.count == 1)
      sqlite3_finalize(statement)
      try pool.close()
      #expect(pool.readers.connections.isEmpty)
      _ = handle
    }

    @Test func leasesBelongToTheRecording() throws {
      let recording = try recordDatabase { try pool.read { _ = try Int.fetchOne($0, sql: "SELECT a FROM t") } }
      #expect(recording.leases.count == 1)
      #expect(recording.check(.noLeaks, .balancedCheckouts, .peakLeases(1)).isEmpty)
      #expect(recording.check(.peakLeases(0)).count == 1)
    }

    /// They are not connections that no pool told of.
    @Test func readersAreInTheMonitorOfTheirPoolAlone() throws {
      try pool.read { _ = try Int.fetchOne($0, sql: "SELECT a FROM t") }
      let readers = pool.readers.connections.compactMap(\.databaseConnection)
      #expect(!readers.isEmpty)
      for id in readers {
        let having = PoolMonitor.all.filter { $0.connections.contains { $0.databaseConnection == id } }
        #expect(having.map(\.isAutomatic) == [false])
      }
    }

    @Test func aPoolThatIsOpenAlreadyIsWrapped() throws {
      let base = try DatabasePool(path: file.path)
      let monitored = MonitoredDatabasePool(base, name: "other")
      _ = try monitored.read { try Int.fetchOne($0, sql: "SELECT a FROM t") }
      #expect(monitored.readers.count(of: .checkout) == 1)
      #expect(PoolMonitor.all.contains { $0.name == "other" })
    }
  }
#endif
