import InMemoryTracing
import TestSupport
import Testing
import Tracing

@testable import DatabaseInstrumentation
@testable import DatabaseRecording

/// A database client as others write it: a span for each query, by OpenTelemetry's conventions.
private struct Client: Sendable {
  var tracer: (any Tracer)?
  var textAttribute = "db.query.text"

  struct Failure: Error {}

  @inline(never) func query(
    _ sql: String, rows: Int? = nil, parameters: [String] = [], system: String = "postgresql", fails: Bool = false,
    _ body: () -> Void = {}
  ) {
    let tracer = tracer ?? InstrumentationSystem.tracer
    tracer.withAnySpan("postgres.query", ofKind: .client) { span in
      span.attributes["db.system.name"] = SpanAttribute.string(system)
      span.attributes[textAttribute] = SpanAttribute.string(sql)
      span.attributes["server.address"] = SpanAttribute.string("postgres://ada:secret@db.example.com")
      for (index, value) in parameters.enumerated() {
        span.attributes["db.query.parameter.\(index)"] = SpanAttribute.string(value)
      }
      if let rows { span.attributes["db.response.returned_rows"] = SpanAttribute.int64(Int64(rows)) }
      if fails {
        span.attributes["db.response.status_code"] = SpanAttribute.string("23505")
        span.recordError(Failure())
      }
      body()
    }
  }

  /// What FluentKit emits around a query.
  @inline(never) func fluent(_ operation: String, _ table: String, _ body: () -> Void = {}) {
    InstrumentationSystem.tracer.withAnySpan("fluent.query", ofKind: .client) { span in
      span.attributes["fluent.query.operation"] = SpanAttribute.string(operation)
      span.attributes["fluent.query.collection"] = SpanAttribute.string(table)
      span.attributes["fluent.query.summary"] = SpanAttribute.string("\(operation) \(table)")
      body()
    }
  }
}

@Suite struct ForeignSpanTests {
  private let client = Client()

  @Test func aClientsSpanIsAStatement() throws {
    let recording = record {
      client.query("SELECT * FROM book WHERE id = 7 AND name = 'secret'", rows: 3)
      client.query("INSERT INTO book VALUES ($1)", fails: true)
      Client(textAttribute: "db.statement").query("DELETE FROM book")
    }
    #expect(recording.statements.map(\.kind) == [.select, .insert, .delete])
    #expect(recording.statements.map(\.sql).first == "SELECT * FROM book WHERE id = ? AND name = ?")
    #expect(recording.statements.map(\.rowsReturned) == [3, nil, nil])
    #expect(recording.statements.allSatisfy { $0.duration != nil && $0.cost == nil })
    #expect(recording.statements.map { $0.error?.status } == [nil, "23505", nil])
    #expect(recording.connections.map(\.system) == [.postgreSQL])
    #expect(recording.connections.first?.serverAddress == "postgres://db.example.com")
    #expect(recording.queries.count == 3)
    #expect(!"\(recording)\(recording.spans)".contains("secret"))
  }

  @Test func otherSystemsAreNone() {
    let recording = record {
      client.query("GET key", system: "redis")
      InstrumentationSystem.tracer.withAnySpan("request", ofKind: .server) { _ in }
    }
    #expect(recording.statements.isEmpty)
    #expect(recording.spans.map(\.name) == ["postgres.query", "request"])
  }

  @Test func anORMsSpanCountsWhereNothingElseTells() {
    let recording = record {
      client.fluent("read", "planets")
      client.fluent("create", "planets")
      client.fluent("custom", "planets")
    }
    #expect(recording.statements.map(\.sql) == ["SELECT FROM planets", "INSERT INTO planets"])
    #expect(recording.selects.on("planets").count == 1)
  }

