internal import DatabaseSupport
public import Logging

/// Sends what databases are asked to the tracer, the metrics and the log of the process.
///
/// ```swift
/// try SQLiteInstrumentor.install()                        // once, before the first connection
/// try DatabaseInstrumentor.shared.configure { $0 = .production }
/// try DatabaseInstrumentor.shared.activate()              // spans and metrics from here on
/// ```
///
/// Spans go to the tracer that is current for the task that sends the statement, metrics to its metrics factory: those of
/// `withTracer` and `withMetricsFactory`, else those that the process was bootstrapped with. An app's behaviour never
/// depends on it: nothing is thrown into the app's database calls, and errors of its own are logged.
///
/// Recordings of tests are independent of it: they see every statement whether an instrumentor is active or not.
///
/// A tracer, a metrics factory or a log handler may use an instrumented database to store what it is told. What it does there in the
/// call, and in tasks that it begins, is neither traced, measured nor logged. Work that it sends to a queue or a thread of its own is not
/// known to be its own: activate the instrumentor on the app's databases alone then, by ``activate(on:configuration:)``.
///
/// A database is served by one instrumentor: the one that was activated for it last, else the one that was activated for
/// all databases last.
public final class DatabaseInstrumentor: Sendable {
  /// The instrumentor of the process.
  public static let shared = DatabaseInstrumentor(unchecked: Configuration(), logger: defaultLogger)

  static let defaultLogger = Logger(label: "database-instrumentation")

  private let logger: Logger
  private let state: Locked<State>

  private struct State {
    var configuration: Configuration
    var isActive = false
  }

  /// Creates an instrumentor; ``activate()`` puts it to work.
  ///
  /// - Parameters:
  ///   - configuration: What it does.
  ///   - logger: Where slow statements and its own errors go; a logger labelled `database-instrumentation` when `nil`.
  /// - Throws: ``DatabaseConfigurationError`` for a value that makes no sense.
  public convenience init(configuration: Configuration = Configuration(), logger: Logger? = nil) throws {
    try configuration.validate()
    self.init(unchecked: configuration, logger: logger ?? Self.defaultLogger)
  }

  private init(unchecked configuration: Configuration, logger: Logger) {
    self.logger = logger
    state = Locked(State(configuration: configuration))
  }

  deinit { TelemetryRouter.shared.deactivate(owner: self) }

  /// What it does now.
  public var configuration: Configuration { state.withLock { $0.configuration } }

  /// Whether it is at work.
  public var isActive: Bool { state.withLock { $0.isActive } }

  /// Changes the configuration, also while it is active. Statements that run end as they began.
  ///
  /// ```swift
  /// try DatabaseInstrumentor.shared.configure { $0.sampling = .ratio(0.05) }
  /// ```
  ///
  /// - Parameter change: Changes the value; whoever calls at the same time waits.
  /// - Throws: ``DatabaseConfigurationError`` for a value that makes no sense, and what `change` throws; then everything
  ///   stays as it was.
  public func configure(_ change: (inout Configuration) throws -> Void) throws {
    try state.withLock { state in
      var configuration = state.configuration
      try change(&configuration)
      try configuration.validate()
      state.configuration = configuration
      guard state.isActive else { return }
      let pipeline = TelemetryPipeline(configuration, logger: logger)
      TelemetryRouter.shared.replace(owner: self) { $0.isOverride ? $0 : pipeline }
    }
  }

  /// Puts it to work for every database of the process, those that are opened later included.
  ///
  /// Activating it twice is the same as once. It logs a warning when there is no database yet: where nothing was
  /// instrumented, nothing is going to be seen.
  ///
  /// - Returns: The databases that were found.
  @discardableResult
  public func activate() -> DatabaseActivation {
    let databases = DatabaseRegistry.shared.databases
    state.withLock { state in
      state.isActive = true
      TelemetryRouter.shared.activate(
        TelemetryPipeline(state.configuration, logger: logger), owner: self, on: nil)
    }
    if databases.isEmpty {
      SinkCall.perform {
        logger.warning(
          """
          No instrumented database was found. Call SQLiteInstrumentor.install() before the app opens its first connection, \
          or make an InstrumentedConnection in the driver; those that come later are served as well.
          """)
      }
    }
    return DatabaseActivation(databases: databases, failures: [])
  }

  /// Puts it to work for some databases only, or for some with a configuration of their own.
  ///
  /// A database that cannot be instrumented does not stop the others.
  ///
  /// ```swift
  /// let result = try DatabaseInstrumentor.shared.activate(
  ///   on: [.sqlite(handle, name: "archive")], configuration: archiveConfiguration)
  /// for failure in result.failures { print(failure) }
  /// ```
  ///
  /// - Parameters:
  ///   - databases: From `DatabaseRegistry`, or of connections that are not instrumented yet.
  ///   - configuration: For these databases alone; that of the instrumentor when `nil`.
  /// - Returns: The databases that it works for now, and why the others failed.
  /// - Throws: ``DatabaseConfigurationError`` for a value that makes no sense; then nothing is activated.
  @discardableResult
  public func activate(
    on databases: [InstrumentedDatabase], configuration: Configuration? = nil
  ) throws -> DatabaseActivation {
    try configuration?.validate()
    var result = DatabaseActivation(databases: [], failures: [])
    for database in databases {
      do {
        let identity = try database.attached()
        state.withLock { state in
          state.isActive = true
          let pipeline = TelemetryPipeline(
            configuration ?? state.configuration, logger: logger, isOverride: configuration != nil)
          TelemetryRouter.shared.activate(pipeline, owner: self, on: identity)
        }
        result.databases.append(database.with(identity))
      } catch {
        result.failures.append(DatabaseActivation.Failure(database: database.name, error: error))
        if self.configuration.logsInstrumentationErrors {
          SinkCall.perform {
            logger.error(
              "A database could not be instrumented",
              metadata: ["database": "\(database.name)", "error": "\(String(describing: error))"])
          }
        }
      }
    }
    return result
  }

  /// Stops it. Statements that run end as they began, so that no span stays open; nothing new begins.
  ///
  /// Deactivating it twice is the same as once.
  public func deactivate() {
    state.withLock { state in
      state.isActive = false
      TelemetryRouter.shared.deactivate(owner: self)
    }
  }
}

/// What an activation found.
public struct DatabaseActivation: Sendable, CustomStringConvertible {
  /// A database that could not be instrumented.
  public struct Failure: Sendable, CustomStringConvertible {
    /// The name of the database.
    public let database: String
    /// Why.
    public let error: any Error

    /// `archive: Connection "archive" is closed.`
    public var description: String { "\(database): \(error)" }
  }

  /// The databases that are served.
  public fileprivate(set) var databases: [InstrumentedDatabase]
  /// Those that are not, and why.
  public fileprivate(set) var failures: [Failure]

  /// `2 databases: library.sqlite (sqlite), :memory: (sqlite). 1 failed: archive: …`
  public var description: String {
    var text = databases.count.counted("database")
    if !databases.isEmpty { text += ": " + databases.map(\.description).joined(separator: ", ") }
    if !failures.isEmpty {
      text += ". \(failures.count) failed: " + failures.map(\.description).joined(separator: "; ")
    }
    return text
  }
}
