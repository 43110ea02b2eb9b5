import CSQLiteForTests
import DatabaseTelemetry
import DatabaseTesting
import Foundation
import InMemoryTracing
import TestSupport
import Testing
import Tracing

/// One after the other: what is activated for all databases holds for the whole process.
@Suite(.serialized) struct InstrumentorTests {
  @Test func activatedForAllDatabases() throws {
    let shop = try Shop()
    let telemetry = Telemetry()
    let instrumentor = try DatabaseInstrumentor()
    #expect(!instrumentor.isActive)
    try telemetry.bind {
      _ = try shop.authors()
      let found = instrumentor.activate()
      #expect(found.failures.isEmpty)
      #expect(found.databases.contains { $0.system == .sqlite && $0.connectionCount >= 1 })
      instrumentor.activate()
      #expect(instrumentor.isActive)
      _ = try shop.authors()
      let later = try SQLiteDatabase()
      _ = try later.rows("SELECT 1")
      instrumentor.deactivate()
      instrumentor.deactivate()
      #expect(!instrumentor.isActive)
      _ = try shop.authors()
    }
    #expect(telemetry.spans.map(\.operationName) == ["SELECT author", "SELECT"])
    #expect(telemetry.tracer.activeSpans.isEmpty)
  }

  @Test func configuredWhileActive() throws {
    let shop = try Shop()
    let telemetry = Telemetry()
    let instrumentor = try DatabaseInstrumentor()
    instrumentor.activate()
    defer { instrumentor.deactivate() }
    try telemetry.bind {
      _ = try shop.authors()
      try instrumentor.configure { $0.capturesStatementText = false }
      #expect(!instrumentor.configuration.capturesStatementText)
      _ = try shop.authors()
      try instrumentor.configure { $0.isEnabled = false }
      _ = try shop.authors()
      #expect(throws: DatabaseConfigurationError.self) {
        try instrumentor.configure {
          $0.isEnabled = true
          $0.sqlTruncationLength = 3
        }
      }
      #expect(!instrumentor.configuration.isEnabled)
      _ = try shop.authors()
    }
    #expect(telemetry.spans.map { $0["db.query.text"] != nil } == [true, false])
  }

  @Test func aStatementThatRunsEndsAsItBegan() throws {
    let shop = try Shop()
    let telemetry = Telemetry()
    let instrumentor = try DatabaseInstrumentor()
    instrumentor.activate()
    try telemetry.bind {
      try shop.database.forEachRow("SELECT id FROM author") { author in
        if author == 2 { instrumentor.deactivate() }
        _ = try shop.books(of: author)
      }
    }
    #expect(telemetry.spans.map(\.operationName) == ["SELECT book", "SELECT author"])
    #expect(telemetry.spans.last?["db.response.returned_rows"] == .int64(4))
    #expect(telemetry.tracer.activeSpans.isEmpty)
  }

  @Test func aDatabaseHasTheInstrumentorThatWasActivatedForItLast() throws {
    let (shop, other) = (try Shop(), try Shop())
    let telemetry = Telemetry()
    let (everywhere, here) = (try DatabaseInstrumentor(), try DatabaseInstrumentor())
    everywhere.activate()
    var silent = DatabaseInstrumentor.Configuration()
    silent.sampling = .never
    try here.activate(on: [.sqlite(#require(shop.database.handle))], configuration: silent)
    try telemetry.bind {
      _ = try shop.authors()
      _ = try other.books(of: 1)
      // The instrumentor's own configuration is not that of this database.
      try here.configure { $0.sampling = .always }
      _ = try shop.authors()
      here.deactivate()
      _ = try shop.authors()
      everywhere.deactivate()
      _ = try shop.authors()
    }
    #expect(telemetry.spans.map(\.operationName) == ["SELECT book", "SELECT author"])
    #expect(telemetry.durations.values.reduce(0) { $0 + $1.count } == 4)
  }

  @Test func oneFailureDoesNotStopTheOthers() throws {
    let shop = try Shop()
    let telemetry = Telemetry()
    let log = CollectedLog()
    let closed = try SQLiteDatabase()
    let handle = try #require(closed.handle)
    closed.close()
    let instrumentor = try DatabaseInstrumentor(logger: log.logger)
    let result = try instrumentor.activate(
      on: [.sqlite(handle, name: "archive"), .sqlite(#require(shop.database.handle), name: "shop")])
    defer { instrumentor.deactivate() }
    try telemetry.bind { _ = try shop.authors() }
    #expect(result.databases.count == 1)
    #expect(result.failures.map(\.database) == ["archive"])
    #expect(telemetry.spans.count == 1)
    #expect(log.messages.map(\.text) == ["A database could not be instrumented"])
    #expect(log.messages.first?.metadata["database"] == "archive")
  }

  @Test func theRegistryKnowsDatabasesByNameAndKind() throws {
    let file = try TemporaryFile("registry.sqlite")
    do {
      let connections = [try SQLiteDatabase(file.path), try SQLiteDatabase(file.path)]
      let found = DatabaseRegistry.shared.databases(named: "registry.sqlite")
      #expect(found.map(\.description) == ["registry.sqlite (sqlite), 2 connections"])
      #expect(DatabaseRegistry.shared.databases(of: .sqlite).contains { $0.name == "registry.sqlite" })
      #expect(!DatabaseRegistry.shared.databases(of: .mySQL).contains { $0.name == "registry.sqlite" })
      for connection in connections { connection.close() }
    }
    #expect(DatabaseRegistry.shared.databases(named: "registry.sqlite").isEmpty)
  }

  @Test func tablesAreReadWhereSomebodyAsksForIt() throws {
    let file = try TemporaryFile("tables.sqlite")
    // What was seen of its DDL goes with the last connection.
    do { try Shop(file.path).database.close() }
    let database = try SQLiteDatabase(file.path)
    func strategy() throws -> SpanAttribute? {
      let telemetry = Telemetry()
      try telemetry.collect { _ = try database.rows("SELECT id FROM book WHERE authorId = 1") }
      return telemetry.spans.first?["db.loader.strategy"]
    }
    #expect(try strategy() == nil)
    for database in DatabaseRegistry.shared.databases(named: "tables.sqlite") { database.readTables() }
    #expect(try strategy() == .string("lazy"))
  }

  @Test func aTemporaryInstrumentationIsTheTasksOwn() async throws {
    let shop = try Shop()
    let (inside, outside) = (Telemetry(), Telemetry())
    try inside.collect { _ = try shop.authors() }
    _ = try outside.bind { try shop.authors() }
    let first = inside.spans.count
    #expect(first == 1)
    #expect(outside.spans.isEmpty)
    // A connection that was opened inside keeps to it where the task is lost, as long as it lasts.
    let telemetry = Telemetry()
    let queue = DispatchQueue(label: "elsewhere")
    let kept = try telemetry.collect {
      let own = try SQLiteDatabase()
      queue.sync { _ = telemetry.bind { try? own.rows("SELECT 1") } }
      return own
    }
    _ = telemetry.bind { try? kept.rows("SELECT 2") }
    #expect(telemetry.spans.map(\.operationName) == ["SELECT"])
  }
}