  @Test func aDriversSpanAndTheORMsAroundItAreOneStatement() {
    let recording = record {
      client.fluent("read", "planets") { client.query(#"SELECT * FROM "planets" WHERE "id" = $1"#) }
      client.fluent("update", "planets") { client.query(#"UPDATE "planets" SET "name" = $1"#) }
      client.fluent("read", "stars")
    }
    #expect(
      recording.statements.map(\.sql) == [
        #"SELECT * FROM "planets" WHERE "id" = ?"#, #"UPDATE "planets" SET "name" = ?"#, "SELECT FROM stars",
      ])
  }

  @Test func aSpanAroundWhatTheHooksSeeIsOneStatement() throws {
    let connection = InstrumentedConnection("paper", system: .postgreSQL)
    let recording = record {
      client.query("SELECT 1 FROM a") {
        connection.statements.willExecute("SELECT 2 FROM a").didExecute(rowsReturned: 1)
      }
      client.query("SELECT 1 FROM b")
    }
    #expect(recording.statements.map(\.sql) == ["SELECT ? FROM a", "SELECT ? FROM b"])
    #expect(recording.statements.map(\.rowsReturned) == [1, nil])
    #expect(recording.connections.map(\.name) == ["paper", "postgres://db.example.com"])
  }

  @Test func anNPlusOneWithTheParametersOfTheSpans() throws {
    let recording = record {
      client.query("CREATE TABLE star (id INT PRIMARY KEY)")
      client.query("CREATE TABLE planet (id INT PRIMARY KEY, star_id INT REFERENCES star (id))")
      client.query("SELECT * FROM star", rows: 5)
      repeating(5) { number in
        client.query("SELECT * FROM planet WHERE star_id = $1", rows: 1, parameters: ["\(number)"])
      }
    }
    let finding = try #require(recording.findings.first)
    #expect(
      finding.headline == "Expected no N+1 queries, found 1: 5 of 6 queries load planet.star_id one star at a time.")
    #expect(recording.loads.count == 5)
  }

  @Test func anNPlusOneWhoseParametersNobodyTells() throws {
    let recording = record {
      client.query("CREATE TABLE moon_planet (id INT PRIMARY KEY)")
      client.query("CREATE TABLE moon (id INT PRIMARY KEY, planet_id INT REFERENCES moon_planet (id))")
      client.query("SELECT * FROM moon_planet")
      repeating(4) { _ in client.query("SELECT * FROM moon WHERE planet_id = $1") }
    }
    let finding = try #require(recording.findings.first)
    #expect(finding.kind == .nPlusOne)
    #expect(finding.count == 4)
    #expect(finding.message.contains("lazy, keys unknown"))
  }

  @Test func twoLookupsWhoseParametersNobodyTellsAreNone() {
    let recording = record {
      client.query("CREATE TABLE ring_planet (id INT PRIMARY KEY)")
      client.query("CREATE TABLE ring (id INT PRIMARY KEY, planet_id INT REFERENCES ring_planet (id))")
      client.query("SELECT * FROM ring_planet")
      repeating(2) { _ in client.query("SELECT * FROM ring WHERE planet_id = $1") }
      repeating(9) { _ in client.query("SELECT * FROM setting WHERE key = $1") }
    }
    #expect(recording.findings.isEmpty)
  }

  @Test func spansReachTheTracerBehind() {
    let behind = InMemoryTracer()
    var recording: Recording?
    withTracer(behind) {
      recording = record {
        client.query("SELECT 1")
        _ = record { client.query("SELECT 2") }
      }
    }
    #expect(behind.finishedSpans.count == 2)
    #expect(behind.activeSpans.isEmpty)
    #expect(recording?.queries.count == 2)
  }

  @Test func aClientThatKeptItsTracer() {
    let behind = InMemoryTracer()
    let kept = Client(tracer: RecordingTracer(forwardingTo: behind))
    kept.query("SELECT 1")
    let recording = record { kept.query("SELECT 2") }
    kept.query("SELECT 3")
    #expect(recording.queries.count == 1)
    #expect(behind.finishedSpans.count == 3)
  }

  @Test func fixturesAreLeftOut() {
    let recording = record {
      RecordingScope.$current.withValue(RecordingScope(role: .excluded, detailLimit: 0)) { client.query("SELECT 1") }
      client.query("SELECT 2")
    }
    #expect(recording.queries.count == 1)
    #expect(recording.spans.count == 1)
  }

  @Test func spansCanBeAskedFor() throws {
    let recording = record {
      InstrumentationSystem.tracer.withAnySpan("request") { span in
        span.attributes["http.route"] = SpanAttribute.string("/planets")
        span.addEvent("cache miss")
        client.query("SELECT 1")
        client.query("SELECT 2", fails: true)
      }
      _ = InstrumentationSystem.tracer.startAnySpan("forgotten")
    }
    let request = try #require(recording.spans.named("request").first)
    #expect(recording.spans.count == 4)
    #expect(recording.spans.children(of: request).count == 2)
    #expect(recording.spans.descendants(of: request).count == 2)
    #expect(recording.spans.roots.map(\.name) == ["request", "forgotten"])
    #expect(recording.spans.with("http.route", "/planets").map(\.name) == ["request"])
    #expect(recording.spans.with("db.query.text").map { $0["db.query.text"] } == ["SELECT ?", "SELECT ?"])
    #expect(recording.spans.withEvent("cache miss").count == 1)
    #expect(recording.spans.failed.count == 1)
    #expect(recording.spans.unfinished.map(\.description) == ["forgotten, still open"])
    let finding = try #require(recording.findings.first { $0.kind == .unfinishedSpan })
    #expect(finding.headline == "Expected every span to be ended, 1 of 4 is still open: forgotten.")
  }

  @Test func aLibraryWithNamesOfItsOwn() {
    DatabaseSpanRule.register(DatabaseSpanRule(text: ["acme.sql"], system: ["acme.engine"]))
    let recording = record {
      InstrumentationSystem.tracer.withAnySpan("acme", ofKind: .client) { span in
        span.attributes["acme.sql"] = SpanAttribute.string("SELECT * FROM `planet`")
        span.attributes["acme.engine"] = SpanAttribute.string("mysql")
      }
    }
    #expect(recording.connections.map(\.system) == [.mySQL])
    #expect(recording.selects.on("planet").count == 1)
  }
}
