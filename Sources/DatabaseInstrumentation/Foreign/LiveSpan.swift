internal import DatabaseSupport
internal import Synchronization
package import Tracing

/// A span that some library began while a recording ran.
package final class LiveSpan: Sendable {
  /// Unique in the process.
  let identity: UInt64
  /// Its place in the order of the whole recording tree, among the statements.
  package let sequence: UInt64
  package let scope: UInt32
  package let kind: SpanKind
  package let parent: LiveSpan?
  /// Whether this package began it: the statement is recorded anyway.
  package let isOwn: Bool
  /// Nanoseconds of the monotonic clock.
  package let start: UInt64
  /// Index into the store's stacks, plus 1; 0: not captured.
  let stack: UInt32

  private let state: Locked<SpanState>

  private static let lastIdentity = Atomic<UInt64>(0)

  init(
    name: String, kind: SpanKind, parent: LiveSpan?, isOwn: Bool, scope: UInt32, sequence: UInt64, stack: UInt32,
    start: UInt64
  ) {
    identity = Self.lastIdentity.wrappingAdd(1, ordering: .relaxed).newValue
    self.kind = kind
    self.parent = parent
    self.isOwn = isOwn
    self.scope = scope
    self.sequence = sequence
    self.stack = stack
    self.start = start
    state = Locked(SpanState(name: name))
  }

  /// What it is now; a copy.
  package var snapshot: SpanState { state.withLock { $0 } }

  package func update(_ change: (inout SpanState) -> Void) {
    state.withLock { state in
      // OpenTelemetry: what comes after the end is left out.
      if state.end == nil { change(&state) }
    }
  }
}

/// What changes of a span while it runs.
package struct SpanState: Sendable, CustomReflectable {
  package var name: String
  package var attributes = SpanAttributes()
  package var status: SpanStatus?
  package var events: [SpanEvent] = []
  /// The types of the errors that were recorded; their texts may hold values.
  package var errorTypes: [String] = []
  /// Nanoseconds of the monotonic clock; `nil` while it runs.
  package var end: UInt64?

  init(name: String) {
    self.name = name
  }

  /// Without what libraries put into names and attributes: SQL with its values, and parameters.
  package var customMirror: Mirror { Mirror(self, children: ["errorTypes": errorTypes]) }
}

extension RecordingScope {
  /// Takes note of a span that begins.
  ///
  /// - Parameter nanosecondsSinceEpoch: When, by the tracer's clock.
  package func beginSpan(
    _ name: String, kind: SpanKind, parent: LiveSpan?, isOwn: Bool, at nanosecondsSinceEpoch: UInt64
  ) -> LiveSpan {
    // Only clients may be statements, and only of those is the call site asked for.
    let stack = kind == .client && !isOwn ? store.stacks.capture() : 0
    let span = LiveSpan(
      name: name, kind: kind, parent: parent, isOwn: isOwn, scope: id, sequence: store.upcomingSequence(), stack: stack,
      start: SpanClock.monotonic(nanosecondsSinceEpoch))
    store.keep(span)
    if kind == .client, !isOwn { SeenStatements.shared.note(span, in: self) }
    return span
  }
}

/// Between the clock of spans and the one of recordings.
package enum SpanClock {
  /// The time of the monotonic clock at a time of the wall clock.
  package static func monotonic(_ nanosecondsSinceEpoch: UInt64) -> UInt64 {
    let (wall, monotonic) = (DefaultTracerClock.now.nanosecondsSinceEpoch, monotonicNanoseconds())
    let ago = Int64(bitPattern: wall &- nanosecondsSinceEpoch)
    return UInt64(clamping: Int64(clamping: monotonic) - ago)
  }
}

/// Marks the spans of this package on their way through a tracer.
package enum OwnSpanKey: ServiceContextKey {
  package typealias Value = Bool
}
