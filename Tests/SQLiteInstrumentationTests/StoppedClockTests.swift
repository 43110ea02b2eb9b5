import CSQLiteForTests
import Foundation
import DatabaseTesting
import TestSupport
import Testing

/// SQLite does not tell of the end of a statement that began when its clock stood at 0.
@Suite struct StoppedClockTests {
  private func database() throws -> SQLiteDatabase {
    let name = stoppedClock()
    return try SQLiteDatabase(uri: "file:stopped?mode=memory&vfs=\(name)")
  }

  @Test(.needs(.interposition)) func statementsEndAllTheSame() throws {
    let database = try database()
    let recording = try recordDatabase {
      for sql in ["CREATE TABLE t (a)", "INSERT INTO t VALUES (1), (2)"] { _ = try database.rows(sql) }
      for _ in 0..<3 { _ = try database.rows("SELECT a FROM t") }
      let left = try database.prepare("SELECT a FROM t")
      #expect(sqlite3_step(left) == SQLITE_ROW)
      sqlite3_reset(left)
      #expect(sqlite3_step(left) == SQLITE_ROW)
      sqlite3_finalize(left)
      #expect(throws: SQLiteFailure.self) { _ = try database.rows("SELECT abs(-9223372036854775808)") }
      _ = try database.rows("SELECT a FROM t")
    }
    #expect(recording.selects.map(\.rowsReturned) == [2, 2, 2, 1, 1, 0, 2])
    #expect(recording.selects.compactMap { $0.error?.code } == [1])
    #expect(recording.inserts.first?.rowsChanged == 2)
  }

  @Test(.needs(.interposition)) func manyOfThem() throws {
    let database = try database()
    _ = try database.rows("CREATE TABLE t (a)")
    let recording = try recordDatabase {
      for index in 0..<200 {
        let statement = try database.prepare("INSERT INTO t VALUES (\(index))")
        #expect(sqlite3_step(statement) == SQLITE_DONE)
        sqlite3_finalize(statement)
        _ = try? database.rows("SELECT nothing FROM t")
      }
    }
    #expect(recording.inserts.count == 200)
    #expect(recording.check(.fails(200)).isEmpty)
  }
}

/// The name of a VFS that is like the standard one, and whose clock tells 0.
private func stoppedClock() -> String {
  _ = registered
  return "stopped-clock"
}

private let registered: Int32 = {
  let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
  vfs.initialize(to: sqlite3_vfs_find(nil).pointee)
  vfs.pointee.zName = UnsafePointer(strdup("stopped-clock"))
  vfs.pointee.pNext = nil
  vfs.pointee.xCurrentTimeInt64 = zeroTime
  return sqlite3_vfs_register(vfs, 0)
}()

private func zeroTime(_ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ time: UnsafeMutablePointer<Int64>?) -> Int32 {
  time?.pointee = 0
  return SQLITE_OK
}
