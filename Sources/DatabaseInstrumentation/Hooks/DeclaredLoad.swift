internal import DatabaseSupport
internal import Tracing

/// A load that an ORM declared around its statements.
package final class DeclaredLoad: Sendable {
  /// `nil`: a plain load by primary key, which follows no relationship.
  package let strategy: LoadStrategy?
  package let relationship: String
  package let parentCount: Int?
  package let attributes: DatabaseAttributes
  package let isJoined: Bool

  private let context: ServiceContext
  private let start: UInt64
  private let span = Locked<(any Span)?>(nil)

  @TaskLocal static var bound: TaskDeclaration<DeclaredLoad>?

  /// The load around the current task; costs one load of a number where no ORM declares any.
  package static var current: DeclaredLoad? {
    StatementDemand.shared.hasDetours ? bound?.subject : nil
  }

  init(
    _ strategy: LoadStrategy?, of relationship: String, parentCount: Int?, isJoined: Bool,
    attributes: DatabaseAttributes
  ) {
    self.strategy = strategy
    self.relationship = relationship
    self.parentCount = parentCount
    self.isJoined = isJoined
    self.attributes = attributes
    context = TraceIdentity.marking(ServiceContext.current ?? .topLevel, instrument: InstrumentationSystem.tracer)
    start = DefaultTracerClock.now.nanosecondsSinceEpoch
  }

  func bind<R>(_ body: () throws -> R) rethrows -> R {
    do {
      let result = try Self.$bound.withValue(TaskDeclaration(self)) {
        try ServiceContext.withValue(context, operation: body)
      }
      end(nil)
      return result
    } catch {
      end(error)
      throw error
    }
  }

  func bind<R>(_ body: () async throws -> R) async rethrows -> R {
    do {
      let result = try await Self.$bound.withValue(TaskDeclaration(self)) {
        try await ServiceContext.withValue(context, operation: body)
      }
      end(nil)
      return result
    } catch {
      end(error)
      throw error
    }
  }

  /// The context of the span that the statements inside are children of; made for the first statement that is sampled.
  func spanContext(tracer: any Tracer) -> ServiceContext {
    span.withLock { span in
      if let span { return span.context }
      let name = strategy == nil ? "load \(relationship)" : "\(strategy!) load \(relationship)"
      let begun: any Span = tracer.startSpan(
        name, context: context, ofKind: .internal, at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: start))
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
      attributes["db.loader.is_joined"] = SpanAttribute.bool(isJoined)
      attributes["db.relationship.key"] = SpanAttribute.string(relationship)
    } else {
      attributes["db.loader.is_identity"] = SpanAttribute.bool(true)
      attributes["db.collection.name"] = SpanAttribute.string(relationship)
    }
    self.attributes.forEach { attributes[$0] = $1.spanAttribute }
  }

  private func end(_ error: (any Error)?) {
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
