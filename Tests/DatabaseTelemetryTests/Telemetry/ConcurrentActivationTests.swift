import CoreMetrics
import DatabaseTelemetry
import DatabaseTesting
import Dispatch
import Foundation
import InMemoryTracing
import MetricsTestKit
import TestSupport
import Testing
import Tracing

/// `DATABASE_TESTING_SECONDS=30` makes it run as long; the thread sanitizer is the point of it.
@Suite(.serialized) struct ConcurrentActivationTests {
  @Test func activatingConfiguringAndDeactivatingWhileStatementsRun() throws {
    let seconds = ProcessInfo.processInfo.environment["DATABASE_TESTING_SECONDS"].flatMap(Double.init) ?? 0.5
    let (tracer, metrics) = (CountingTracer(), TestMetrics())
    let instrumentor = try DatabaseInstrumentor()
    let end = DispatchTime.now() + seconds
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      withTracer(tracer) { () -> Void in
        withMetricsFactory(metrics) { () -> Void in
          let shop = try? Shop()
          var round = thread
          while DispatchTime.now() < end {
            round += 1
            switch round % 8 {
            case 0: instrumentor.activate()
            case 1: try? instrumentor.configure { $0.capturesStatementText.toggle() }
            case 2: instrumentor.deactivate()
            case 3: try? shop?.database.forEachRow("SELECT id FROM author") { _ = try shop?.books(of: $0) }
            case 4: _ = try? withTemporaryInstrumentation { try shop?.authors() }
            default: _ = try? shop?.authorsWithBooksOneByOne()
            }
          }
        }
      }
    }
    instrumentor.deactivate()
    let counts = tracer.counts.withLock { $0 }
    #expect(counts.begun > 0)
    #expect(counts.ended == counts.begun)
    // Every statement that was begun under an instrumentor has both a span and a duration.
    let measured = metrics.recorders(label: "db.client.operation.duration").reduce(0) { $0 + $1.values.count }
    #expect(measured == counts.begun)
    #expect(!instrumentor.isActive)
  }
}

/// Counts spans; keeping them would take the memory of the machine in a long run.
private struct CountingTracer: Tracer {
  struct Counts {
    var begun = 0
    var ended = 0
  }

  let counts = LockedBox(Counts())

  func startSpan<Instant: TracerInstant>(
    _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
    at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
  ) -> CountingSpan {
    counts.withLock { $0.begun += 1 }
    return CountingSpan(context: context(), tracer: self)
  }

  func forceFlush() {}
  func extract<Carrier, Extract: Extractor>(
    _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
  ) where Extract.Carrier == Carrier {}
  func inject<Carrier, Inject: Injector>(
    _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
  ) where Inject.Carrier == Carrier {}
}

private struct CountingSpan: Span {
  let context: ServiceContext
  let tracer: CountingTracer
  private let isOver = LockedBox(false)

  init(context: ServiceContext, tracer: CountingTracer) {
    self.context = context
    self.tracer = tracer
  }

  var operationName: String {
    get { "" }
    nonmutating set {}
  }
  var attributes: SpanAttributes {
    get { [:] }
    nonmutating set {}
  }
  var isRecording: Bool { true }
  func setStatus(_ status: SpanStatus) {}
  func addEvent(_ event: SpanEvent) {}
  func recordError<Instant: TracerInstant>(
    _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
  ) {}
  func addLink(_ link: SpanLink) {}
  func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
    isOver.withLock { isOver in
      // A second end would be counted, and noticed.
      isOver = true
      tracer.counts.withLock { $0.ended += 1 }
    }
  }
}

private final class LockedBox<Value>: @unchecked Sendable {  // Touched under its lock alone.
  private var value: Value
  private let lock = NSLock()

  init(_ value: Value) {
    self.value = value
  }

  func withLock<R>(_ body: (inout Value) -> R) -> R {
    lock.lock()
    defer { lock.unlock() }
    return body(&value)
  }
}
