internal import CSQLiteHooks
internal import DatabaseInstrumentation
internal import DatabaseSupport
internal import Foundation

/// A real SQLite connection, as `FakePool.sqlite(size:)` hands it out.
///
/// ```swift
/// try await pool.withConnection { connection in
///   try connection.execute("INSERT INTO account (balance) VALUES (100)")
///   let handle = connection.handle          // a sqlite3 *, for the C interface
/// }
/// ```
public final class SQLitePoolConnection: @unchecked Sendable {  // SQLite serialises it; opened and closed by its pool.
  /// A `sqlite3 *`, which its pool closes.
  public let handle: OpaquePointer

  private let isClosed = Locked(false)

  private init(handle: OpaquePointer) { self.handle = handle }

  /// - Parameter uri: A path, or a `file:` URI.
  package static func open(_ uri: String) throws -> SQLitePoolConnection {
    var message: UnsafeMutablePointer<CChar>?
    guard let handle = dbh_open(uri, &message) else { throw SQLitePoolConnectionError(taking: message) }
    return SQLitePoolConnection(handle: OpaquePointer(handle))
  }

  /// Runs statements without parameters; several may be separated by semicolons.
  ///
  /// - Throws: ``SQLitePoolConnectionError`` with SQLite's message, or when the pool has closed the connection.
  public func execute(_ sql: String) throws {
    // Under the lock, so that the pool cannot close it in the middle.
    try isClosed.withLock { isClosed in
      if isClosed { throw SQLitePoolConnectionError("the pool closed this connection: keep the lease meanwhile") }
      var message: UnsafeMutablePointer<CChar>?
      if dbh_execute(UnsafeMutableRawPointer(handle), sql, &message) != 0 {
        throw SQLitePoolConnectionError(taking: message)
      }
    }
  }

  /// Whether a transaction is open.
  public var isInTransaction: Bool {
    isClosed.withLock { !$0 && dbh_is_in_transaction(UnsafeMutableRawPointer(handle)) }
  }

  /// Its number in recordings; `nil` when it is not instrumented.
  package var id: UInt64? {
    let id = dbh_connection_id(UnsafeMutableRawPointer(handle))
    return id == 0 ? nil : id
  }

  package func close() {
    isClosed.withLock { isClosed in
      if !isClosed { dbh_close(UnsafeMutableRawPointer(handle)) }
      isClosed = true
    }
  }
}

/// What SQLite says went wrong.
public struct SQLitePoolConnectionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// SQLite's message.
  public let description: String

  fileprivate init(_ message: String) { description = message }

  fileprivate init(taking message: UnsafeMutablePointer<CChar>?) {
    description = message.map { String(cString: $0) } ?? "SQLite gave no reason"
    free(message)
  }
}
