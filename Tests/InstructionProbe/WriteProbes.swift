internal import CSQLiteForTests
internal import CSQLiteHooks
internal import DatabaseTesting

private let rows = 10_000

/// Prepared inserts in one transaction.
func writeProbes() -> [Probe] {
  [
    Probe("insert of a row without hooks", operations: rows) { measure in
      let inserts = PreparedInserts(isInstrumented: false)
      inserts.run(20)
      measure { inserts.run(rows) }
      inserts.rollBack()
    },
    Probe("insert of a row, recorder", operations: rows) { measure in
      let inserts = PreparedInserts(isInstrumented: true)
      try recording {
        inserts.run(20)
        measure { inserts.run(rows) }
        inserts.rollBack()
      }
    },
    // As most tests run: on a thread of the cooperative pool.
    Probe("insert of a row, recorder, in a task", operations: rows) { measure in
      let inserts = PreparedInserts(isInstrumented: true)
      try recording {
        waitFor { inserts.run(20) }
        measure { waitFor { inserts.run(rows) } }
        inserts.rollBack()
      }
    },
  ]
}

private final class PreparedInserts: @unchecked Sendable {  // One thread at a time.
  private var connection: OpaquePointer?
  private var statement: OpaquePointer?
  private var isInTransaction = false

  init(isInstrumented: Bool) {
    if isInstrumented {
      open()
    } else {
      dbh_without_hooks(
        { Unmanaged<PreparedInserts>.fromOpaque($0!).takeUnretainedValue().open() },
        Unmanaged.passUnretained(self).toOpaque())
    }
  }

  deinit {
    sqlite3_finalize(statement)
    sqlite3_close_v2(connection)
  }

  private func open() {
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    if sqlite3_open_v2(":memory:", &connection, flags, nil) != SQLITE_OK {
      fail("SQLite cannot open a database in memory")
    }
    sqlite3_exec(
      connection, "CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT NOT NULL, price INTEGER)", nil, nil, nil)
    let sql = "INSERT INTO book (title, price) VALUES ('A book', ?)"
    if sqlite3_prepare_v2(connection, sql, -1, &statement, nil) != SQLITE_OK { fail("SQLite cannot prepare \(sql)") }
  }

  /// In the transaction that the first run opens.
  @inline(never)
  func run(_ count: Int) {
    if !isInTransaction { sqlite3_exec(connection, "BEGIN", nil, nil, nil) }
    isInTransaction = true
    for number in 0..<count {
      sqlite3_bind_int64(statement, 1, Int64(number))
      sqlite3_step(statement)
      sqlite3_reset(statement)
    }
  }

  func rollBack() { sqlite3_exec(connection, "ROLLBACK", nil, nil, nil) }
}
