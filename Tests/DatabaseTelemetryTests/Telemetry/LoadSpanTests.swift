import DatabaseTelemetry
import DatabaseTesting
import InMemoryTracing
import TestSupport
import Testing
import Tracing

@Suite struct LoadSpanTests {
  private let shop: Shop

  init() throws {
    shop = try withoutDatabaseRecording { try Shop() }
  }

  @Test func aDeclaredLoadIsTheParentOfItsStatements() throws {
    let telemetry = Telemetry()
    try telemetry.collect {
      try telemetry.tracer.withSpan("request") { _ in
        try LoaderHooks.withLoad(.selectIn, of: "author.books", parentCount: 2, attributes: ["orm.session": 7]) {
          _ = try shop.books(of: 1)
          _ = try shop.books(of: 2)
        }
      }
    }
    #expect(
      telemetry.spans.map(\.operationName) == ["SELECT book", "SELECT book", "selectIn load author.books", "request"])
    let (load, request) = (telemetry.spans[2], telemetry.spans[3])
    #expect(load.parentSpanID == request.spanID)
    #expect(load.kind == .internal)
    #expect(telemetry.spans.prefix(2).allSatisfy { $0.parentSpanID == load.spanID })
    for span in telemetry.spans.prefix(3) {
      #expect(span["db.loader.strategy"] == .string("selectIn"))
      #expect(span["db.loader.is_joined"] == .bool(false))
      #expect(span["db.relationship.key"] == .string("author.books"))
      #expect(span["orm.session"] == .int64(7))
    }
  }

  @Test(arguments: LoadStrategy.allCases) func everyStrategyIsNamed(strategy: LoadStrategy) throws {
    let telemetry = Telemetry()
    try telemetry.collect {
      _ = try LoaderHooks.withLoad(strategy, of: "author.books") { try shop.books(of: 1) }
    }
    let span = try #require(telemetry.spans.first)
    #expect(span["db.loader.strategy"] == .string(strategy.rawValue))
    #expect(span["db.loader.is_joined"] == .bool(strategy == .joined))
  }

  /// An inner load takes its statements from the outer one, and has its own attributes alone.
  @Test func attributesAreThoseOfOneLoad() async throws {
    let telemetry = Telemetry()
    try telemetry.collect {
      try LoaderHooks.withLoad(.selectIn, of: "author.books", attributes: ["orm.session": 7]) {
        try LoaderHooks.withLoad(.lazy, of: "book.pages") { _ = try shop.books(of: 1) }
        try LoaderHooks.withIdentityLoad(of: "author", attributes: ["orm.session": 8]) { _ = try shop.authors() }
        _ = try shop.setting(1)
      }
    }
    func session(_ name: String) -> [SpanAttribute?] { telemetry.spans(named: name).map { $0["orm.session"] } }
    #expect(session("SELECT book") == [nil])
    #expect(session("lazy load book.pages") == [nil])
    #expect(session("SELECT author") == [.int64(8)])
    #expect(session("load author") == [.int64(8)])
    #expect(session("SELECT setting") == [.int64(7)])
    #expect(session("selectIn load author.books") == [.int64(7)])
  }

  @Test func aFetchByPrimaryKey() throws {
    let telemetry = Telemetry()
    try telemetry.collect {
      _ = try LoaderHooks.withIdentityLoad(of: "author") {
        try shop.database.rows("SELECT id FROM author WHERE id = ?", 1)
      }
    }
    #expect(telemetry.spans.map(\.operationName) == ["SELECT author", "load author"])
    #expect(telemetry.spans.allSatisfy { $0["db.loader.is_identity"] == .bool(true) })
    #expect(telemetry.spans.allSatisfy { $0["db.loader.strategy"] == nil })
  }

  @Test func aLoadThatFails() throws {
    let telemetry = Telemetry()
    _ = try telemetry.collect {
      #expect(throws: SQLiteFailure.self) {
        try LoaderHooks.withLoad(.lazy, of: "author.books") {
          _ = try shop.books(of: 1)
          try shop.database.execute("INSERT INTO author VALUES (1, 'a')")
        }
      }
    }
    let load = try #require(telemetry.spans(named: "lazy load author.books").first)
    #expect(load.status?.code == .error)
    #expect(load["error.type"] == .string("TestSupport.SQLiteFailure"))
    #expect(telemetry.tracer.activeSpans.isEmpty)
  }

  @Test func aLoadWithoutAStatementIsNoSpan() throws {
    let telemetry = Telemetry()
    try telemetry.collect { LoaderHooks.withLoad(.lazy, of: "author.books") {} }
    #expect(telemetry.spans.isEmpty)
  }

  @Test func asynchronousLoads() async throws {
    let tracer = InMemoryTracer()
    let shop = shop
    try await withTracer(tracer) { () async throws -> Void in
      try await withTemporaryInstrumentation {
        try await LoaderHooks.withLoad(.lazy, of: "author.books") {
          await Task.yield()
          _ = try shop.books(of: 1)
        }
        _ = try await LoaderHooks.withIdentityLoad(of: "author") {
          await Task.yield()
          return try shop.database.rows("SELECT id FROM author WHERE id = ?", 1)
        }
      }
    }
    #expect(
      tracer.finishedSpans.map(\.operationName) == [
        "SELECT book", "lazy load author.books", "SELECT author", "load author",
      ])
  }
}
