import CSQLiteForTests
import DatabaseTesting
import Foundation
import TestSupport

/// Prints for each kind of work how many bytes a recording grows by while the work is done `count` times, after so many
/// statements that no more are kept one by one.
func measureMemory(_ arguments: [String]) -> Never {
  guard let count = arguments.first.flatMap(Int.init), count > 0 else {
    print("use: memory COUNT")
    exit(2)
  }
  do {
    let recording = try recordDatabase {
      let database = try SQLiteDatabase()
      try database.execute("CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT)")
      let works: [(name: String, work: (Int) throws -> Void)] = [
        ("key lookups", try held("SELECT title FROM book WHERE id = ?", in: database)),
        ("inserts that commit themselves", try held("INSERT OR REPLACE INTO book VALUES (1, ?)", in: database)),
        ("rows of one statement", try severalRows(in: database)),
        ("transactions", { _ in try database.execute("BEGIN; DELETE FROM book WHERE id = 1; COMMIT") }),
        ("rollbacks", { _ in try database.execute("BEGIN; UPDATE book SET title = ''; ROLLBACK") }),
        ("errors", { _ in try? database.execute("INSERT INTO book (id) VALUES ('a')") }),
        ("connections", { _ in _ = try SQLiteDatabase().rows("SELECT 1") }),
      ]
      let lookup = works[0].work
      let atFirst = allocatedBytes()
      for number in 0...DatabaseRecorder.defaultDetailLimit { try lookup(number) }
      print(
        "kept one by one: \((allocatedBytes() - atFirst) / Int64(DatabaseRecorder.defaultDetailLimit)) bytes for each statement"
      )
      for (name, work) in works {
        // What is allocated once, as the errors that are kept, is behind it.
        for number in 0..<12_000 { try work(number) }
        // Connections are kept one by one.
        let count = name == "connections" ? min(count, 5_000) : count
        let before = allocatedBytes()
        for number in 0..<count { try work(number) }
        print("\(name): \(allocatedBytes() - before) bytes")
      }
      try database.execute("BEGIN")
      let insert = works[1].work
      for number in 0..<12_000 { try insert(number) }
      let before = allocatedBytes()
      for number in 0..<count { try insert(number) }
      print("inserts in one transaction: \(allocatedBytes() - before) bytes")
      try database.execute("COMMIT")
    }
    measureLeases()
    print("recorded: \(recording.statements.count) statements, \(recording.droppedCount) of them counted")
  } catch {
    print("failed: \(error)")
  }
  fflush(nil)
  exit(0)
}

/// Prints what a recording keeps for each lease of a pool: with its two events, and once no more events are kept one by one.
private func measureLeases() {
  let observer = PoolMonitor(name: "main", size: 1).observer
  let connection = observer.connected()
  let site = CheckoutSite()
  func take(_ count: Int) { for _ in 0..<count { observer.checkedIn(observer.checkedOut(connection, site: site)) } }
  _ = recordDatabase {
    take(20)
    for (name, count) in [("leases with their events", 8 * 1_024), ("leases beyond the events", 64 * 1_024)] {
      let before = allocatedBytes()
      take(count)
      print("\(name): \((allocatedBytes() - before) / Int64(count)) bytes for each lease")
      // What is kept of events is full.
      take(4 * 1_024)
    }
  }
}

/// A statement that is prepared once.
private func held(_ sql: String, in database: SQLiteDatabase) throws -> (Int) throws -> Void {
  let statement = try database.prepare(sql)
  return { number in
    sqlite3_bind_int64(statement, 1, Int64(number))
    while sqlite3_step(statement) == SQLITE_ROW {}
    sqlite3_reset(statement)
  }
}

/// One statement that writes 20 rows.
private func severalRows(in database: SQLiteDatabase) throws -> (Int) throws -> Void {
  let insert = """
    WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 20)
    INSERT OR REPLACE INTO book SELECT n, n FROM number
    """
  return try held(insert, in: database)
}
