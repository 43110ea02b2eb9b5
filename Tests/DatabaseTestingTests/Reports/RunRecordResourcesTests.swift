import DatabaseRecording
import DatabaseRunRecords
import DatabaseSupport
import TestSupport
import Testing

@testable import DatabaseTesting

@Suite struct RunRecordResourcesTests {
  @Test(.needs(.rowChanges)) func aFlushIsWhatLastedOfEachTransactionThatWrote() throws {
    let shop = try withoutDatabaseRecording { try Shop(authors: 2, booksPerAuthor: 1) }
    let recording = try recordDatabase {
      try shop.database.execute(
        "BEGIN; INSERT INTO author VALUES (8, 'a'); UPDATE book SET title = 'b'; COMMIT")
      try shop.database.execute("BEGIN; DELETE FROM book; ROLLBACK")
      try shop.database.execute("INSERT INTO setting VALUES (1, 'c')")
      _ = try shop.authors()
    }
    let test = RunRecord.Test(recording, name: "saves()")
    let flushes = try #require(test.flushes)
    #expect(flushes.map(\.isCommitted) == [true, false, true])
    #expect(flushes.map(\.isComplete) == [true, true, true])
    #expect(flushes.map(\.inserted) == [["author": 1], [:], ["setting": 1]])
    #expect(flushes.map(\.updated) == [["book": 2], [:], [:]])
    #expect(flushes.map(\.deleted) == [[:], [:], [:]])
    let connection = try #require(test.connections.first).id
    #expect(flushes.map(\.connection) == [connection, connection, connection])
    // The numbers are those that the statements of the transactions carry.
    let inserts = test.executions.filter { test.shapes[$0.shape].kind == "insert" }
    let deletes = test.executions.filter { test.shapes[$0.shape].kind == "delete" }
    #expect(flushes.map(\.transaction) == [inserts.first?.transaction, deletes.first?.transaction, nil])
    #expect(flushes[0].transaction != nil && flushes[0].transaction != flushes[1].transaction)
  }

  @Test func aTestThatOnlyReadsHasNoFlushAndWithoutAPoolLeasesAreNotKnown() throws {
    let shop = try withoutDatabaseRecording { try Shop() }
    let test = RunRecord.Test(try recordDatabase { _ = try shop.authors() }, name: "reads()")
    #expect(test.flushes?.isEmpty == true)
    #expect(test.leases == nil)
    #expect(test.started == nil)
  }

  @Test func aLeaseHasItsTimesAndALeakItsLine() throws {
    let kept = Locked<FakePool<SQLitePoolConnection>.Lease?>(nil)
    var line = 0
    let recording = try recordDatabase {
      let pool = FakePool.sqlite(size: 2, name: "main")
      try pool.withConnectionImmediately { try $0.execute("SELECT 1") }
      line = #line + 1
      let lease = try pool.checkoutImmediately()
      kept.withLock { $0 = lease }
    }
    // What happens to a lease after the recording is not of the recording.
    try kept.withLock { $0 }?.checkin()
    let test = RunRecord.Test(recording, name: "leaks()", started: 1_700_000_000.5)
    #expect(test.started == 1_700_000_000.5)
    #expect(test.findings.map(\.kind) == ["leak"])
    #expect(
      test.findings.first?.headline == "Expected no leaked connections: lease 2 of pool \"main\" was never returned.")
    let leases = try #require(test.leases)
    #expect(test.findings.first?.site == leases[1].site)
    #expect(leases.map(\.pool) == ["main", "main"])
    #expect(leases.map(\.end) == ["returned", nil])
    #expect(leases.map { $0.duration == nil } == [false, true])
    #expect(leases[0].site == nil)
    #expect(leases[1].site?.hasPrefix("RunRecordResourcesTests.swift:\(line) in ") == true)
    #expect(leases.allSatisfy { $0.start >= 0 })
    #expect(leases[0].start <= leases[1].start)
    #expect(leases[0].connection == test.connections.first?.id)
    let select = try #require(test.executions.first { test.shapes[$0.shape].kind == "select" })
    #expect(leases[0].start <= select.start)
    #expect(select.start <= leases[0].start + (leases[0].duration ?? 0))
  }
}
