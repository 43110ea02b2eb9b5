internal import CSQLiteHooks

/// What an app's trace function is told of, see ``SQLiteInstrumentor/trace(_:options:_:)``.
///
/// Use it during the call only: afterwards ``expandedSQL`` is the same as ``sql``.
public final class SQLiteTraceEvent: CustomStringConvertible {
  /// The events to ask for.
  public struct Options: OptionSet, Sendable {
    /// The bits of SQLite's `SQLITE_TRACE_…`.
    public let rawValue: UInt32

    /// Events by SQLite's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A statement begins.
    public static let statement = Options(rawValue: UInt32(DBH_TRACE_STATEMENT))
    /// A statement ended; the event has its duration.
    public static let profile = Options(rawValue: UInt32(DBH_TRACE_PROFILE))
  }

  /// The text of the statement, with its parameters as they were written. A trigger's is a comment with its name.
  public let sql: String
  /// How long it took, as SQLite tells: in steps of a millisecond. `nil` for a statement that begins.
  public let duration: Duration?

  private var statement: UnsafeMutableRawPointer?

  init(_ statement: UnsafeMutableRawPointer, sql: String, duration: Duration?) {
    self.statement = statement
    self.sql = sql
    self.duration = duration
  }

  /// The text with the values in place of the parameters. It holds what the app's users typed: do not log it lightly.
  public var expandedSQL: String {
    guard let statement, let text = dbh_expanded_sql(statement) else { return sql }
    defer { dbh_free(text) }
    return String(cString: text)
  }

  /// The text without values, and the duration where there is one: `0.002 seconds SELECT * FROM book`.
  public var description: String { duration.map { "\($0) \(sql)" } ?? sql }

  func invalidate() { statement = nil }
}

extension SQLiteInstrumentor {
  /// Calls a function of the app's for each statement on a connection, beside the hooks.
  ///
  /// SQLite has one trace callback for each connection. Where ``sharesTrace`` is `true` an app can call `sqlite3_trace_v2`
  /// itself, and nothing is lost. Elsewhere (on Apple's platforms, and with SQLite linked statically) that would replace the
  /// hooks; this does not, on any platform:
  ///
  /// ```swift
  /// try SQLiteInstrumentor.instrument(handle)
  /// try SQLiteInstrumentor.trace(handle) { event in print(event) }
  /// ```
  ///
  /// It replaces the function that was set before; `nil` ends the trace. The function is called on the thread that runs
  /// the statement, must not use the connection, and is let go when the connection closes.
  ///
  /// - Throws: ``SQLiteInstrumentationError`` for a connection that is not instrumented.
  public static func trace(
    _ connection: OpaquePointer, options: SQLiteTraceEvent.Options = .statement,
    _ body: ((SQLiteTraceEvent) -> Void)?
  ) throws {
    let handle = UnsafeMutableRawPointer(connection)
    let code =
      if let body {
        dbh_share_trace(
          handle, options.rawValue, appTrace, Unmanaged.passRetained(TraceFunction(body)).toOpaque(),
          releaseTraceFunction)
      } else {
        dbh_share_trace(handle, 0, nil, nil, nil)
      }
    if Int(code) != DBH_OK { throw SQLiteInstrumentationError(code: code, result: 0, name: nil) }
  }
}

private final class TraceFunction {
  let body: (SQLiteTraceEvent) -> Void

  init(_ body: @escaping (SQLiteTraceEvent) -> Void) { self.body = body }
}

private func appTrace(
  _ event: UInt32, _ context: UnsafeMutableRawPointer?, _ statement: UnsafeMutableRawPointer?,
  _ detail: UnsafeMutableRawPointer?
) -> Int32 {
  guard let context, let statement, let detail else { return 0 }
  let isProfile = event == UInt32(DBH_TRACE_PROFILE)
  let sql = isProfile ? dbh_sql(statement) : UnsafePointer(detail.assumingMemoryBound(to: CChar.self))
  let duration = isProfile ? Duration.nanoseconds(detail.load(as: Int64.self)) : nil
  let function = Unmanaged<TraceFunction>.fromOpaque(context).takeUnretainedValue()
  let event = SQLiteTraceEvent(statement, sql: sql.map { String(cString: $0) } ?? "", duration: duration)
  function.body(event)
  event.invalidate()
  return 0
}

private func releaseTraceFunction(_ context: UnsafeMutableRawPointer?) {
  guard let context else { return }
  Unmanaged<TraceFunction>.fromOpaque(context).release()
}
