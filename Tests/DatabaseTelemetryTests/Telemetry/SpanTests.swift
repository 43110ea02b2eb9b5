import CSQLiteForTests
import DatabaseTelemetry
import DatabaseTesting
import Foundation
import InMemoryTracing
import Logging
import TestSupport
import Testing
import Tracing

@Suite struct SpanTests {
  @Test func aStatementIsASpanOfTheCurrentTracer() throws {
    let shop = try Shop()
    let telemetry = Telemetry()
    let before = DefaultTracerClock.now.nanosecondsSinceEpoch
    try telemetry.collect {
      _ = try telemetry.tracer.withSpan("request") { _ in try shop.books(of: 1) }
    }
    let after = DefaultTracerClock.now.nanosecondsSinceEpoch
    #expect(telemetry.spans.map(\.operationName) == ["SELECT book", "request"])
    let span = try #require(telemetry.spans.first)
    #expect(span.kind == .client)
    #expect(span.parentSpanID == telemetry.spans.last?.spanID)
    #expect(span.startInstant.nanosecondsSinceEpoch >= before)
    #expect(span.endInstant.nanosecondsSinceEpoch <= after)
    #expect(span.endInstant.nanosecondsSinceEpoch > span.startInstant.nanosecondsSinceEpoch)
    #expect(span["db.system.name"] == .string("sqlite"))
    #expect(span["db.query.text"] == .string("SELECT id FROM book WHERE authorId = ?"))
    #expect(span["db.query.summary"] == .string("SELECT book"))
    #expect(span["db.operation.name"] == .string("SELECT"))
    #expect(span["db.collection.name"] == .string("book"))
    #expect(span["db.namespace"] == .string(":memory:"))
    #expect(span["db.response.returned_rows"] == .int64(2))
    #expect(span["db.loader.strategy"] == .string("lazy"))
    #expect(span["db.loader.is_joined"] == .bool(false))
    #expect(span["db.relationship.key"] == .string("book.authorId"))
    #expect(span.status == nil)
    #expect(telemetry.tracer.activeSpans.isEmpty)
  }

  @Test(.needs(.lines)) func aFailureHasItsCodeAndItsLine() throws {
    let shop = try Shop()
    let telemetry = Telemetry()
    try telemetry.collect {
      #expect(throws: SQLiteFailure.self) { try shop.database.execute("INSERT INTO author VALUES (1, 'secret')") }
      #expect(throws: SQLiteFailure.self) { try shop.database.execute("SELEC 1") }
    }
    let spans = telemetry.spans
    #expect(spans.map(\.operationName) == ["INSERT author", "SQL"])
    #expect(spans[0]["error.type"] == .string("1555"))
    #expect(spans[0]["db.response.status_code"] == .string("1555"))
    #expect(spans[0].status?.code == .error)
    #expect(spans[0].status?.message == "UNIQUE constraint failed: author.id")
    let error = try #require(spans[0].errors.first)
    // The line that called SQLite: one failure alone cannot tell a wrapper from the code that uses it.
    #expect(error.attributes["code.function.name"]?.toSpanAttribute() == .string("SQLiteDatabase.execute(_:)"))
    #expect(error.attributes["code.file.path"] != nil)
    #expect(error.attributes["code.line.number"] != nil)
    #expect(spans[1]["error.type"] == .string("1"))
    #expect(telemetry.tracer.activeSpans.isEmpty)
  }

  @Test(.needs(.lines)) func aFailureHasItsStackTraceWhereThatIsAskedFor() throws {
    let shop = try Shop(authors: 1)
    for isWanted in [true, false] {
      let telemetry = Telemetry()
      try telemetry.collect({ $0.recordsFailureStackTraces = isWanted }) {
        _ = #expect(throws: SQLiteFailure.self) { try shop.database.execute("INSERT INTO author VALUES (1, 'secret')") }
      }
      let error = try #require(telemetry.spans.first?.errors.first)
      let text = error.attributes["exception.stacktrace"].map { "\($0.toSpanAttribute())" }
      let lines = text?.components(separatedBy: "at ")
      #expect(isWanted == (lines != nil))
      guard let lines else { continue }
      #expect(lines.count > 2, "the wrapper, and the test")
      #expect(lines.contains { $0.contains("SQLiteDatabase.swift:") && $0.contains("SQLiteDatabase.execute(_:)") })
      #expect(lines.contains { $0.contains("SpanTests.swift:") && $0.contains("aFailureHasItsStackTrace") })
      #expect(!lines.contains { $0.contains("secret") })
    }
  }

  @Test func aStackTraceWithoutTheCallSite() throws {
    let shop = try Shop(authors: 1)
    let telemetry = Telemetry()
    try telemetry.collect({
      $0.recordsFailureStackTraces = true
      $0.recordsFailureCallSites = false
    }) {
      _ = #expect(throws: SQLiteFailure.self) { try shop.database.execute("SELEC 1") }
    }
    let error = try #require(telemetry.spans.first?.errors.first)
    #expect(error.attributes["exception.stacktrace"] != nil)
    #expect(error.attributes["code.function.name"] == nil)
  }

