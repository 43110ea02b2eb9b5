internal import DatabaseInstrumentation
public import Tracing

/// A span on its way into a recording and to the tracer behind.
public struct RecordingSpan: Span {
  private let live: LiveSpan?
  private let next: (any Span)?

  /// The context for spans inside of this one.
  public let context: ServiceContext
  private let name: String

  init(live: LiveSpan?, next: (any Span)?, name: String, context: ServiceContext) {
    self.live = live
    self.next = next
    var inner = next?.context ?? context
    if let live { inner[LiveSpanKey.self] = live }
    self.context = inner
    self.name = name
  }

  /// The name; it can be changed while the span runs.
  public var operationName: String {
    get { live?.snapshot.name ?? next?.operationName ?? name }
    nonmutating set {
      live?.update { $0.name = newValue }
      next?.operationName = newValue
    }
  }

  /// The attributes.
  public var attributes: SpanAttributes {
    get { live?.snapshot.attributes ?? next?.attributes ?? [:] }
    nonmutating set {
      live?.update { $0.attributes = newValue }
      next?.attributes = newValue
    }
  }

  /// Whether anybody takes what is put on the span.
  public var isRecording: Bool { live != nil || next?.isRecording == true }

  /// Says how it ended.
  public func setStatus(_ status: SpanStatus) {
    live?.update { $0.status = status }
    next?.setStatus(status)
  }

  /// Adds an event.
  public func addEvent(_ event: SpanEvent) {
    live?.update { $0.events.append(event) }
    next?.addEvent(event)
  }

  /// Says what went wrong; the recording keeps the type of the error, not its text.
  public func recordError<Instant: TracerInstant>(
    _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
  ) {
    live?.update { $0.errorTypes.append(String(reflecting: type(of: error))) }
    next?.recordError(error, attributes: attributes, at: instant())
  }

  /// Links it to another span, in the tracer behind.
  public func addLink(_ link: SpanLink) {
    next?.addLink(link)
  }

  /// Ends it; a second end is left out.
  public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
    let instant = instant()
    live?.update { $0.end = SpanClock.monotonic(instant.nanosecondsSinceEpoch) }
    next?.end(at: instant)
  }
}
