#if Hummingbird
  public import DatabaseTelemetry
  public import Logging
  public import ServiceLifecycle

  /// Activates an instrumentor while a server runs.
  ///
  /// ```swift
  /// var app = Application(router: router)
  /// app.addServices(DatabaseInstrumentationService(configuration: .production))
  /// try await app.runService()
  /// ```
  ///
  /// It begins with the other services of the group and stops with them; statements that run then end as they began.
  /// Call `SQLiteInstrumentor.install()` before the app opens its first connection.
  ///
  /// Each service has an instrumentor of its own, so that two applications in one process, as in tests, do not stop each
  /// other's.
  public struct DatabaseInstrumentationService: Service {
    private let configuration: DatabaseInstrumentor.Configuration
    private let logger: Logger?

    /// Makes a service.
    ///
    /// - Parameters:
    ///   - configuration: What is done with the statements.
    ///   - logger: Where slow statements and the instrumentation's own errors go; one labelled `database-instrumentation`
    ///     when `nil`.
    public init(configuration: DatabaseInstrumentor.Configuration = .init(), logger: Logger? = nil) {
      self.configuration = configuration
      self.logger = logger
    }

    /// Instruments every database of the process until the group shuts down.
    ///
    /// - Throws: `DatabaseConfigurationError` for a configuration that makes no sense.
    public func run() async throws {
      let instrumentor = try DatabaseInstrumentor(configuration: configuration, logger: logger)
      instrumentor.activate()
      defer { instrumentor.deactivate() }
      try? await gracefulShutdown()
    }
  }
#endif
