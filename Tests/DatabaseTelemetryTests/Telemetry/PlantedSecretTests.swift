import CSQLiteForTests
import CoreMetrics
import DatabaseTelemetry
import DatabaseTesting
import Foundation
import InMemoryTracing
import Logging
import MetricsTestKit
import TestSupport
import Testing
import Tracing

/// Values that are planted in statements, bound and literal, must not come out anywhere.
@Suite struct PlantedSecretTests {
  private static let secret = "s3cr3t-4711"

  /// Whatever a value can stand in: literals, parameters, failures, full text queries, statements that make no sense.
  private func work(_ database: SQLiteDatabase, bind: (OpaquePointer) -> Void) throws {
    let secret = Self.secret
    try database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE CHECK (a <> 'forbidden'))")
    try database.execute("INSERT INTO t (a) VALUES ('\(secret)')")
    try? database.execute("INSERT INTO t (a) VALUES ('\(secret)')")
    try? database.execute("INSERT INTO t (id) VALUES ('\(secret)')")
    try? database.execute("SELECT * FROM t WHERE a = '\(secret)' AND")
    try? database.execute("SELECT '\(secret)' nonsense nonsense")
    try? database.execute("SELECT '\(secret)")
    try? database.execute("SELECT json('\(secret)')")
    try? database.execute("SELECT * FROM t WHERE a MATCH '\(secret)'")
    _ = try? database.rows("SELECT id FROM t WHERE a = '\(secret)' -- \(secret)")
    _ = try? database.rows("SELECT id FROM t WHERE a IN ('\(secret)', x'00') /* \(secret) */")
    for _ in 0..<12 {
      let statement = try database.prepare("SELECT id FROM t WHERE a = ?")
      bind(statement)
      while sqlite3_step(statement) == SQLITE_ROW {}
      sqlite3_finalize(statement)
    }
    try database.execute("UPDATE t SET a = '\(secret)2' WHERE a = '\(secret)'; DELETE FROM t WHERE a LIKE '\(secret)%'")
    try database.execute("SAVEPOINT \"\(secret)\"; ROLLBACK TO \"\(secret)\"; RELEASE \"\(secret)\"")
  }

  @Test func noneComesOut() throws {
    let log = CollectedLog()
    let (tracer, metrics) = (InMemoryTracer(), TestMetrics())
    let database = try SQLiteDatabase()
    let instrumentor = try DatabaseInstrumentor(logger: log.logger)
    try instrumentor.configure { $0.slowStatementThreshold = .zero }
    try instrumentor.activate(on: [.sqlite(#require(database.handle))])
    defer { instrumentor.deactivate() }
    let logger = Logger(label: "driver") { _ in RecordingLogHandler() }
    let driver = InstrumentedConnection("postgres://ada:\(Self.secret)@db/library", system: .postgreSQL)

    let recording = try withTracer(tracer) { () throws -> Recording in
      try withMetricsFactory(metrics) { () throws -> Recording in
        try recordDatabase {
          try work(database) { statement in
            sqlite3_bind_text(
              statement, 1, Self.secret, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
          }
          logger.debug(
            "Executing query",
            metadata: ["sql": "SELECT '\(Self.secret)' FROM t WHERE a = $1", "binds": ["\(Self.secret)"]])
          let statement = driver.statements.willExecute("SELECT '\(Self.secret)'", parameters: [Self.secret])
          statement.didFail(SQLiteFailure.made(Self.secret), status: "22P02")
        }
      }
    }

    var output = ["\(recording)", "\(recording.findings)", "\(recording.spans)", "\(recording.loads)"]
    output += recording.statements.map {
      "\($0) \($0.sql) \($0.shape) \(String(describing: $0.error)) \($0.connection)"
    }
    output += DatabaseExpectation.everything.flatMap { recording.check($0) }.map(\.message)
    output += tracer.finishedSpans.map { span in
      var text = "\(span.operationName) \(span.status.map { "\($0)" } ?? "") \(span.errors.map { "\($0.error)" })"
      span.attributes.forEach { text += " \($0)=\($1)" }
      return text
    }
    for span in recording.spans {
      output += span.attributeNames.map { name in "\(name)=\(span[name] ?? "")" }
    }
    output += metrics.recorders.map { "\($0.label) \($0.dimensions)" }
    output += log.messages.map { "\($0.text) \($0.metadata)" }

    #expect(recording.queries.count > 20)
    #expect(tracer.finishedSpans.count > 20)
    #expect(!metrics.recorders.isEmpty)
    #expect(log.messages.count > 20)
    for text in output { #expect(!text.contains(Self.secret), "\(text)") }
  }

  @Test func whoAsksForTheTextGetsIt() throws {
    let telemetry = Telemetry()
    let shop = try Shop()
    try telemetry.collect({
      $0.redaction = .columns(["name"])
      $0.recordsParameters = true
    }) {
      _ = try shop.database.rows("select id from author where id = 7 and name = 'Ada'")
      _ = try shop.books(of: 3)
    }
    #expect(
      telemetry.spans.map { $0["db.query.text"] } == [
        .string("select id from author where id = 7 and name = ?"), .string("SELECT id FROM book WHERE authorId = ?"),
      ])
    #expect(telemetry.spans.map { $0["db.query.parameter.0"] } == [nil, .string("?")])
    let open = Telemetry()
    try open.collect({
      $0.redaction = .none
      $0.recordsParameters = true
      $0.sqlTruncationLength = 32
    }) {
      _ = try shop.books(of: 3)
      _ = try shop.database.rows("SELECT id FROM author WHERE name = 'Grace Hopper'")
    }
    #expect(open.spans.map { $0["db.query.parameter.0"] } == [.string("3"), nil])
    #expect(
      open.spans.map { $0["db.query.text"] } == [
        .string("SELECT id FROM book WHERE aut…"), .string("SELECT id FROM author WHERE n…"),
      ])
  }
}

extension SQLiteFailure {
  fileprivate static func made(_ text: String) -> any Error {
    struct Failure: Error {
      var text: String
    }
    return Failure(text: text)
  }
}

extension DatabaseExpectation {
  /// Expectations whose messages show statements.
  fileprivate static var everything: [DatabaseExpectation] {
    [
      .queries(0), .noWrites, .noFailures, .noNPlusOne, .noDuplicateQueries, .selects(0, on: "t"), .noQueries,
      .statements(.ddl, 7),
    ]
  }
}
