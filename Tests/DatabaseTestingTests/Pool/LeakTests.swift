import CSQLiteForTests
import DatabaseSupport
import TestSupport
import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

struct LeakTests {
  @Test func aLeakIsReportedAtItsCheckout() throws {
    let pool = stubPool(size: 1, overflow: 0)
    let kept = Locked<StubPool.Lease?>(nil)
    var line = 0
    try expectingIssue {
      try expectDatabase(.noLeaks) {
        line = #line + 1
        let lease = try pool.checkoutImmediately()
        kept.withLock { $0 = lease }
        try pool.advance(by: .milliseconds(250))
      }
    } matching: { message, location in
      #expect(location.line == line)
      #expect(location.fileID == "DatabaseTestingTests/LeakTests.swift")
      #expect(
        message == """
          Expected no leaked connections: lease 1 of pool "main" was never returned.
            taken at LeakTests.swift:\(line) in \(#function)
            by \(#function)
            leased, connection 1, 1 checkout of it so far, held for 250 ms
            pool "main": ⟨idle 0, empty 0, leased 1, overflow 0, live 1⟩
            last events of connection 1:
              #2 connect
              #3 checkout, lease 1
            fix: give it back on every path, e.g. with withConnection { }
          """)
    }
    try kept.withLock { $0 }?.checkin()
  }

  @Test func aDroppedLeaseIsALeak() throws {
    let pool = stubPool()
    try expectingIssue {
      try expectDatabase(.noLeaks) { _ = try pool.checkoutImmediately() }
    } matching: { message, _ in
      #expect(
        message.hasPrefix(
          "Expected no leaked connections: lease 1 of pool \"main\" was dropped without being returned."))
    }
  }

  @Test func aDetachedConnectionIsALeakUntilItIsClosed() throws {
    let pool = stubPool()
    let kept = Locked<StubPool.DetachedConnection?>(nil)
    try expectingIssue {
      try expectDatabase(.noLeaks) {
        let detached = try pool.checkoutImmediately().detach()
        kept.withLock { $0 = detached }
      }
    } matching: { message, _ in
      #expect(message.contains("was detached and its connection never closed."))
    }
    kept.withLock { $0 }?.close()
    try expectDatabase(.noLeaks) { try pool.checkoutImmediately().detach().close() }
  }

  @Test func whatWasTakenBeforeTheScopeIsNoLeakOfIt() async throws {
    let pool = stubPool()
    let before = try await pool.checkout()
    try await expectDatabase(.noLeaks, .balancedCheckouts) { try await pool.withConnection { _ in } }
    try before.checkin()
  }

  @Test func aPoolThatNobodyAskedProvesNothing() throws {
    try expectingIssue {
      expectDatabase(.noLeaks) { _ = stubPool() }
    } matching: { message, _ in
      #expect(
        message == """
          .noLeaks saw no checkout, so it proves nothing.
            pool "main" was made here and gave no connection
            fix: call the code under test inside of the scope, or write .noLeaks.allowingNoQueries if none is right
          """)
    }
    expectDatabase(.noLeaks.allowingNoQueries) { _ = stubPool() }
  }

  @Test func aDetachedTasksLeaseBelongsToThePoolsCreator() async throws {
    let recording = try await recordDatabase {
      let pool = stubPool()
      _ = try await Task.detached { try await pool.checkout() }.value
    }
    #expect(recording.leases.map(\.state) == [.abandoned])
    #expect(recording.check(.noLeaks).map(\.kind) == [.leak])
    #expect(recording.check(.noLeaks, .balancedCheckouts).map(\.kind) == [.leak])
  }

  @Test func aDoubleReturnIsNotBalanced() throws {
    let recording = try recordDatabase {
      let lease = try stubPool().checkoutImmediately()
      try lease.checkin()
      try? lease.checkin()
    }
    #expect(recording.check(.noLeaks).isEmpty)
    let finding = try #require(recording.check(.balancedCheckouts).first)
    #expect(
      finding.headline == "Expected balanced checkouts: lease 1 of pool \"main\" was returned more than once.")
    #expect(finding.message.contains("LeakTests.swift"))
  }

  @Test func peakLeases() throws {
    let recording = try recordDatabase {
      let pool = stubPool(size: 3)
      let leases = try (1...3).map { _ in try pool.checkoutImmediately() }
      for lease in leases { try lease.checkin() }
      try pool.withConnectionImmediately { _ in }
    }
    #expect(recording.leases.count == 4)
    #expect(recording.check(.peakLeases(3)).isEmpty)
    #expect(recording.check(.peakLeases(...2)).map(\.headline) == ["Expected up to 2 leases at one time, found 3."])
  }

  @Test func eventsOfTheScope() throws {
    let pool = stubPool()
    try pool.withConnectionImmediately { _ in }
    let recording = try recordDatabase { try pool.withConnectionImmediately { _ in } }
    #expect(recording.poolEvents.map(\.kind.name) == ["checkout", "reset", "checkin"])
  }

  #if SQLite
    @Test(.needs(.lines)) func aConnectionThatStaysOpenIsFound() throws {
      var kept: OpaquePointer?
      var line = 0
      try expectingIssue {
        try expectDatabase(.closedConnections) {
          line = #line + 1
          sqlite3_open(":memory:", &kept)
          try SQLiteDatabase().close()
        }
      } matching: { message, location in
        #expect(location.line == line)
        #expect(message.contains("Expected every connection to be closed: :memory: ("))
        #expect(message.contains("2 connections opened here, 1 still open"))
      }
      sqlite3_close(kept)
    }

    /// SQLite refuses to close a connection with a statement that is not finalized, and `sqlite3_close_v2` puts it off.
    @Test(arguments: [true, false]) func aRefusedCloseNamesTheStatement(_ isPutOff: Bool) throws {
      var (kept, statement): (OpaquePointer?, OpaquePointer?)
      let recording = recordDatabase {
        sqlite3_open(":memory:", &kept)
        sqlite3_exec(kept, "CREATE TABLE book (id, title); CREATE VIRTUAL TABLE note USING fts5(text)", nil, nil, nil)
        sqlite3_exec(kept, "INSERT INTO note VALUES ('x'); SELECT * FROM note WHERE note MATCH 'x'", nil, nil, nil)
        sqlite3_prepare_v2(kept, "SELECT title FROM book WHERE id = 'secret'", -1, &statement, nil)
        #expect((isPutOff ? sqlite3_close_v2(kept) : sqlite3_close(kept)) == (isPutOff ? SQLITE_OK : SQLITE_BUSY))
      }
      let finding = try #require(recording.check(.closedConnections).first)
      #expect(
        finding.message.hasSuffix(
          """
            its close was refused or put off: a statement of it is not finalized: SELECT title FROM book WHERE id = ?
            fix: finalize the statement, or let go of it, before the connection is closed
          """))
      #expect(recording.openedConnections.first?.heldAtClose?.count == 1)
      sqlite3_finalize(statement)
      if !isPutOff { #expect(sqlite3_close(kept) == SQLITE_OK) }
    }

    @Test func aRefusedCloseNamesABackup() throws {
      let other = try withoutDatabaseRecording { try SQLiteDatabase() }
      var (kept, backup): (OpaquePointer?, OpaquePointer?)
      let recording = recordDatabase {
        sqlite3_open(":memory:", &kept)
        backup = sqlite3_backup_init(other.handle, "main", kept, "main")
        #expect(sqlite3_close(kept) == SQLITE_BUSY)
      }
      #expect(
        recording.check(.closedConnections).first?.message.contains(
          "  its close was refused or put off: a backup or a blob of it is open\n") == true)
      sqlite3_backup_finish(backup)
      #expect(sqlite3_close(kept) == SQLITE_OK)
    }

    /// What was refused once and succeeded later is closed.
    @Test func aCloseThatSucceedsLaterIsOne() throws {
      let recording = recordDatabase {
        var (database, statement): (OpaquePointer?, OpaquePointer?)
        sqlite3_open(":memory:", &database)
        sqlite3_prepare_v2(database, "SELECT 1", -1, &statement, nil)
        #expect(sqlite3_close(database) == SQLITE_BUSY)
        sqlite3_finalize(statement)
        #expect(sqlite3_close(database) == SQLITE_OK)
      }
      #expect(recording.check(.closedConnections).isEmpty)
    }

    @Test func aNamedConnectionMayStayOpen() throws {
      let kept = Locked<SQLiteDatabase?>(nil)
      try expectDatabase(.closedConnections(except: [":memory:"])) {
        let database = try SQLiteDatabase()
        kept.withLock { $0 = database }
      }
    }

    @Test func aFixturesConnectionIsNoneOfTheScope() throws {
      let kept = Locked<SQLiteDatabase?>(nil)
      try expectDatabase(.closedConnections) {
        let database = try withoutDatabaseRecording { try SQLiteDatabase() }
        kept.withLock { $0 = database }
      }
    }

    @Test func statementsBelongToTheirLease() async throws {
      let recording = try await recordDatabase {
        let pool = FakePool.sqlite(size: 1)
        try await pool.withConnection { try $0.execute("CREATE TABLE account (balance)") }
        try await pool.withConnection { connection in
          try connection.execute("BEGIN; INSERT INTO account VALUES (100)")
        }
        _ = try await pool.checkout()
      }
      #expect(recording.statements(in: recording.leases[0]).map(\.sql) == ["CREATE TABLE account(balance)"])
      #expect(
        recording.statements(in: recording.leases[1]).map(\.sql) == [
          "BEGIN", "INSERT INTO account VALUES (?)", "ROLLBACK",
        ])
      #expect(recording.leases.map(\.isLeak) == [false, false, true])
    }

    @Test func aLeakNamesItsLastStatement() async throws {
      let recording = try await recordDatabase {
        let pool = FakePool.sqlite(size: 1)
        let lease = try await pool.checkout()
        try withExtendedLifetime(lease) { try lease.connection.execute("SELECT 1") }
      }
      let finding = try #require(recording.check(.noLeaks).first)
      #expect(finding.message.contains("last statement: #1 SELECT ?"))
    }

    @Test func theConnectionOfADroppedLeaseIsClosed() async throws {
      let pool = FakePool.sqlite(size: 1)
      let connection = try await pool.checkout().connection
      #expect(throws: SQLitePoolConnectionError.self) { try connection.execute("SELECT 1") }
      #expect(pool.monitor.outstandingLeases.map(\.state) == [.abandoned])
    }
  #endif
}
