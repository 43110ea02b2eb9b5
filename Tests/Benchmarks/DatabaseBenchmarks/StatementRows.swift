internal import Benchmark
internal import CoreMetrics
internal import DatabaseInstrumentation
internal import InMemoryTracing
internal import Tracing

/// After the executions whose call sites are taken.
private let warmUp = 20

/// Recording one statement. What a row costs beyond `statement, without hooks` is the cost of recording.
func statementRows() {
  for (name, sql) in [("key lookup", HeldStatement.lookup), ("other", HeldStatement.other)] {
    row("statement (\(name)), without hooks") { HeldStatement(sql, isInstrumented: false) }
    row("statement (\(name)), callback that returns at once") {
      HeldStatement(sql, trace: { _, _, _, _ in 0 }, isInstrumented: false)
    }
    row("statement (\(name)), off") { HeldStatement(sql) }
    row("statement (\(name)), recorder", { HeldStatement(sql) }) { body in recording { body() } }
    row("statement (\(name)), recorder with call sites", { HeldStatement(sql) }, callSites: true) { body in body() }
    row("statement (\(name)), metrics only", { HeldStatement(sql) }) { body in
      try instrumented(spans: false, metrics: true) { withMetricsFactory(TotalsFactory()) { body() } }
    }
    row("statement (\(name)), tracer that does not record", { HeldStatement(sql) }) { body in
      try instrumented(spans: true, metrics: false) { withTracer(NoOpTracer()) { body() } }
    }
    row("statement (\(name)), in-memory tracer", { HeldStatement(sql) }) { body in
      try instrumented(spans: true, metrics: false) { withTracer(InMemoryTracer()) { body() } }
    }
  }
  Benchmark("peer: span of InMemoryTracer with five attributes") { benchmark in
    let tracer = InMemoryTracer()
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations {
      let span = tracer.startSpan("SELECT book", ofKind: .client)
      span.attributes["db.system.name"] = "sqlite"
      span.attributes["db.query.text"] = SpanAttribute.string(HeldStatement.lookup)
      span.attributes["db.query.summary"] = "SELECT book"
      span.attributes["db.operation.name"] = "SELECT"
      span.attributes["db.collection.name"] = "book"
      span.end()
    }
    benchmark.stopMeasurement()
  }
}

/// - Parameter callSites: Every eight executions have a recording of their own, which takes their call sites.
private func row(
  _ name: String, _ make: @escaping @Sendable () -> HeldStatement, callSites: Bool = false,
  _ around: @escaping @Sendable (() -> Void) throws -> Void = { $0() }
) {
  Benchmark(name) { benchmark in
    try around {
      let held = make()
      held.run(warmUp)
      let count = benchmark.scaledIterations.count
      benchmark.startMeasurement()
      if callSites {
        for _ in 0..<count / 8 { recording { held.run(8) } }
      } else {
        held.run(count)
      }
      benchmark.stopMeasurement()
    }
  }
}

func instrumented(spans: Bool, metrics: Bool, _ body: () -> Void) throws {
  var configuration = DatabaseInstrumentor.Configuration()
  configuration.emitsSpans = spans
  configuration.emitsMetrics = metrics
  let instrumentor = try DatabaseInstrumentor(configuration: configuration)
  instrumentor.activate()
  body()
  instrumentor.deactivate()
}
