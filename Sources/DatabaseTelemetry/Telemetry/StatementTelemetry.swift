internal import CoreMetrics
internal import DatabaseSupport
internal import Logging
internal import Tracing

/// One statement on its way to tracer, metrics and log: made when it begins, ended exactly once.
final class StatementTelemetry: Sendable {
  let shape: StatementShape
  let load: LoadTelemetry?

  private let pipeline: TelemetryPipeline
  private let connection: ObservedConnection
  private let statement: SentStatement
  private let context: ServiceContext
  private let planned: PlannedLoad?
  private let tracer: (any Tracer)?
  private let decision: SamplingDecision
  private let metrics: (any MetricsFactory)?
  /// Nanoseconds since 1970.
  private let start: UInt64
  private let beganAt: UInt64
  private let state: Locked<State>

  private struct State {
    var span: (any Span)?
    var isEnded = false
  }

  init(
    pipeline: TelemetryPipeline, statement: SentStatement, connection: ObservedConnection, context: ServiceContext,
    load: LoadTelemetry?, planned: PlannedLoad?, tracer: (any Tracer)?, decision: SamplingDecision,
    metrics: (any MetricsFactory)?
  ) {
    // What is known of the schema without a look at it: no SQL may run here.
    shape = pipeline.shownShapes.shown(statement.shape, on: connection)
    self.load = load
    self.pipeline = pipeline
    self.statement = statement
    self.connection = connection
    self.planned = planned
    self.tracer = tracer
    self.decision = decision
    self.metrics = metrics
    start = DefaultTracerClock.now.nanosecondsSinceEpoch
    beganAt = monotonicNanoseconds()
    var context = context
    if let tracer {
      if let enclosing = statement.enclosing, enclosing.load === load, let parent = enclosing.spanContext {
        context = parent
      } else if let load {
        context = load.spanContext(tracer: tracer)
      } else if let flush = FlushTelemetry.current {
        context = flush.spanContext(tracer: tracer)
      }
    }
    self.context = context
    state = Locked(State())
    guard let tracer, decision == .sampled else { return }
    let span = Self.startSpan(tracer, shape, context, at: start)
    state.withLock { $0.span = span }
    describe(span)
  }

  /// Of its span, for the spans of the statements inside; `nil` where it has none.
  var spanContext: ServiceContext? { state.withLock { $0.span?.context } }

  /// The statement ended; what comes after the first call is left out.
  ///
  /// - Parameters:
  ///   - outcome: `nil` where its end is not going to be seen.
  ///   - wholeMessage: What the database says of a failure, with all that it quotes.
  func end(_ outcome: StatementOutcome?, wholeMessage: String? = nil) {
    let (isFirst, begun) = state.withLock { state in
      defer { state.isEnded = true }
      return (!state.isEnded, state.span)
    }
    guard isFirst else { return }
    pipeline.ended(self)
    var outcome = outcome
    if let wholeMessage, pipeline.configuration.recordsErrorMessages {
      let error = outcome?.error?.saying(wholeMessage)
      outcome?.error = error
    }
    SinkCall.perform { tell(outcome, begun) }
  }

  private func tell(_ outcome: StatementOutcome?, _ begun: (any Span)?) {
    let nanoseconds = outcome?.duration ?? (monotonicNanoseconds() - beganAt)
    let duration = Duration.nanoseconds(Int64(clamping: nanoseconds))
    endSpan(begun, outcome, nanoseconds, duration)
    if let metrics, outcome != nil {
      pipeline.metrics.record(
        seconds: Double(nanoseconds) / 1e9, shape: shape, connection: connection.info, error: outcome?.error,
        attributes: context.databaseAttributes, factory: metrics)
    }
    if let threshold = pipeline.configuration.slowStatementThreshold, duration >= threshold, outcome != nil {
      logSlow(duration)
    }
  }

