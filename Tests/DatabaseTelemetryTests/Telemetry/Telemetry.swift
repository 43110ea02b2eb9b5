import CoreMetrics
import DatabaseTelemetry
import InMemoryTracing
import MetricsTestKit
import Tracing

/// What one task sends to a tracer and a metrics factory of its own.
struct Telemetry {
  let tracer = InMemoryTracer()
  let metrics = TestMetrics()

  /// Runs `body` temporarily instrumented.
  func collect<R>(
    _ change: (inout DatabaseInstrumentor.Configuration) -> Void = { _ in }, _ body: () throws -> R
  ) throws -> R {
    var configuration = DatabaseInstrumentor.Configuration()
    change(&configuration)
    return try bind { try withTemporaryInstrumentation(configuration, body) }
  }

  /// Makes them the task's, without instrumenting anything.
  func bind<R>(_ body: () throws -> R) rethrows -> R {
    try withTracer(tracer) { () throws -> R in
      try withMetricsFactory(metrics) { () throws -> R in try body() }
    }
  }

  var spans: [FinishedInMemorySpan] { tracer.finishedSpans }

  func spans(named name: String) -> [FinishedInMemorySpan] { spans.filter { $0.operationName == name } }

  /// `db.client.operation.duration` by its dimensions.
  var durations: [[String: String]: [Double]] {
    let recorders = metrics.recorders(label: "db.client.operation.duration")
    return Dictionary(
      recorders.map { (Dictionary($0.dimensions) { a, _ in a }, $0.values) }, uniquingKeysWith: { $0 + $1 })
  }
}

extension FinishedInMemorySpan {
  subscript(name: String) -> SpanAttribute? { attributes[name]?.toSpanAttribute() }

  var names: [String] {
    var names: [String] = []
    attributes.forEach { name, _ in names.append(name) }
    return names.sorted()
  }
}
