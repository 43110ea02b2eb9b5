#if GRDB
  public import GRDB
  internal import SQLiteInstrumentation

  extension Configuration {
    /// A copy of the configuration whose connections are instrumented, under a name.
    ///
    /// ```swift
    /// let queue = try DatabaseQueue(path: path, configuration: Configuration().instrumented(name: "library"))
    /// ```
    ///
    /// On Linux a test process is instrumented by itself, and this gives the database its name in messages, spans and metrics.
    /// On Apple's platforms, where SQLite has no automatic extensions, it is how a connection becomes visible at all: use it in
    /// the function that makes the app's configuration. It works in a program with `GRDBInstrumentation` alone, too.
    ///
    /// Where SQLite has no preupdate hook and its update hook cannot be shared, as with Apple's own library, GRDB has the update
    /// hook: a `TransactionObserver` for the life of the connection then tells recordings which rows were changed. With it GRDB
    /// makes a `DELETE` of all rows take them one by one.
    ///
    /// It runs before the configuration's own `prepareDatabase` functions that are added later, and after those that
    /// are there. A `db.trace` of the app's replaces the hooks where `SQLiteInstrumentor.sharesTrace` is `false`; call
    /// `sharedTrace(options:_:)` there.
    ///
    /// - Parameter name: What messages call the database; the file's name when `nil`.
    /// - Returns: A configuration with which opening a connection throws `SQLiteInstrumentationError` when the
    ///   connection cannot be instrumented; with `DATABASE_INSTRUMENTATION_ENABLED=0` it opens, without hooks.
    public func instrumented(name: String? = nil) -> Configuration {
      var configuration = self
      configuration.prepareDatabase { db in
        guard let connection = db.sqliteConnection else { return }
        do {
          try SQLiteInstrumentor.instrument(connection, name: name)
        } catch let error as SQLiteInstrumentationError where error == .isDisabled {}
        RowChangeObserver.observe(db)
      }
      return configuration
    }
  }
#endif
