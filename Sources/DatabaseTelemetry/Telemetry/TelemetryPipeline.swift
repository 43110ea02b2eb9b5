internal import CoreMetrics
internal import DatabaseSupport
internal import Logging
internal import Synchronization
internal import Tracing

/// What one configuration does with statements: immutable but for its caches, so that a statement ends as it began
/// whatever is configured meanwhile.
final class TelemetryPipeline: Sendable {
  let configuration: DatabaseInstrumentor.Configuration
  let text: StatementText
  let logger: Logger
  let metrics: OperationMetrics
  let shownShapes = ShownShapes()
  private let plans = LoadPlanCache()
  private let draws: Locked<SeededGenerator>
  private let open: OpenStatements?
  /// Whether it was configured for one database, apart from its instrumentor.
  let isOverride: Bool

  /// - Parameter keepsOpenStatements: Whether ``endOpenStatements()`` is going to be asked for.
  init(
    _ configuration: DatabaseInstrumentor.Configuration, logger: Logger, isOverride: Bool = false,
    keepsOpenStatements: Bool = false
  ) {
    self.isOverride = isOverride
    var configuration = configuration
    if configuration.lazyLoadsOnly { configuration.sampling = configuration.sampling.and(.lazyLoads) }
    if configuration.queriesOnly { configuration.sampling = configuration.sampling.and(.queries) }
    self.configuration = configuration
    self.logger = logger
    text = StatementText(configuration)
    metrics = OperationMetrics(attributeNames: configuration.metricAttributes)
    draws = Locked(SeededGenerator(seed: configuration.samplingSeed))
    open = keepsOpenStatements ? OpenStatements() : nil
  }

  /// Whether there is anything to do.
  var isEnabled: Bool { configuration.isEnabled && DatabaseEnvironment.isEnabled }

  /// Takes note of a statement that begins.
  ///
  /// - Returns: `nil` where nothing is to be done when it ends.
  func begin(_ statement: SentStatement, on connection: ObservedConnection) -> StatementTelemetry? {
    SinkCall.perform { begun(statement, on: connection) }
  }

  private func begun(_ statement: SentStatement, on connection: ObservedConnection) -> StatementTelemetry? {
    let context = ServiceContext.current ?? .topLevel
    let load = LoadTelemetry.current
    let tracer = configuration.emitsSpans ? InstrumentationSystem.tracer : nil
    let planned = load == nil ? plan(statement, on: connection) : nil
    let strategy = load?.strategy ?? planned?.strategy

    var decision = SamplingDecision.notSampled
    if let tracer, !(tracer is NoOpTracer) {
      let sampled = SampledStatement(
        shape: shownShapes.shown(statement.shape, on: connection), connection: connection.info,
        attributes: context.databaseAttributes, strategy: strategy)
      decision = SamplingDecision(configuration.sampling.rule, for: sampled) { self.share(of: context, tracer: tracer) }
    }
    let metricHandle =
      configuration.emitsMetrics ? metrics.factoryInUse : nil
    guard decision != .notSampled || metricHandle != nil || configuration.slowStatementThreshold != nil else {
      return nil
    }

    let telemetry = StatementTelemetry(
      pipeline: self, statement: statement, connection: connection, context: context, load: load, planned: planned,
      tracer: decision == .notSampled ? nil : tracer, decision: decision, metrics: metricHandle)
    open?.insert(telemetry)
    return telemetry
  }

  /// From 0 up to but not including 1, the same for the whole trace.
  private func share(of context: ServiceContext, tracer: any Tracer) -> Double {
    let number = TraceIdentity.of(context, instrument: tracer).map {
      SeededGenerator.mix($0 ^ configuration.samplingSeed)
    }
    return Double((number ?? draws.withLock { $0.next() }) >> 11) * 0x1p-53
  }

  private func plan(_ statement: SentStatement, on connection: ObservedConnection) -> PlannedLoad? {
    guard statement.shape.kind == .select, configuration.emitsSpans else { return nil }
    return plans.load(
      statement.shape, in: connection.schema, enclosing: statement.enclosing?.shape,
      withJoins: configuration.monitorsJoinedLoading)
  }

  /// Whether sources have to hand over the text as it was sent.
  var needsSentText: Bool {
    configuration.emitsSpans && configuration.capturesStatementText && text.needsSentText
  }

  /// Whether sources have to hand over the bound values.
  var needsParameters: Bool { configuration.emitsSpans && configuration.recordsParameters }

  /// The bound values that a span may carry.
  ///
  /// Which column a parameter belongs to is not known here, so where some columns are masked, all parameters are.
  func shown(_ parameters: [String?]) -> [String?] {
    configuration.redaction == .none ? parameters : parameters.map { _ in "?" }
  }

  func ended(_ telemetry: StatementTelemetry) {
    open?.remove(telemetry)
  }

  /// Ends what still runs: the statements of a scope that is over.
  func endOpenStatements() {
    for telemetry in open?.takeAll() ?? [] { telemetry.end(nil) }
  }
}

/// The statements of a temporary instrumentation that have not ended.
private final class OpenStatements: Sendable {
  private let statements = Locked<[ObjectIdentifier: StatementTelemetry]>([:])

  func insert(_ statement: StatementTelemetry) {
    statements.withLock { $0[ObjectIdentifier(statement)] = statement }
  }

  func remove(_ statement: StatementTelemetry) {
    statements.withLock { $0[ObjectIdentifier(statement)] = nil }
  }

  func takeAll() -> [StatementTelemetry] {
    statements.withLock { statements in
      defer { statements = [:] }
      return Array(statements.values)
    }
  }
}
