internal import CSQLiteHooks
public import DatabaseInstrumentation

extension InstrumentedDatabase {
  /// An SQLite connection that is open already, for `DatabaseInstrumentor.activate(on:configuration:)`.
  ///
  /// It is instrumented, as by ``SQLiteInstrumentor/instrument(_:name:)``, when an instrumentor is activated on it.
  ///
  /// - Parameters:
  ///   - connection: A `sqlite3 *` of the SQLite library that this package is linked with; it must be open when the
  ///     instrumentor is activated.
  ///   - name: What messages call it; the file's name when `nil`.
  public static func sqlite(_ connection: OpaquePointer, name: String? = nil) -> InstrumentedDatabase {
    let address = UInt(bitPattern: connection)
    return InstrumentedDatabase(name: name ?? "an SQLite connection", system: .sqlite) {
      guard let connection = OpaquePointer(bitPattern: address) else {
        throw SQLiteInstrumentationError(code: Int32(DBH_NULL), result: 0, name: name)
      }
      try SQLiteInstrumentor.instrument(connection, name: name)
      guard let context = dbh_context_of(UnsafeMutableRawPointer(connection)) else {
        throw SQLiteInstrumentationError(code: Int32(DBH_CLOSED), result: 0, name: name)
      }
      return Unmanaged<ObservedConnection>.fromOpaque(context).takeUnretainedValue().database
    }
  }
}
