#if GRDB
  public import GRDB
  public import SQLiteInstrumentation

  extension Database {
    /// Calls a function for each statement, beside the hooks.
    ///
    /// GRDB's own `trace(options:_:)` takes SQLite's only trace callback. On ELF platforms with a shared SQLite library
    /// that is no harm; elsewhere it replaces the hooks, and recordings say that they are blind. There, trace with this:
    ///
    /// ```swift
    /// var configuration = Configuration().instrumented(name: "library")
    /// configuration.prepareDatabase { db in
    ///   try db.sharedTrace { print("SQL:", $0) }
    /// }
    /// ```
    ///
    /// It replaces the function that was set before; `nil` ends the trace. The function must not use the database.
    ///
    /// - Throws: `SQLiteInstrumentationError` for a connection that is not instrumented.
    public func sharedTrace(
      options: SQLiteTraceEvent.Options = .statement, _ trace: ((SQLiteTraceEvent) -> Void)?
    ) throws {
      guard let connection = sqliteConnection else { throw SQLiteInstrumentationError.isClosed }
      try SQLiteInstrumentor.trace(connection, options: options, trace)
    }
  }
#endif
