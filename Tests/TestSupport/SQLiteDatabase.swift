internal import CSQLiteForTests
internal import Foundation

/// A connection as an app without a library would write it: the plain C interface.
package final class SQLiteDatabase: @unchecked Sendable {  // SQLite serialises it: opened with SQLITE_OPEN_FULLMUTEX.
  package private(set) var handle: OpaquePointer?

  package init(_ path: String = ":memory:") throws {
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX
    let result = sqlite3_open_v2(path, &handle, flags, nil)
    guard result == SQLITE_OK else { throw SQLiteFailure(code: result, message: "cannot open \(path)") }
  }

  /// By a URI, whose parameters count.
  package init(uri: String) throws {
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_URI
    var opened: OpaquePointer?
    let result = sqlite3_open_v2(uri, &opened, flags, nil)
    handle = opened
    guard result == SQLITE_OK else { throw SQLiteFailure(code: result, message: "cannot open \(uri)") }
  }

  deinit { close() }

  package func close() {
    sqlite3_close_v2(handle)
    handle = nil
  }

  /// Runs statements without parameters; several may be separated by semicolons.
  package func execute(_ sql: String) throws {
    let result = sqlite3_exec(handle, sql, nil, nil, nil)
    guard result == SQLITE_OK else { throw SQLiteFailure(handle, result) }
  }

  /// Runs one statement with parameters and returns the first column of each row.
  @discardableResult
  package func rows(_ sql: String, _ parameters: Int...) throws -> [Int] {
    let statement = try prepare(sql)
    defer { sqlite3_finalize(statement) }
    for (index, value) in parameters.enumerated() { sqlite3_bind_int64(statement, Int32(index + 1), Int64(value)) }
    var rows: [Int] = []
    while true {
      let result = sqlite3_step(statement)
      if result == SQLITE_DONE { return rows }
      guard result == SQLITE_ROW else { throw SQLiteFailure(handle, result) }
      rows.append(Int(sqlite3_column_int64(statement, 0)))
    }
  }

  /// Runs `body` for the first column of each row while the statement is open.
  package func forEachRow(_ sql: String, _ body: (Int) throws -> Void) throws {
    let statement = try prepare(sql)
    defer { sqlite3_finalize(statement) }
    while sqlite3_step(statement) == SQLITE_ROW { try body(Int(sqlite3_column_int64(statement, 0))) }
  }

  package func prepare(_ sql: String) throws -> OpaquePointer {
    var statement: OpaquePointer?
    let result = sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
    guard result == SQLITE_OK, let statement else { throw SQLiteFailure(handle, result) }
    return statement
  }
}

package struct SQLiteFailure: Error, CustomStringConvertible {
  package var code: Int32
  package var message: String

  init(code: Int32, message: String) {
    self.code = code
    self.message = message
  }

  init(_ handle: OpaquePointer?, _ code: Int32) {
    self.code = sqlite3_extended_errcode(handle)
    message = String(cString: sqlite3_errmsg(handle))
  }

  package var description: String { "\(message) (\(code))" }
}

/// A path in a folder of its own, removed with the object.
package final class TemporaryFile: Sendable {
  package let path: String
  private let folder: URL

  package init(_ name: String = "test.sqlite") throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.appendingPathComponent(name).path
  }

  /// The names of what is in the folder.
  package var siblings: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
  }

  deinit { try? FileManager.default.removeItem(at: folder) }
}
