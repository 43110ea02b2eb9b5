internal import DatabaseSupport
internal import Tracing

/// A flush that an ORM's session announced, on its way to the tracer: the parent of its statements and loads.
final class FlushTelemetry: Sendable {
  private let name: String
  private let announced: RowChanges
  private let context: ServiceContext
  private let start: UInt64
  private let state = Locked(State())

  private struct State {
    var span: (any Span)?
    var isEnded = false
  }

  init(_ name: String, announced: RowChanges) {
    self.name = name
    self.announced = announced
    context = TraceIdentity.marking(ServiceContext.current ?? .topLevel, instrument: InstrumentationSystem.tracer)
    start = DefaultTracerClock.now.nanosecondsSinceEpoch
  }

  /// That of the flush around the current task.
  static var current: FlushTelemetry? { SessionFlush.current?.observation as? FlushTelemetry }

  /// The context of the span that the statements inside are children of; made for the first statement that is sampled.
  func spanContext(tracer: any Tracer) -> ServiceContext {
    state.withLock { state in
      if let span = state.span { return span.context }
      // What comes after its end is no part of it.
      guard !state.isEnded else { return context }
      let begun: any Span = tracer.startSpan(
        "flush \(name)", context: context, ofKind: .internal,
        at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: start))
      begun.updateAttributes { attributes in
        attributes["db.flush.new_rows"] = SpanAttribute.int64(Self.count(announced.inserted))
        attributes["db.flush.dirty_rows"] = SpanAttribute.int64(Self.count(announced.updated))
        attributes["db.flush.deleted_rows"] = SpanAttribute.int64(Self.count(announced.deleted))
        context.databaseAttributes.forEach { attributes[$0] = $1.spanAttribute }
      }
      state.span = begun
      return begun.context
    }
  }

  /// - Parameter ending: `nil` where nobody said that it is over.
  func end(_ ending: FlushEnding?) {
    let span = state.withLock { state -> (any Span)? in
      defer { state.isEnded = true }
      return state.isEnded ? nil : state.span
    }
    guard let span else { return }
    SinkCall.perform {
      switch ending {
      case .executed: span.setStatus(SpanStatus(code: .ok))
      case .threw(let error):
        // Its type alone: what an error says may quote values.
        span.attributes["error.type"] = SpanAttribute.string(String(reflecting: type(of: error)))
        span.setStatus(SpanStatus(code: .error))
      case nil: span.attributes["db.instrumentation.ended_early"] = SpanAttribute.bool(true)
      }
      span.end()
    }
  }

  /// Numbers may come from anybody.
  private static func count(_ rows: [String: Int]) -> Int64 {
    rows.values.reduce(into: Int64(0)) { sum, rows in
      let (added, overflow) = sum.addingReportingOverflow(Int64(clamping: rows))
      sum = overflow ? .max : added
    }
  }
}
