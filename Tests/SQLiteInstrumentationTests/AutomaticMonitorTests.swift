import DatabaseInstrumentation
import DatabaseTesting
import TestSupport
import Testing

/// Each database has a monitor of its connections, without a pool.
@Suite struct AutomaticMonitorTests {
  private func monitors(named name: String) -> [PoolMonitor] {
    PoolMonitor.all.filter { $0.name == name && $0.isAutomatic }
  }

  @Test func openingAndClosingAreExact() throws {
    let file = try TemporaryFile("automatic-exact.sqlite")
    let first = try SQLiteDatabase(file.path)
    let monitor = try #require(monitors(named: "automatic-exact.sqlite").first)
    let second = try SQLiteDatabase(file.path)
    #expect(monitors(named: "automatic-exact.sqlite").count == 1)
    #expect(monitor.statistics.live == 2)
    #expect(Set(monitor.connections.map(\.databaseConnection)).count == 2)
    first.close()
    #expect(monitor.statistics.live == 1)
    second.close()
    #expect(monitor.statistics.live == 0)
    #expect(monitor.count(of: .connect) == 2)
    #expect(monitor.count(of: .close) == 2)
    #expect(monitor.connections.isEmpty)
    #expect(monitor.outstandingLeases.isEmpty)
  }

  @Test func aMonitorInMemoryEndsWithItsConnection() async throws {
    var database: SQLiteDatabase?
    let recording = try recordDatabase { database = try SQLiteDatabase() }
    let id = try #require(recording.openedConnections.first).info.id
    weak let monitor = PoolMonitor.all.first { $0.connections.map(\.databaseConnection) == [id] }
    #expect(monitor?.isAutomatic == true)
    database?.close()
    // Other tests that look at all monitors hold it for a moment.
    for _ in 0..<10_000 where monitor != nil { await Task.yield() }
    #expect(monitor == nil)
  }

  /// Threads open and close connections to one file at once.
  @Test func nothingIsLostOrCountedTwice() async throws {
    let file = try TemporaryFile("automatic-threads.sqlite")
    let held = try SQLiteDatabase(file.path)
    let monitor = try #require(monitors(named: "automatic-threads.sqlite").first)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<50 {
            let database = try SQLiteDatabase(file.path)
            _ = try database.rows("SELECT 1")
            database.close()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(monitor.statistics.live == 1)
    #expect(monitor.count(of: .connect) == 401)
    #expect(monitor.count(of: .close) == 400)
    held.close()
  }

  /// A pool that tells which connection it has takes it over, so that it is counted once.
  @Test func aPoolTakesItsConnectionsOver() async throws {
    let pool = FakePool.sqlite(size: 1, name: "automatic-taken")
    let id = try await pool.withConnection { connection in
      try connection.execute("SELECT 1")
      return try #require(connection.id)
    }
    let having = PoolMonitor.all.filter { $0.connections.contains { $0.databaseConnection == id } }
    #expect(having.map(\.name) == ["automatic-taken"])
    #expect(having.allSatisfy { !$0.isAutomatic })
    pool.close()
  }

  /// A pool of an app's own, over the C interface.
  @Test func aPoolOfOnesOwnTellsItsConnections() throws {
    let monitor = PoolMonitor(name: "automatic-own")
    let recording = try recordDatabase {
      let database = try SQLiteDatabase()
      let number = SQLiteInstrumentor.number(of: try #require(database.handle))
      let connection = monitor.observer.connected(databaseConnection: number)
      let lease = monitor.observer.checkedOut(connection)
      _ = try database.rows("SELECT 1")
      monitor.observer.checkedIn(lease)
      _ = try database.rows("SELECT 2, 3")
      let having = PoolMonitor.all.filter { $0.connections.contains { $0.databaseConnection == number } }
      #expect(having.map(\.name) == ["automatic-own"])
      database.close()
      monitor.observer.closed(connection)
    }
    #expect(recording.statements.count == 2)
    #expect(recording.statements(in: try #require(recording.leases.first)).map(\.sql) == ["SELECT ?"])
    #expect(monitor.statistics.live == 0)
  }

  @Test func aRecordingHasNoEventsOfThem() throws {
    let file = try TemporaryFile("automatic-recorded.sqlite")
    let recording = try recordDatabase {
      let database = try SQLiteDatabase(file.path)
      _ = try database.rows("SELECT 1")
      database.close()
    }
    #expect(recording.poolEvents.isEmpty)
    #expect(recording.leases.isEmpty)
    #expect(recording.check(.closedConnections).isEmpty)
  }
}