  private func endSpan(_ begun: (any Span)?, _ outcome: StatementOutcome?, _ nanoseconds: UInt64, _ duration: Duration)
  {
    var span = begun
    if span == nil, let tracer, decision.resolved(duration: duration) {
      let late = Self.startSpan(tracer, shape, context, at: start)
      describe(late)
      span = late
    }
    guard let span else { return }
    finish(span, outcome)
    span.end(at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: start &+ nanoseconds))
  }

  private static func startSpan(
    _ tracer: any Tracer, _ shape: StatementShape, _ context: ServiceContext, at start: UInt64
  ) -> any Span {
    var marked = context
    marked[OwnSpanKey.self] = true
    return tracer.startSpan(
      shape.spanName, context: marked, ofKind: .client, at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: start))
  }

  private func describe(_ span: any Span) {
    guard span.isRecording else { return }
    let configuration = pipeline.configuration
    span.updateAttributes { attributes in
      attributes.describe(connection.info)
      attributes.describe(shape, batchSize: statement.batchSize)
      if configuration.capturesStatementText {
        attributes["db.query.text"] = SpanAttribute.string(
          pipeline.text.text(shape, sent: statement.text, dialect: connection.info.system.dialect))
      }
      for (index, value) in statement.parameters.enumerated() {
        attributes["db.query.parameter.\(index)"] = SpanAttribute.string(value ?? "NULL")
      }
      if let load {
        load.describe(in: &attributes)
      } else if let planned {
        attributes["db.loader.strategy"] = SpanAttribute.string(planned.strategy.rawValue)
        attributes["db.loader.is_joined"] = SpanAttribute.bool(planned.strategy == .joined)
        attributes["db.relationship.key"] = SpanAttribute.string(planned.relationship)
      }
      context.databaseAttributes.forEach { attributes[$0] = $1.spanAttribute }
    }
  }

  private func finish(_ span: any Span, _ outcome: StatementOutcome?) {
    guard span.isRecording else { return }
    guard let outcome else {
      span.attributes["db.instrumentation.ended_early"] = SpanAttribute.bool(true)
      return
    }
    if let rows = outcome.knownRows { span.attributes["db.response.returned_rows"] = SpanAttribute.int64(Int64(rows)) }
    guard let error = outcome.error else { return }
    span.attributes["error.type"] = SpanAttribute.string(error.status)
    span.attributes["db.response.status_code"] = SpanAttribute.string(error.status)
    span.recordError(error, attributes: SpanAttributes(callSiteAttributes()))
    span.setStatus(SpanStatus(code: .error, message: error.message))
  }

  /// The app's line, for a statement that failed: it is taken where the failure was heard, below the app's own frames, or the
  /// line that awaits the statement.
  private func callSiteAttributes() -> [String: SpanAttribute] {
    let configuration = pipeline.configuration
    guard configuration.recordsFailureCallSites || configuration.recordsFailureStackTraces else { return [:] }
    let frames = StackTrace.capture().appFrames
    guard let site = frames.first?.callSite else { return [:] }
    var attributes: [String: SpanAttribute] = [:]
    if configuration.recordsFailureStackTraces {
      // OpenTelemetry: as the language writes it, https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/
      let lines = frames.prefix(Self.stackTraceLength).map { "at \($0.callSite)" }
      attributes["exception.stacktrace"] = SpanAttribute.string(lines.joined(separator: "\n"))
    }
    guard configuration.recordsFailureCallSites else { return attributes }
    attributes["code.function.name"] = SpanAttribute.string(site.function)
    if let path = site.filePath { attributes["code.file.path"] = SpanAttribute.string(path) }
    if let line = site.line { attributes["code.line.number"] = SpanAttribute.int64(Int64(line)) }
    if let column = site.column { attributes["code.column.number"] = SpanAttribute.int64(Int64(column)) }
    return attributes
  }

  private static let stackTraceLength = 64

  private func logSlow(_ duration: Duration) {
    pipeline.logger.warning(
      "Slow statement",
      metadata: [
        "db.query.summary": "\(shape.summary)",
        "db.query.text":
          "\(StatementText.truncated(shape.normalizedSQL, to: pipeline.configuration.sqlTruncationLength))",
        "duration": "\(duration.readable)",
        "connection": "\(connection.info)",
      ])
  }
}

extension StatementShape {
  /// By [OpenTelemetry's rules](https://opentelemetry.io/docs/specs/semconv/database/database-spans/#name): the summary,
  /// else what there is.
  fileprivate var spanName: String { summary.isEmpty ? "SQL" : summary }

  /// `SELECT`.
  var operationName: String? { summary.split(separator: " ").first.map(String.init) }

  /// The only table of the statement; with several, no one of them stands for all.
  var onlyTable: String? {
    guard let first = tables.first, tables.allSatisfy({ $0.name == first.name }) else { return nil }
    return first.name
  }
}

extension SpanAttributes {
  mutating func describe(_ connection: ConnectionInfo) {
    self["db.system.name"] = SpanAttribute.string(connection.system.rawValue)
    if let namespace = connection.namespace { self["db.namespace"] = SpanAttribute.string(namespace) }
    if let address = connection.serverAddress { self["server.address"] = SpanAttribute.string(address) }
    if let port = connection.serverPort { self["server.port"] = SpanAttribute.int64(Int64(port)) }
  }

  mutating func describe(_ shape: StatementShape, batchSize: Int?) {
    if !shape.summary.isEmpty { self["db.query.summary"] = SpanAttribute.string(shape.summary) }
    if let operation = shape.operationName {
      self["db.operation.name"] = SpanAttribute.string(batchSize == nil ? operation : "BATCH \(operation)")
    }
    // OpenTelemetry: a batch of one is no batch.
    if let batchSize, batchSize != 1 { self["db.operation.batch.size"] = SpanAttribute.int64(Int64(batchSize)) }
    if let table = shape.onlyTable { self["db.collection.name"] = SpanAttribute.string(table) }
  }
}
