internal import CSQLiteHooks
internal import GRDBSQLite

typealias TraceCallback =
  @convention(c) (UInt32, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Int32

/// A prepared statement on a connection in memory, with 100 books.
final class HeldStatement: @unchecked Sendable {  // Each is used by one thread.
  private var connection: OpaquePointer?
  private var statement: OpaquePointer?

  /// One row by its key: its parameters are told apart.
  static let lookup = "SELECT title FROM book WHERE id = ?"
  /// One row as well, though no column is compared with a value.
  static let other = "SELECT title FROM book LIMIT 1 OFFSET ?"

  /// - Parameters:
  ///   - trace: A callback of its own for statements, rows and profiles.
  ///   - isInstrumented: Whether the hooks are on the connection.
  init(_ sql: String, trace: TraceCallback? = nil, isInstrumented: Bool = true) {
    if isInstrumented {
      open()
    } else {
      dbh_without_hooks(
        { Unmanaged<HeldStatement>.fromOpaque($0!).takeUnretainedValue().open() },
        Unmanaged.passUnretained(self).toOpaque())
    }
    if let trace {
      sqlite3_trace_v2(
        connection, UInt32(SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE | SQLITE_TRACE_ROW), trace, nil)
    }
    let result = sqlite3_prepare_v2(connection, sql, -1, &statement, nil)
    precondition(result == SQLITE_OK, "SQLite cannot prepare \(sql): \(result)")
  }

  deinit {
    sqlite3_finalize(statement)
    sqlite3_close_v2(connection)
  }

  private func open() {
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX
    let result = sqlite3_open_v2(":memory:", &connection, flags, nil)
    precondition(result == SQLITE_OK, "SQLite cannot open a database in memory: \(result)")
    sqlite3_exec(
      connection,
      """
      CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
      INSERT INTO book SELECT i, 'Book ' || i FROM n;
      """, nil, nil, nil)
  }

  @inline(never)
  func run(_ count: Int) {
    for key in 1...count {
      sqlite3_bind_int64(statement, 1, Int64(key % 90 + 1))
      sqlite3_step(statement)
      sqlite3_step(statement)
      sqlite3_reset(statement)
    }
  }
}
