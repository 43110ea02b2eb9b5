import CSQLite

/// One connection.
package final class Database: @unchecked Sendable {  // SQLite serialises it.
  private let handle: OpaquePointer

  package init(_ path: String = ":memory:") throws {
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_URI
    guard sqlite3_open_v2(path, &opened, flags, nil) == SQLITE_OK, let opened else { throw BookstoreError.cannotOpen }
    handle = opened
  }

  deinit { sqlite3_close_v2(handle) }

  /// Runs statements without values.
  package func run(_ sql: String) throws {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure }
  }

  /// Runs one statement and returns the first column of its rows.
  @discardableResult
  package func rows(_ sql: String, _ values: Int...) throws -> [Int] {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { throw failure }
    defer { sqlite3_finalize(statement) }
    for (index, value) in values.enumerated() { sqlite3_bind_int64(statement, Int32(index + 1), Int64(value)) }
    var rows: [Int] = []
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: rows.append(Int(sqlite3_column_int64(statement, 0)))
      case SQLITE_DONE: return rows
      default: throw failure
      }
    }
  }

  /// Runs `body` in a transaction, which is rolled back where it throws.
  package func transaction<R>(_ body: () throws -> R) throws -> R {
    try run("BEGIN IMMEDIATE")
    do {
      let result = try body()
      try run("COMMIT")
      return result
    } catch {
      try run("ROLLBACK")
      throw error
    }
  }

  private var failure: BookstoreError { .failed(code: sqlite3_extended_errcode(handle)) }
}

package enum BookstoreError: Error, Equatable {
  case cannotOpen
  case failed(code: Int32)
  case outOfStock
}
