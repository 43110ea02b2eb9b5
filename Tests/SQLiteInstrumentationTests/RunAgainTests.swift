import CSQLiteForTests
import DatabaseTesting
import TestSupport
import Testing

/// What is not asked again for a statement that runs again right away holds for that statement alone.
@Suite struct RunAgainTests {
  /// SQLite prepares the next statement where the last one was, its text as well, and it takes as many steps.
  @Test func anotherStatementAtTheSameAddress() throws {
    let database = try SQLiteDatabase()
    try database.execute("CREATE TABLE a1 (v); CREATE TABLE a2 (v)")
    var addresses: Set<OpaquePointer> = []
    func run(_ table: String, times: Int) throws {
      let statement = try database.prepare("INSERT INTO \(table) VALUES (1)")
      addresses.insert(statement)
      for _ in 0..<times {
        sqlite3_step(statement)
        sqlite3_reset(statement)
      }
      sqlite3_finalize(statement)
    }
    let recording = try recordDatabase {
      for _ in 0..<100 {
        try run("a1", times: 3)
        try run("a2", times: 2)
      }
    }
    #expect(recording.inserts.on("a1").count == 300)
    #expect(recording.inserts.on("a2").count == 200)
    #if os(Linux)
      // Otherwise this has shown nothing.
      if !isAddressSanitized { #expect(addresses.count < 200) }
    #endif

    // And where the other one has run while nobody listened.
    for _ in 0..<20 {
      let first = try recordDatabase { try run("a1", times: 1) }
      let statement = try database.prepare("INSERT INTO a2 VALUES (1)")
      sqlite3_step(statement)
      sqlite3_reset(statement)
      let second = recordDatabase {
        sqlite3_step(statement)
        sqlite3_reset(statement)
      }
      sqlite3_finalize(statement)
      #expect(first.inserts.on("a1").count == 1)
      #expect(second.inserts.on("a2").count == 1)
    }
  }

  /// An app may read SQLite's counters of a statement and reset them, all or one.
  @Test func countersThatTheAppResets() throws {
    let database = try SQLiteDatabase()
    try database.execute("CREATE TABLE t (v); INSERT INTO t VALUES (3), (1), (2)")
    for counter in [SQLITE_STMTSTATUS_VM_STEP, SQLITE_STMTSTATUS_FULLSCAN_STEP, SQLITE_STMTSTATUS_SORT] {
      for sql in ["SELECT v FROM t ORDER BY v", "SELECT v FROM t WHERE rowid = 1"] {
        let statement = try database.prepare(sql)
        defer { sqlite3_finalize(statement) }
        func run(resets: Bool) -> [StatementCost?] {
          recordDatabase {
            for _ in 0..<12 {
              while sqlite3_step(statement) == SQLITE_ROW {}
              sqlite3_reset(statement)
              if resets { _ = sqlite3_stmt_status(statement, counter, 1) }
            }
          }.selects.map(\.cost)
        }
        let expected = run(resets: false)
        #expect(Set(expected).count == 1)
        #expect(run(resets: true) == expected)
      }
    }
  }
}
