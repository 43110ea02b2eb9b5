internal import DatabaseSupport
internal import Tracing

/// A load that an ORM declared, on its way to the tracer.
final class LoadTelemetry: Sendable {
  /// `nil`: a plain load by primary key, which follows no relationship.
  let strategy: LoadStrategy?
  /// The one in which the statements of the load run.
  let context: ServiceContext

  private let relationship: String
  /// The flush that it is part of.
  private let flush = FlushTelemetry.current
  private let attributes: DatabaseAttributes
  private let start: UInt64
  private let span = Locked<(any Span)?>(nil)

  init(_ strategy: LoadStrategy?, of relationship: String, attributes: DatabaseAttributes) {
    self.strategy = strategy
    self.relationship = relationship
    self.attributes = attributes
    context = TraceIdentity.marking(ServiceContext.current ?? .topLevel, instrument: InstrumentationSystem.tracer)
    start = DefaultTracerClock.now.nanosecondsSinceEpoch
  }

  /// That of the load around the current task.
  static var current: LoadTelemetry? { DeclaredLoad.current?.observation as? LoadTelemetry }

  /// The context of the span that the statements inside are children of; made for the first statement that is sampled.
  func spanContext(tracer: any Tracer) -> ServiceContext {
    span.withLock { span in
      if let span { return span.context }
      let name = strategy == nil ? "load \(relationship)" : "\(strategy!) load \(relationship)"
      let begun: any Span = tracer.startSpan(
        name, context: flush?.spanContext(tracer: tracer) ?? context, ofKind: .internal,
        at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: start))
      begun.updateAttributes { attributes in
        describe(in: &attributes)
        context.databaseAttributes.forEach { attributes[$0] = $1.spanAttribute }
      }
      span = begun
      return begun.context
    }
  }

  /// Puts what is known of the load on the span of the load, or of a statement in it.
  func describe(in attributes: inout SpanAttributes) {
    if let strategy {
      attributes["db.loader.strategy"] = SpanAttribute.string(strategy.rawValue)
      attributes["db.loader.is_joined"] = SpanAttribute.bool(strategy == .joined)
      attributes["db.relationship.key"] = SpanAttribute.string(relationship)
    } else {
      attributes["db.loader.is_identity"] = SpanAttribute.bool(true)
      attributes["db.collection.name"] = SpanAttribute.string(relationship)
    }
    self.attributes.forEach { attributes[$0] = $1.spanAttribute }
  }

  func end(_ error: (any Error)?) {
    guard let span = span.withLock({ $0 }) else { return }
    SinkCall.perform {
      if let error {
        span.attributes["error.type"] = SpanAttribute.string(String(reflecting: type(of: error)))
        span.setStatus(SpanStatus(code: .error))
      }
      span.end()
    }
  }
}
