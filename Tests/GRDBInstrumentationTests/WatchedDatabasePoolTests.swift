#if GRDB
  import DatabaseTesting
  import GRDB
  import GRDBInstrumentation
  import TestSupport
  import Testing

  /// An app that is handed any reader or writer, and goes on as it is.
  private struct App {
    let reader: any DatabaseReader
    let writer: any DatabaseWriter

    func count() throws -> Int { try reader.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM t") ?? 0 } }
    func countLater() async throws -> Int {
      try await reader.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM t") ?? 0 }
    }
    func add() throws { try writer.write { try $0.execute(sql: "INSERT INTO t VALUES (1)") } }
  }

  /// GRDB's own pool, watched from the outside.
  @Suite struct WatchedDatabasePoolTests {
    private let file: TemporaryFile
    private let pool: DatabasePool
    private let app: App

    init() throws {
      let file = try TemporaryFile("library.sqlite")
      self.file = file
      pool = try withoutDatabaseRecording {
        let pool = try DatabasePool(path: file.path)
        try pool.write { try $0.execute(sql: "CREATE TABLE t (a)") }
        return pool.watched(name: "library")
      }
      app = App(reader: pool, writer: pool)
    }

    @Test func readsAndWritesAreLeases() async throws {
      let recording = try await recordDatabase {
        try app.add()
        #expect(try app.count() == 1)
        #expect(try await app.countLater() == 1)
      }
      #expect(recording.leases.count == 3, "\(recording.leases)")
      #expect(recording.leases.allSatisfy { $0.pool == "library" && $0.state == .returned })
      #expect(recording.check(.noLeaks, .balancedCheckouts, .peakLeases(1)).isEmpty)
      #expect(recording.statements(in: recording.leases[0]).contains { $0.sql.hasPrefix("INSERT") })
    }

    @Test(.needs(.lines)) func readersAtOneTime() throws {
      let line = #line + 2
      let recording = try recordDatabase {
        try pool.read { db in
          _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM t")
          try app.add()
        }
      }
      let finding = try #require(recording.check(.peakLeases(...1)).first)
      #expect(finding.count == 2)
      #expect(finding.message.contains("taken at WatchedDatabasePoolTests.swift:\(line) in "), "\(finding.message)")
    }

    @Test func aSnapshotThatLivesOnIsALeak() throws {
      var kept: DatabaseSnapshot?
      let recording = try recordDatabase {
        kept = try pool.makeSnapshot()
        _ = try kept?.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM t") }
      }
      #expect(recording.check(.noLeaks).map(\.kind) == [.leak], "\(recording.leases)")
      withExtendedLifetime(kept) {}
      let closed = try recordDatabase {
        let snapshot = try pool.makeSnapshot()
        _ = try snapshot.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM t") }
        try snapshot.close()
      }
      #expect(closed.check(.noLeaks).isEmpty, "\(closed.leases)")
    }

    @Test func writesWithoutATransactionAreSeenByTheirStatements() throws {
      let recording = try recordDatabase {
        try pool.writeWithoutTransaction { db in
          try db.execute(sql: "INSERT INTO t VALUES (1)")
          try db.execute(sql: "INSERT INTO t VALUES (2)")
        }
      }
      #expect(recording.leases.count == 2)
      #expect(recording.check(.noLeaks, .peakLeases(1)).isEmpty)
    }

    @Test func aTransactionThatIsLeftOpenIsALeak() throws {
      var configuration = Configuration()
      configuration.allowsUnsafeTransactions = true
      let pool = try withoutDatabaseRecording {
        try DatabasePool(path: file.path, configuration: configuration).watched(name: "unsafe")
      }
      let recording = try recordDatabase {
        try pool.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE; INSERT INTO t VALUES (1)") }
      }
      #expect(recording.check(.noLeaks).map(\.kind) == [.leak])
      try pool.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
    }

    @Test func aPoolThatWasNotAskedProvesNothing() throws {
      #expect(recordDatabase {}.check(.noLeaks).map(\.kind) == [.blind])
    }

    /// A queue on another file is none of it.
    @Test func otherDatabasesAreNone() throws {
      let recording = try recordDatabase {
        let queue = try DatabaseQueue()
        try queue.write { try $0.execute(sql: "CREATE TABLE t (a)") }
      }
      #expect(recording.leases.isEmpty)
    }
  }
#endif
