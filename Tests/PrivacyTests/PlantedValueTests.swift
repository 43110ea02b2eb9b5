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

/// Plants a value in every position of every form and dialect, and looks for it in every output that the package has.
///
/// `./Tests/run --secrets` prints how many were planted and how many were found.
@Suite struct PlantedValueTests {
  @Test func noneComesOut() throws {
    let outputs = try Self.outputs(of: Planting.all)
    var found: [Int: Set<String>] = [:]
    for (name, text) in outputs.texts {
      for number in Outputs.numbers(in: text) { found[number, default: []].insert(name) }
    }
    for (number, names) in found.sorted(by: { $0.key < $1.key }).prefix(100) {
      let planting = Planting.all.indices.contains(number) ? "\(Planting.all[number])" : "an error or an address"
      Issue.record("found in \(names.sorted().joined(separator: ", ")): \(planting)")
    }
    let kinds = Set(outputs.texts.map(\.name))
    print(
      "Planted \(Planting.all.count) values, looked through \(outputs.texts.count) outputs of \(kinds.count) kinds, found \(found.count)."
    )
    // What is empty holds no value.
    #expect(kinds.count >= 24)
    for kind in kinds { #expect(outputs.texts.contains { $0.name == kind && !$0.text.isEmpty }, "\(kind)") }
    #expect(Planting.all.count > 3_000)
  }

  /// What is looked for is found where it is shown on request.
  @Test func whatIsShownOnRequestIsFound() throws {
    let planted = Array(Planting.all.filter { $0.source == .sqlite }.prefix(200))
    let outputs = try Self.outputs(of: planted) {
      $0.redaction = .none
      $0.recordsParameters = true
      $0.recordsErrorMessages = true
      $0.sqlTruncationLength = 10_000
    }
    let found = outputs.texts.filter { $0.name == "a span" }.reduce(into: Set<Int>()) {
      $0.formUnion(Outputs.numbers(in: $1.text))
    }
    #expect(found.count > 150)
    #expect(Outputs.numbers(in: "… 'QZ17Vault' … qz18vaults, qzvault, x'717a3139" + "7661756c74'") == [17, 18, 19])
  }

  private static func outputs(
    of plantings: [Planting], configure: (inout DatabaseInstrumentor.Configuration) -> Void = { _ in }
  ) throws -> Outputs {
    let log = CollectedLog()
    let (tracer, metrics) = (InMemoryTracer(), TestMetrics())
    let database = try SQLiteDatabase()
    try prepare(database)
    let instrumentor = try DatabaseInstrumentor(logger: log.logger)
    try instrumentor.configure {
      $0.slowStatementThreshold = .zero
      configure(&$0)
    }
    try instrumentor.activate(on: [.sqlite(#require(database.handle))])
    defer { instrumentor.deactivate() }
    let recording = try withTracer(tracer) {
      try withMetricsFactory(metrics) {
        try recordDatabase { try plant(plantings, in: database) }
      }
    }
    #expect(recording.statements.count + recording.spans.count > plantings.count / 2)
    var outputs = Outputs()
    try outputs.add(recording)
    outputs.add(tracer)
    outputs.add(metrics)
    outputs.add(log)
    outputs.add(
      "an address", DatabaseURL.withoutCredentials("postgres://qz1vault:qz2vault@db/library?password=qz3vault"))
    return outputs
  }

  /// Tables of every kind that fails, and functions of the app that do.
  private static func prepare(_ database: SQLiteDatabase) throws {
    try database.execute(
      """
      CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT UNIQUE);
      CREATE TABLE u (a TEXT, b TEXT, c TEXT);
      CREATE TABLE checked (a TEXT CHECK (a <> 'x' AND a = 'y' AND a <> "z"));
      CREATE TABLE strict (a INTEGER) STRICT;
      CREATE TABLE raising (a TEXT);
      CREATE TRIGGER raises BEFORE INSERT ON raising BEGIN SELECT raise(ABORT, 'no such a'); END;
      CREATE VIRTUAL TABLE note USING fts5(a);
      INSERT INTO t (a, b, c) VALUES ('1', '2', '3');
      """)
    for (name, code) in [("fail", SQLITE_ERROR), ("failUniquely", Int32(2067))] {
      let context = UnsafeMutableRawPointer(bitPattern: Int(code))
      let result = sqlite3_create_function_v2(
        database.handle, name, 1, SQLITE_UTF8, context,
        { context, _, values in
          guard let text = values?[0].flatMap({ sqlite3_value_text($0) }) else { return }
          sqlite3_result_error(context, "cannot do it with \(String(cString: text))", -1)
          sqlite3_result_error_code(context, Int32(Int(bitPattern: sqlite3_user_data(context))))
        }, nil, nil, nil)
      #expect(result == SQLITE_OK)
    }
  }

  private static func plant(_ plantings: [Planting], in database: SQLiteDatabase) throws {
    let systems: [Planting.Dialect: DatabaseSystem] = [.sqlite: .sqlite, .postgreSQL: .postgreSQL, .mySQL: .mySQL]
    let drivers = systems.mapValues {
      InstrumentedConnection("db://ada:qz4vault@host/library?token=qz5vault", system: $0)
    }
    func logger(_ dialect: SQLDialect?) -> Logger {
      Logger(label: "driver") { _ in RecordingLogHandler(dialect: dialect) }
    }
    let loggers: [Planting.Dialect: Logger] = [
      .sqlite: logger(.sqlite), .postgreSQL: logger(.postgreSQL), .mySQL: logger(.mySQL),
    ]
    let guessing = logger(nil)
    try plantInPools()
    for planting in plantings {
      let (sql, secret) = (planting.sql, planting.secret)
      switch planting.source {
      case .sqlite:
        sqlite3_exec(database.handle, "BEGIN", nil, nil, nil)
        _ = try? database.execute(sql)
        _ = try? bound(database, planting)
        sqlite3_exec(database.handle, "ROLLBACK", nil, nil, nil)
      case .driver:
        let statement = drivers[planting.dialect]?.statements.willExecute(sql, parameters: [secret, nil])
        if planting.number % 2 == 0 {
          statement?.didExecute(rowsReturned: 1)
        } else {
          statement?.didFail(Refusal(text: secret), status: "22P02")
        }
      case .log:
        loggers[planting.dialect]?.debug("Executing query", metadata: ["sql": "\(sql)", "binds": ["\(secret)"]])
      case .guessed: guessing.debug("Executing query", metadata: ["sql": "\(sql)", "binds": ["\(secret)"]])
      case .span:
        withSpan("a library's query", ofKind: .client) { span in
          span.attributes["db.system"] = "\(planting.dialect == .mySQL ? "mysql" : "postgresql")"
          span.attributes["db.statement"] = SpanAttribute.string(sql)
          span.attributes["db.query.parameter.0"] = SpanAttribute.string(secret)
          if planting.number % 2 == 0 { span.recordError(Refusal(text: secret)) }
        }
      }
    }
  }

  /// Errors of whatever a pool calls, and what a lease that is lost leaves.
  private static func plantInPools() throws {
    var failing = FakePoolDriver<Int>(open: { 1 })
    failing.willCheckOut = { _ in throw Refusal(text: "qz6vault") }
    _ = try? FakePool(driver: failing, options: FakePoolOptions(size: 1), name: "hook").checkoutImmediately()
    failing.setUp = { _ in throw Refusal(text: "qz7vault") }
    _ = try? FakePool(driver: failing, options: FakePoolOptions(size: 1), name: "setUp").checkoutImmediately()
    failing.open = { throw Refusal(text: "qz8vault") }
    _ = try? FakePool(driver: failing, options: FakePoolOptions(size: 1), name: "open").checkoutImmediately()
    var dying = FakePoolDriver<Int>(open: { 1 })
    dying.ping = { _ in throw Refusal(text: "qz9vault") }
    dying.reset = { _, _ in throw Refusal(text: "qz10vault") }
    var options = FakePoolOptions(size: 1)
    options.checksBeforeUse = true
    let pool = FakePool(driver: dying, options: options, name: "dying")
    try pool.checkoutImmediately().checkin()
    _ = try pool.checkoutImmediately()
  }

  /// The same position with a parameter.
  private static func bound(_ database: SQLiteDatabase, _ planting: Planting) throws {
    guard planting.form == Planting.forms[0].text else { return }
    let statement = try database.prepare(planting.position.replacing("«»", with: "?"))
    defer { sqlite3_finalize(statement) }
    for index in 1...max(1, sqlite3_bind_parameter_count(statement)) {
      sqlite3_bind_text(statement, index, planting.secret, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
    }
    while sqlite3_step(statement) == SQLITE_ROW {}
  }
}

/// An error of a driver that quotes a value.
private struct Refusal: Error, CustomStringConvertible {
  var text: String
  var description: String { "cannot take \(text)" }
}
