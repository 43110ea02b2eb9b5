import CoreMetrics
import DatabaseTelemetry
import DatabaseTesting
import InMemoryTracing
import Logging
import MetricsTestKit
import TestSupport
import Testing
import Tracing

/// A tracer, a metrics factory or a log handler that stores what it is told in a database is not told of that.
@Suite(.serialized) struct SinkTests {
  private let shop: Shop

  init() throws { shop = try Shop() }

  private func configuration(
    _ change: (inout DatabaseInstrumentor.Configuration) -> Void = { _ in }
  ) -> DatabaseInstrumentor.Configuration {
    var configuration = DatabaseInstrumentor.Configuration()
    change(&configuration)
    return configuration
  }

  @Test func aTracer() throws {
    let tracer = StoringTracer(store: try SinkStore())
    try withTracer(tracer) {
      try withTemporaryInstrumentation {
        _ = try shop.authors()
        try shop.database.execute("INSERT INTO author VALUES (100, 'new')")
        _ = try shop.setting(1)
      }
    }
    let names = tracer.next.finishedSpans.map(\.operationName)
    #expect(names == ["SELECT author", "INSERT author", "SELECT setting"])
    #expect(try tracer.store.count(of: "begin") == 3)
    #expect(try tracer.store.count(of: "end") == 3)
    #expect(try tracer.store.count(of: "attributes") > 3)
    #expect(tracer.next.activeSpans.isEmpty)
  }

  /// Its statements run in tasks that outlive the call.
  @Test func aTracerThatStoresInTasksOfItsOwn() async throws {
    let tracer = StoringTracer(store: try SinkStore(isAsynchronous: true))
    try await withTracer(tracer) { () async throws in
      try await withTemporaryInstrumentation { () async throws in
        _ = try shop.authors()
        _ = try shop.setting(1)
        await tracer.store.settle()
      }
    }
    #expect(tracer.next.finishedSpans.map(\.operationName) == ["SELECT author", "SELECT setting"])
    #expect(try tracer.store.count(of: "end") == 2)
  }

  @Test(arguments: [false, true]) func theHandlerOfALogOfSlowStatements(isAsynchronous: Bool) async throws {
    let store = try SinkStore(isAsynchronous: isAsynchronous)
    let logger = Logger(label: "slow") { _ in StoringLogHandler(store) }
    let instrumentor = try DatabaseInstrumentor(
      configuration: configuration { $0.slowStatementThreshold = .zero }, logger: logger)
    let handles = [try #require(shop.database.handle), try #require(store.database.handle)]
    let found = try instrumentor.activate(on: handles.map { .sqlite($0) })
    #expect(found.failures.isEmpty)
    _ = try shop.authors()
    _ = try shop.setting(1)
    await store.settle()
    #expect(try store.count(of: "log") == 2)
    instrumentor.deactivate()
  }

  @Test func aMetricsFactory() throws {
    let store = try SinkStore()
    let metrics = StoringMetrics { store.keep($0) }
    try withMetricsFactory(metrics) {
      try withTemporaryInstrumentation {
        for _ in 0..<3 { _ = try shop.authors() }
      }
    }
    #expect(try store.count(of: "made") == 1)
    #expect(try store.count(of: "recorder") == 3)
  }

  /// What a pool's metrics are stored with is a connection of the same pool.
  @Test func aMetricsFactoryBehindThePoolThatItMeasures() throws {
    let store = try SinkStore()
    let monitor = PoolMonitor(name: "main", size: 5)
    @Sendable func use() {
      let connection = monitor.observer.connected()
      let lease = monitor.observer.checkedOut(connection)
      monitor.observer.checkedIn(lease)
      monitor.observer.closed(connection)
    }
    let metrics = StoringMetrics { what in
      store.keep(what) { use() }
    }
    withMetricsFactory(metrics) { use() }
    // Of the app's own use: firstConnect, connect, checkout, checkin, close.
    #expect(try store.count(of: "counter") == 5)
    #expect(monitor.statistics.leased == 0)
    #expect(monitor.statistics.live == 0)
  }

  /// With attributes of the request the scope asks, without them the statement does.
  @Test(arguments: [false, true]) func aTracerThatIsAskedForTheTrace(hasAttributes: Bool) throws {
    let tracer = StoringTracer(store: try SinkStore())
    try withTracer(tracer) {
      try withTemporaryInstrumentation(configuration { $0.sampling = .ratio(1e-9) }) {
        if hasAttributes {
          try withDatabaseAttributes(["http.route": "/authors"]) { _ = try shop.authors() }
        } else {
          _ = try shop.authors()
        }
      }
    }
    #expect(tracer.next.finishedSpans.isEmpty)
    #expect(try tracer.store.count(of: "inject") == 1)
  }

  @Test func aRuleOfSamplingThatAsksADatabase() throws {
    let settings = try SQLiteDatabase()
    let tracer = InMemoryTracer()
    let rule = Sampling.when { _ in (try? settings.rows("SELECT 1").count) == 1 }
    try withTracer(tracer) {
      try withTemporaryInstrumentation(configuration { $0.sampling = rule }) { _ = try shop.authors() }
    }
    #expect(tracer.finishedSpans.map(\.operationName) == ["SELECT author"])
  }

  @Test func aTracerOfADeclaredLoad() throws {
    let tracer = StoringTracer(store: try SinkStore())
    try withTracer(tracer) {
      try withTemporaryInstrumentation {
        _ = try LoaderHooks.withLoad(.lazy, of: "author.settings") { try shop.setting(1) }
      }
    }
    #expect(
      tracer.next.finishedSpans.map(\.operationName).sorted() == ["SELECT setting", "lazy load author.settings"])
  }

  /// A driver's hooks, with a tracer that stores through the same driver.
  @Test func aDriver() throws {
    struct Failure: Error {}
    let connection = InstrumentedConnection("paper", system: .postgreSQL)
    let tracer = StoringTracer(store: try SinkStore())
    let metrics = StoringMetrics { what in
      tracer.store.keep(what) { connection.statements.willExecute("INSERT INTO told VALUES ($1)").didExecute() }
    }
    try withTracer(tracer) {
      try withMetricsFactory(metrics) {
        try withTemporaryInstrumentation { connection.statements.willExecute("SELECT 1").didFail(Failure()) }
      }
    }
    #expect(try tracer.store.count(of: "recorder") == 1)
    #expect(try tracer.store.count(of: "error") == 1)
    #expect(tracer.next.finishedSpans.map(\.operationName) == ["SELECT"])
  }

  @Test func aRecordingSeesWhatASinkDoes() throws {
    let tracer = StoringTracer(store: try SinkStore())
    let recording = try withTracer(tracer) {
      try recordDatabase { try withTemporaryInstrumentation { _ = try shop.authors() } }
    }
    #expect(recording.selects.on("author").count == 1)
    #expect(recording.inserts.on("told").count == (try tracer.store.database.rows("SELECT rowid FROM told").count))
    #expect(recording.spans.map(\.name) == ["SELECT author"])
  }

  /// What an app does around its own spans and messages is its own.
  @Test func theAppsOwnStatementsAreTold() throws {
    let tracer = InMemoryTracer()
    try withTracer(tracer) {
      try withTemporaryInstrumentation {
        try withSpan("request") { _ in _ = try shop.authors() }
        _ = try shop.setting(1)
        try withDatabaseAttributes(["app.tenant": 1]) { _ = try shop.setting(2) }
      }
    }
    #expect(
      tracer.finishedSpans.map(\.operationName)
        == ["SELECT author", "request", "SELECT setting", "SELECT setting"])
  }
}
