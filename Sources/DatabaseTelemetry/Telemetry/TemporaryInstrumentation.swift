internal import Logging
internal import Synchronization

/// An instrumentation that lasts for one scope of one task and its children.
final class TemporaryInstrumentation: Sendable {
  /// That of the current task.
  static var current: TemporaryInstrumentation? { ProcessObserver.ofTask as? TemporaryInstrumentation }

  let pipeline: TelemetryPipeline
  private let isOver = Atomic<Bool>(false)

  init(_ configuration: DatabaseInstrumentor.Configuration, logger: Logger) {
    pipeline = TelemetryPipeline(configuration, logger: logger, keepsOpenStatements: true)
    TelemetryRouter.shared.beginTemporary()
  }

  /// Whether its scope still runs.
  var isRunning: Bool { !isOver.load(ordering: .acquiring) }

  func finish() {
    isOver.store(true, ordering: .releasing)
    pipeline.endOpenStatements()
    TelemetryRouter.shared.endTemporary()
  }
}

/// Instruments the database work of `body`, and nothing else, as `configuration` says.
///
/// ```swift
/// let configuration = DatabaseInstrumentor.Configuration.development
/// try await withTemporaryInstrumentation(configuration) {
///   try await importLibrary()            // spans and metrics, also where no instrumentor is active
/// }
/// ```
///
/// It holds for this task, its children, and connections that are opened inside; the process is not touched, so tests
/// that run in parallel do not see each other's. Statements that are still open at the end of `body` have their spans
/// ended there.
///
/// - Parameters:
///   - configuration: What to do with the statements.
///   - body: The work.
/// - Returns: What `body` returns.
/// - Throws: ``DatabaseConfigurationError`` for a configuration that makes no sense, and what `body` throws.
public func withTemporaryInstrumentation<R>(
  _ configuration: DatabaseInstrumentor.Configuration = .init(), _ body: () throws -> R
) throws -> R {
  try configuration.validate()
  let temporary = TemporaryInstrumentation(configuration, logger: DatabaseInstrumentor.defaultLogger)
  defer { temporary.finish() }
  return try ProcessObserver.$ofTask.withValue(temporary, operation: body)
}

/// Instruments the database work of `body`, and nothing else, as `configuration` says.
///
/// It holds for this task, its children, and connections that are opened inside; the process is not touched, so tests
/// that run in parallel do not see each other's. Statements that are still open at the end of `body` have their spans
/// ended there.
///
/// - Parameters:
///   - configuration: What to do with the statements.
///   - body: The work.
/// - Returns: What `body` returns.
/// - Throws: ``DatabaseConfigurationError`` for a configuration that makes no sense, and what `body` throws.
public func withTemporaryInstrumentation<R>(
  _ configuration: DatabaseInstrumentor.Configuration = .init(), _ body: () async throws -> R
) async throws -> R {
  try configuration.validate()
  let temporary = TemporaryInstrumentation(configuration, logger: DatabaseInstrumentor.defaultLogger)
  defer { temporary.finish() }
  return try await ProcessObserver.$ofTask.withValue(temporary, operation: body)
}
