import DatabaseTelemetry
import DatabaseTesting
import InMemoryTracing
import TestSupport
import Testing
import Tracing

/// A flush that an ORM announces, as a span.
@Suite struct FlushSpanTests {
  private struct Broken: Error {}

  private let shop: Shop

  init() throws {
    shop = try withoutDatabaseRecording { try Shop() }
  }

  private func insert(_ key: Int) throws { try shop.database.rows("INSERT INTO setting (key) VALUES (?)", key) }

  @Test func aFlushIsTheParentOfItsStatements() throws {
    let telemetry = Telemetry()
    try telemetry.collect {
      try telemetry.tracer.withSpan("request") { _ in
        try withDatabaseAttributes(["app.tenant": 7]) {
          try FlushHooks.withFlush(
            "orders", new: ["setting": 2, "book": 1], dirty: ["author": 4], deleted: ["book": 5]
          ) {
            try insert(1)
            try insert(2)
          }
        }
        try insert(3)
      }
    }
    #expect(
      telemetry.spans.map(\.operationName) == [
        "INSERT setting", "INSERT setting", "flush orders", "INSERT setting", "request",
      ])
    let (flush, request) = (telemetry.spans[2], telemetry.spans[4])
    #expect(flush.parentSpanID == request.spanID && flush.kind == .internal)
    #expect(telemetry.spans.prefix(2).allSatisfy { $0.parentSpanID == flush.spanID })
    #expect(telemetry.spans[3].parentSpanID == request.spanID)
    #expect(
      flush.names == ["app.tenant", "db.flush.deleted_rows", "db.flush.dirty_rows", "db.flush.new_rows"])
    #expect(flush["db.flush.new_rows"] == .int64(3))
    #expect(flush["db.flush.dirty_rows"] == .int64(4))
    #expect(flush["db.flush.deleted_rows"] == .int64(5))
    #expect(flush.status?.code == .ok)
  }

  @Test func aFlushInPiecesEndsWithItsExecution() throws {
    let telemetry = Telemetry()
    try telemetry.collect {
      let flush = FlushHooks.willFlush(new: ["setting": 1])
      try flush.perform { try insert(1) }
      flush.didFlush()
      try flush.perform { _ = try shop.setting(1) }
      #expect(telemetry.spans(named: "flush session").isEmpty)
      flush.didFinishExecution()
      flush.didFinishExecution()
      try flush.perform { try insert(2) }
    }
    let spans = telemetry.spans(named: "flush session")
    #expect(spans.count == 1)
    #expect(telemetry.spans(named: "SELECT setting").map(\.parentSpanID) == [spans.first?.spanID])
  }

  @Test func aFlushThatThrowsHasTheTypeOfTheErrorAlone() async throws {
    let telemetry = Telemetry()
    try telemetry.collect {
      _ = #expect(throws: Broken.self) {
        try FlushHooks.withFlush(new: ["setting": 1]) {
          try insert(1)
          throw Broken()
        }
      }
    }
    let flush = try #require(telemetry.spans(named: "flush session").first)
    #expect(flush.status?.code == .error && flush.status?.message == nil)
    #expect(flush["error.type"].map { "\($0)".contains("Broken") } == true)
  }

  @Test func aFlushThatNobodyEndsSaysSo() throws {
    let telemetry = Telemetry()
    try telemetry.collect { try FlushHooks.willFlush().perform { try insert(1) } }
    let flush = try #require(telemetry.spans(named: "flush session").first)
    #expect(flush["db.instrumentation.ended_early"] == .bool(true))
    #expect(flush.status == nil)
  }

  @Test func aLoadInsideOfAFlushIsItsChild() throws {
    let telemetry = Telemetry()
    try telemetry.collect {
      try FlushHooks.withFlush { try LoaderHooks.withLoad(.lazy, of: "author.books") { _ = try shop.books(of: 1) } }
    }
    let flush = try #require(telemetry.spans(named: "flush session").first)
    #expect(telemetry.spans(named: "lazy load author.books").map(\.parentSpanID) == [flush.spanID])
  }

  @Test func whatIsNotSampledHasNone() throws {
    let telemetry = Telemetry()
    try telemetry.collect({ $0.sampling = .never }) { try FlushHooks.withFlush(new: ["setting": 1]) { try insert(1) } }
    try telemetry.bind { try FlushHooks.withFlush(new: ["setting": 1]) { try insert(2) } }
    try telemetry.collect { FlushHooks.withFlush(new: ["setting": 1]) {} }
    #expect(telemetry.spans.isEmpty)
  }

  @Test func numbersThatNobodyCanMeanDoNotTrap() throws {
    let telemetry = Telemetry()
    try telemetry.collect {
      try FlushHooks.withFlush(new: ["a": .max, "b": .max], deleted: ["a": .min]) { try insert(1) }
    }
    let flush = try #require(telemetry.spans(named: "flush session").first)
    #expect(flush["db.flush.new_rows"] == .int64(.max))
  }

  @Test func theAsynchronousForm() async throws {
    let telemetry = Telemetry()
    try await withTracer(telemetry.tracer) {
      try await withTemporaryInstrumentation {
        try await FlushHooks.withFlush(new: ["setting": 1]) {
          await Task.yield()
          try insert(1)
        }
      }
    }
    #expect(telemetry.spans.map(\.operationName) == ["INSERT setting", "flush session"])
  }
}
