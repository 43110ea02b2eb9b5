import CoreMetrics
import DatabaseTelemetry
import DatabaseSupport
import InMemoryTracing
import Logging
import Synchronization
import TestSupport
import Tracing

/// A database in which a sink of telemetry keeps what it is told.
final class SinkStore: Sendable {
  let database: SQLiteDatabase
  private let tasks = Locked<[Task<Void, Never>]>([])
  private let isAsynchronous: Bool
  private let calls = Atomic<Int>(0)

  init(isAsynchronous: Bool = false) throws {
    self.isAsynchronous = isAsynchronous
    database = try SQLiteDatabase()
    try database.execute("CREATE TABLE told (what TEXT)")
  }

  /// A statement of the sink's own, now or in a task of its own.
  ///
  /// Where each call causes another, that ends after some, so that a test fails and does not run on.
  func keep(_ what: String, _ more: () -> Void = {}) {
    guard calls.wrappingAdd(1, ordering: .relaxed).oldValue < 300 else { return }
    more()
    guard isAsynchronous else { return insert(what) }
    let task = Task { [self] in
      await Task.yield()
      insert(what)
    }
    tasks.withLock { $0.append(task) }
  }

  private func insert(_ what: String) {
    try? database.execute("INSERT INTO told VALUES ('\(what)')")
  }

  /// Waits for the tasks that were begun, and for those that they begin.
  func settle() async {
    while true {
      let begun = tasks.withLock { tasks in
        defer { tasks = [] }
        return tasks
      }
      if begun.isEmpty { return }
      for task in begun { await task.value }
    }
  }

  func count(of what: String) throws -> Int {
    try database.rows("SELECT count(*) FROM told WHERE what = '\(what)'").first ?? 0
  }
}

/// A tracer that stores each span that begins, changes or ends.
struct StoringTracer: Tracer {
  let next = InMemoryTracer()
  let store: SinkStore

  func startSpan<Instant: TracerInstant>(
    _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
    at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
  ) -> StoringSpan {
    store.keep("begin")
    return StoringSpan(
      next: next.startSpan(
        operationName, context: context(), ofKind: kind, at: instant(), function: function, file: fileID, line: line),
      store: store)
  }

  func activeSpan(identifiedBy context: ServiceContext) -> StoringSpan? { nil }

  func forceFlush() {}

  func extract<Carrier, Extract: Extractor>(
    _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
  ) where Extract.Carrier == Carrier {}

  func inject<Carrier, Inject: Injector>(
    _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
  ) where Inject.Carrier == Carrier {
    store.keep("inject")
    next.inject(context, into: &carrier, using: injector)
  }
}

struct StoringSpan: Span {
  let next: InMemorySpan
  let store: SinkStore

  var context: ServiceContext { next.context }
  var isRecording: Bool { next.isRecording }

  var operationName: String {
    get { next.operationName }
    nonmutating set { next.operationName = newValue }
  }

  var attributes: SpanAttributes {
    get { next.attributes }
    nonmutating set {
      store.keep("attributes")
      next.attributes = newValue
    }
  }

  func setStatus(_ status: SpanStatus) { next.setStatus(status) }
  func addEvent(_ event: SpanEvent) { next.addEvent(event) }
  func addLink(_ link: SpanLink) { next.addLink(link) }

  func recordError<Instant: TracerInstant>(
    _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
  ) {
    store.keep("error")
    next.recordError(error, attributes: attributes, at: instant())
  }

  func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
    store.keep("end")
    next.end(at: instant())
  }
}

/// A log handler that stores each message.
struct StoringLogHandler: LogHandler {
  let store: SinkStore
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.trace

  init(_ store: SinkStore) { self.store = store }

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { store.keep("log") }
}

/// A metrics factory that stores each value, perhaps on a connection that it takes from a pool.
final class StoringMetrics: MetricsFactory {
  let keep: @Sendable (String) -> Void

  init(_ keep: @escaping @Sendable (String) -> Void) { self.keep = keep }

  private final class Handler: CounterHandler, RecorderHandler, TimerHandler, MeterHandler {
    let keep: @Sendable (String) -> Void

    init(_ keep: @escaping @Sendable (String) -> Void) { self.keep = keep }

    func increment(by: Int64) { keep("counter") }
    func increment(by: Double) { keep("meter") }
    func decrement(by: Double) { keep("meter") }
    func reset() {}
    func record(_ value: Int64) { keep("recorder") }
    func record(_ value: Double) { keep("recorder") }
    func recordNanoseconds(_ duration: Int64) { keep("timer") }
    func set(_ value: Int64) { keep("meter") }
    func set(_ value: Double) { keep("meter") }
  }

  private func handler() -> Handler {
    keep("made")
    return Handler(keep)
  }

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { handler() }
  func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler { handler() }
  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { handler() }
  func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { handler() }
  func destroyCounter(_ handler: any CounterHandler) {}
  func destroyRecorder(_ handler: any RecorderHandler) {}
  func destroyTimer(_ handler: any TimerHandler) {}
  func destroyMeter(_ handler: any MeterHandler) {}
}
