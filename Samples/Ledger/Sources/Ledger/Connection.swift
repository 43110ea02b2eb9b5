import CSQLite

/// An SQLite connection.
final class Connection: @unchecked Sendable {  // One caller has it at a time: its pool sees to that.
  private let handle: OpaquePointer

  /// Opens a database, as a path or a `file:` URI.
  init(_ uri: String) throws {
    var handle: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI | SQLITE_OPEN_FULLMUTEX
    let result = sqlite3_open_v2(uri, &handle, flags, nil)
    guard result == SQLITE_OK, let handle else {
      sqlite3_close_v2(handle)
      throw LedgerError.database("cannot open \(uri): \(String(cString: sqlite3_errstr(result)))")
    }
    self.handle = handle
  }

  func close() { sqlite3_close_v2(handle) }

  /// Runs a statement and returns the first column of each row.
  @discardableResult
  func run(_ sql: String, _ parameters: Int64...) throws -> [Int64] {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { throw failure }
    defer { sqlite3_finalize(statement) }
    for (index, value) in parameters.enumerated() { sqlite3_bind_int64(statement, Int32(index + 1), value) }
    var rows: [Int64] = []
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: rows.append(sqlite3_column_int64(statement, 0))
      case SQLITE_DONE: return rows
      default: throw failure
      }
    }
  }

  /// Runs `body` in a transaction, which is rolled back when it throws.
  func transaction<R>(_ body: () throws -> R) throws -> R {
    try run("BEGIN IMMEDIATE")
    do {
      let result = try body()
      try run("COMMIT")
      return result
    } catch {
      _ = try? run("ROLLBACK")
      throw error
    }
  }

  private var failure: LedgerError { .database(String(cString: sqlite3_errmsg(handle))) }
}
