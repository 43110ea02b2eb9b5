internal import CSQLiteHooks
internal import DatabaseInstrumentation

/// Turns the work of SQLite connections into evidence.
///
/// A test target that links `DatabaseTesting` needs none of this: its hooks are installed when the test bundle loads.
/// A program that uses the core alone installs them itself, before it opens its first connection:
///
/// ```swift
/// try SQLiteInstrumentor.install()
/// let queue = try DatabaseQueue(path: path)       // instrumented, as every connection from now on
/// ```
public enum SQLiteInstrumentor {
  /// Instruments every connection that the process opens from now on, whoever opens it.
  ///
  /// Calling it again does nothing. It uses [`sqlite3_auto_extension`](https://www.sqlite.org/c3ref/auto_extension.html),
  /// a connection's trace callback, and the process's error log. An app's own trace and log keep working on ELF platforms
  /// where SQLite is a shared library; elsewhere the one that is set last wins, and a recording says that it is blind.
  ///
  /// - Throws: ``SQLiteInstrumentationError/isDisabled`` with `DATABASE_INSTRUMENTATION_ENABLED=0`,
  ///   ``SQLiteInstrumentationError/isUnavailable`` on Apple's platforms, where connections are instrumented one by one
  ///   with ``instrument(_:name:)``, and ``SQLiteInstrumentationError/isRefused(code:)`` when SQLite does not take them.
  public static func install() throws {
    callbacks.prepare()
    registerAsSource()
    let code = dbh_install()
    let status = dbh_get_status()
    if Int(code) != DBH_OK { throw SQLiteInstrumentationError(code: code, result: status.result, name: nil) }
  }

  /// Whether every connection opened from now on is instrumented.
  public static var isInstalled: Bool { dbh_get_status().is_armed }

  /// Whether an app's own `sqlite3_trace_v2` callback runs beside ours instead of replacing it.
  public static var sharesTrace: Bool { dbh_get_status().shares_trace }

  /// Whether failures of statements are heard, which takes SQLite's error log.
  public static var hearsErrors: Bool { dbh_get_status().hears_errors }

  /// Instruments a connection that is already open, or that was opened where ``install()`` cannot work.
  ///
  /// ```swift
  /// var handle: OpaquePointer?
  /// sqlite3_open("library.sqlite", &handle)
  /// try SQLiteInstrumentor.instrument(handle!, name: "library")
  /// ```
  ///
  /// Instrumenting a connection that is instrumented already gives it the name, and nothing else. The connection stays the caller's; it is let go when it is
  /// closed. No SQL runs on it.
  ///
  /// - Parameters:
  ///   - connection: A `sqlite3 *` of the SQLite library that this package is linked with.
  ///   - name: What messages call it; the file's name when `nil`.
  /// - Throws: ``SQLiteInstrumentationError`` for a handle that is closed, that belongs to another copy of SQLite, or
  ///   that is no connection at all.
  public static func instrument(_ connection: OpaquePointer, name: String? = nil) throws {
    callbacks.prepare()
    let code = dbh_instrument(UnsafeMutableRawPointer(connection), name)
    if Int(code) != DBH_OK { throw SQLiteInstrumentationError(code: code, result: 0, name: name) }
    guard let name, let context = dbh_context_of(UnsafeMutableRawPointer(connection)) else { return }
    Unmanaged<ObservedConnection>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.rename(name) }
  }

  /// The number of an instrumented connection, as in `ConnectionInfo.id`.
  ///
  /// A pool that tells it to its monitor has its statements tied to their leases:
  ///
  /// ```swift
  /// let monitor = PoolMonitor(name: "main")
  /// let number = monitor.observer.connected(databaseConnection: SQLiteInstrumentor.number(of: handle))
  /// ```
  ///
  /// - Parameter connection: A `sqlite3 *` that is open.
  /// - Returns: `nil` for a connection that is not instrumented.
  public static func number(of connection: OpaquePointer) -> UInt64? {
    guard let context = dbh_context_of(UnsafeMutableRawPointer(connection)) else { return nil }
    return Unmanaged<ObservedConnection>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.info.id }
  }

  /// The path of an instrumented connection's file, as in `ConnectionInfo.file`.
  package static func file(of connection: OpaquePointer) -> String? {
    guard let context = dbh_context_of(UnsafeMutableRawPointer(connection)) else { return nil }
    return Unmanaged<ObservedConnection>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.info.file }
  }
}
