internal import DatabaseInstrumentation
public import Tracing

/// A tracer that puts spans into the recording of the task, and hands them on.
///
/// A recorder binds one to its scope by itself (`withTracer`), so what libraries emit there is in `Recording.spans`, and
/// spans of database clients count as queries. A client that keeps the tracer it found when it was made needs one from the
/// start, which finds the recording of each span by its task:
///
/// ```swift
/// let client = PostgresClient(configuration: postgres, tracer: RecordingTracer(forwardingTo: otel))
/// ```
///
/// Where the task is lost, a span belongs to the recording in which the tracer was made.
public struct RecordingTracer: Tracer {
  private let next: (any Tracer)?
  private let bound: RecordingScope?

  /// Makes a tracer that finds the recording of each span.
  ///
  /// - Parameter tracer: Gets every span as well; `nil` for none.
  public init(forwardingTo tracer: (any Tracer)? = nil) {
    next = tracer
    bound = RecordingScope.current?.unfinished
  }

  /// The tracer that a recorder binds: what was current before gets every span as well.
  init(scope: RecordingScope) {
    let current = InstrumentationSystem.tracer
    // Recordings are nested: the span is in the outer ones because the scope is.
    if let recording = current as? RecordingTracer {
      next = recording.next
    } else {
      next = current is NoOpTracer ? nil : current
    }
    bound = scope
  }

  /// Begins a span in the recording of the task, and in the tracer behind.
  public func startSpan<Instant: TracerInstant>(
    _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
    at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
  ) -> RecordingSpan {
    var context = context()
    let instant = instant()
    let isOwn = context[OwnSpanKey.self] ?? false
    context[OwnSpanKey.self] = nil
    let scope = RecordingScope.current.map(\.unfinished) ?? bound?.unfinished
    let live =
      scope?.role == .recording
      ? scope?.beginSpan(
        operationName, kind: kind, parent: context[LiveSpanKey.self], isOwn: isOwn, at: instant.nanosecondsSinceEpoch)
      : nil
    let forwarded: (any Tracing.Span)? = next.map {
      $0.startSpan(
        operationName, context: context, ofKind: kind, at: instant, function: function, file: fileID, line: line)
    }
    return RecordingSpan(live: live, next: forwarded, name: operationName, context: context)
  }

  /// The span of the tracer behind is not looked for: spans of this tracer are not found by their context.
  public func activeSpan(identifiedBy context: ServiceContext) -> RecordingSpan? { nil }

  /// Does nothing: nothing is held back here. Flush the tracer behind where it is made.
  public func forceFlush() {}

  /// Reads the context that another process sent, as the tracer behind does.
  public func extract<Carrier, Extract: Extractor>(
    _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
  ) where Extract.Carrier == Carrier {
    next?.extract(carrier, into: &context, using: extractor)
  }

  /// Writes the context for another process, as the tracer behind does.
  public func inject<Carrier, Inject: Injector>(
    _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
  ) where Inject.Carrier == Carrier {
    next?.inject(context, into: &carrier, using: injector)
  }
}

enum LiveSpanKey: ServiceContextKey {
  typealias Value = LiveSpan
}