  @Test func aStatementInsideOfAnotherIsItsChild() throws {
    let shop = try Shop(authors: 2)
    let telemetry = Telemetry()
    try telemetry.collect {
      try shop.database.forEachRow("SELECT id FROM author") { author in _ = try shop.books(of: author) }
    }
    let outer = try #require(telemetry.spans(named: "SELECT author").first)
    let inner = telemetry.spans(named: "SELECT book")
    #expect(inner.map(\.parentSpanID) == [outer.spanID, outer.spanID])
    #expect(inner.map { $0["db.loader.strategy"] } == [.string("immediate"), .string("immediate")])
  }

  @Test func theOtherStrategiesAreNamed() throws {
    let shop = try Shop()
    let telemetry = Telemetry()
    func strategies(_ sql: String, monitored: Bool = true) throws -> SpanAttribute? {
      let telemetry = Telemetry()
      try telemetry.collect({ $0.monitorsJoinedLoading = monitored }) { _ = try shop.database.rows(sql) }
      return telemetry.spans.first?["db.loader.strategy"]
    }
    #expect(try strategies("SELECT id FROM book WHERE authorId IN (1, 2)") == .string("selectIn"))
    #expect(
      try strategies("SELECT id FROM book WHERE authorId IN (SELECT id FROM author WHERE name = 'a')")
        == .string("subquery"))
    let join = "SELECT book.id FROM book JOIN author ON author.id = book.authorId"
    #expect(try strategies(join) == .string("joined"))
    #expect(try strategies(join, monitored: false) == nil)
    #expect(try strategies("SELECT id FROM book") == nil)
    #expect(telemetry.spans.isEmpty)
  }

  @Test func attributesOfTheTaskAreOnItsSpansAndMetrics() throws {
    let shop = try Shop()
    let telemetry = Telemetry()
    try telemetry.collect({ $0.metricAttributes = ["app.tenant"] }) {
      try withDatabaseAttributes(["app.tenant": 7, "http.route": "/authors"]) {
        _ = try shop.authors()
        try withDatabaseAttributes(["http.route": "/books"]) { _ = try shop.books(of: 1) }
        try withDatabaseAttributes(["only": true], replacing: true) { _ = try shop.books(of: 2) }
      }
    }
    #expect(telemetry.spans.map { $0["http.route"] } == [.string("/authors"), .string("/books"), nil])
    #expect(telemetry.spans.map { $0["app.tenant"] } == [.int64(7), .int64(7), nil])
    #expect(telemetry.spans.map { $0["only"] } == [nil, nil, .bool(true)])
    #expect(telemetry.durations.keys.compactMap { $0["app.tenant"] } == ["7", "7"])
    #expect(telemetry.durations.keys.allSatisfy { $0["http.route"] == nil })
  }

  @Test func statementsAreMeasuredInSeconds() throws {
    let shop = try Shop()
    let telemetry = Telemetry()
    try telemetry.collect({ $0.emitsSpans = false }) {
      for author in 1...3 { _ = try shop.books(of: author) }
      #expect(throws: SQLiteFailure.self) { try shop.database.execute("INSERT INTO author VALUES (1, 'a')") }
    }
    let reads = try #require(
      telemetry.durations[
        [
          "db.system.name": "sqlite", "db.namespace": ":memory:", "db.operation.name": "SELECT",
          "db.collection.name": "book", "db.query.summary": "SELECT book",
        ]])
    #expect(reads.count == 3)
    #expect(reads.allSatisfy { $0 > 0 && $0 < 1 })
    #expect(telemetry.durations.keys.filter { $0["error.type"] == "1555" }.count == 1)
    #expect(telemetry.durations.count == 2)
    #expect(telemetry.spans.isEmpty)
  }

  @Test func aStatementThatIsStillOpenHasItsSpanEndedWithTheScope() throws {
    let shop = try Shop()
    let telemetry = Telemetry()
    let statement = try shop.database.prepare("SELECT id FROM author")
    try telemetry.collect { _ = sqlite3_step(statement) }
    #expect(telemetry.tracer.activeSpans.isEmpty)
    #expect(telemetry.spans.map { $0["db.instrumentation.ended_early"] } == [.bool(true)])
    sqlite3_finalize(statement)
    #expect(telemetry.spans.count == 1)
  }

  @Test func anErrorLeavesNoSpanOpen() throws {
    struct Failure: Error {}
    let shop = try Shop()
    let telemetry = Telemetry()
    #expect(throws: Failure.self) {
      try telemetry.collect {
        try shop.database.forEachRow("SELECT id FROM author") { _ in throw Failure() }
      }
    }
    #expect(telemetry.tracer.activeSpans.isEmpty)
    #expect(telemetry.spans.count == 1)
  }

  @Test func slowStatementsAreLogged() throws {
    let shop = try Shop()
    let log = CollectedLog()
    let telemetry = Telemetry()
    let instrumentor = try DatabaseInstrumentor(logger: log.logger)
    try instrumentor.configure { $0.slowStatementThreshold = .zero }
    try instrumentor.activate(on: [.sqlite(#require(shop.database.handle))])
    defer { instrumentor.deactivate() }
    _ = try telemetry.bind { try shop.database.rows("SELECT id FROM author WHERE name = 'secret'") }
    let message = try #require(log.messages.first)
    #expect(message.level == .warning)
    #expect(message.text == "Slow statement")
    #expect(message.metadata["db.query.text"] == "SELECT id FROM author WHERE name = ?")
    #expect(message.metadata["db.query.summary"] == "SELECT author")
    #expect(message.metadata["duration"] != nil)
  }
}
