internal import CSQLiteForTests
internal import CSQLiteHooks
internal import CoreMetrics
internal import DatabaseInstrumentation
internal import DatabaseTelemetry
internal import DatabaseTesting
internal import InMemoryTracing
internal import SQLiteInstrumentation
internal import Tracing

/// A prepared statement on a connection in memory, with 100 books.
final class HeldStatement: @unchecked Sendable {  // Each is used by one thread.
  private var connection: OpaquePointer?
  private var statement: OpaquePointer?

  /// One row by its key: its parameters are told apart.
  static let lookup = "SELECT title FROM book WHERE id = ?"
  /// No column is compared with a value.
  static let other = "SELECT title FROM book LIMIT 1 OFFSET ?"

  init(
    _ sql: String,
    trace: (
      @convention(c) (
        UInt32, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?,
        UnsafeMutableRawPointer?
      ) -> Int32
    )? = nil, isInstrumented: Bool = true
  ) {
    if isInstrumented {
      open()
    } else {
      dbh_without_hooks(
        { Unmanaged<HeldStatement>.fromOpaque($0!).takeUnretainedValue().open() },
        Unmanaged.passUnretained(self).toOpaque())
    }
    if let trace {
      let mask = SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE | SQLITE_TRACE_ROW
      sqlite3_trace_v2(connection, UInt32(mask), trace, nil)
    }
    let result = sqlite3_prepare_v2(connection, sql, -1, &statement, nil)
    if result != SQLITE_OK { fail("SQLite cannot prepare \(sql): \(result)") }
  }

  deinit {
    sqlite3_finalize(statement)
    sqlite3_close_v2(connection)
  }

  private func open() {
    let result = sqlite3_open_v2(
      ":memory:", &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nil)
    if result != SQLITE_OK { fail("SQLite cannot open a database in memory: \(result)") }
    sqlite3_exec(
      connection,
      """
      CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
      INSERT INTO book SELECT i, 'Book ' || i FROM n;
      """, nil, nil, nil)
  }

  @inline(never)
  func run(_ count: Int) {
    for key in 1...count {
      sqlite3_bind_int64(statement, 1, Int64(key % 90 + 1))
      sqlite3_step(statement)
      sqlite3_step(statement)
      sqlite3_reset(statement)
    }
  }
}

private let statements = 2_000
/// After the executions whose call sites are taken.
private let warmUp = 20

func statementProbes() throws -> [Probe] {
  // A connection opens in the probe, so that what is current then is what the case has.
  func held(_ name: String, _ sql: String, _ around: @escaping (() throws -> Void) throws -> Void = { try $0() })
    -> Probe
  {
    Probe(name, operations: statements) { measure in
      try around {
        let held = HeldStatement(sql)
        held.run(warmUp)
        measure { held.run(statements) }
      }
    }
  }

  return [
    Probe("statement without hooks", operations: statements) { measure in
      let held = HeldStatement(HeldStatement.lookup, isInstrumented: false)
      held.run(warmUp)
      measure { held.run(statements) }
    },
    Probe("other statement without hooks", operations: statements) { measure in
      let held = HeldStatement(HeldStatement.other, isInstrumented: false)
      held.run(warmUp)
      measure { held.run(statements) }
    },
    Probe("callback that returns at once", operations: statements) { measure in
      let held = HeldStatement(HeldStatement.lookup, trace: { _, _, _, _ in 0 }, isInstrumented: false)
      held.run(warmUp)
      measure { held.run(statements) }
    },
    held("off", HeldStatement.lookup),
    held("recorder, key lookup", HeldStatement.lookup) { body in try recording(body) },
    held("recorder, other statement", HeldStatement.other) { body in try recording(body) },
    Probe("recorder, with call site", operations: Int(StatementLog.capturedExecutions)) { measure in
      let held = HeldStatement(HeldStatement.lookup)
      // The first stacks of a process are compared with those of the unwinder.
      for _ in 0..<100 { use(StackTrace.capture()) }
      try recording { held.run(warmUp) }
      // A scope of its own takes the call sites of its first executions again.
      try recording { measure { held.run(Int(StatementLog.capturedExecutions)) } }
    },
    held("metrics", HeldStatement.lookup) { body in
      try instrumented(spans: false, metrics: true) { try withMetricsFactory(TotalsFactory(), body) }
    },
    held("tracer, not recording", HeldStatement.lookup) { body in
      try instrumented(spans: true, metrics: false) { try withTracer(NoOpTracer()) { () throws in try body() } }
    },
    held("tracer, in memory", HeldStatement.lookup) { body in
      try instrumented(spans: true, metrics: false) { try withTracer(InMemoryTracer()) { () throws in try body() } }
    },
    Probe("peer: span of InMemoryTracer with five attributes", operations: statements) { measure in
      let tracer = InMemoryTracer()
      peerSpans(warmUp, tracer)
      measure { peerSpans(statements, tracer) }
    },
  ]
}

func recording(_ body: () throws -> Void) throws {
  try withDatabaseRecorder { _ in try body() }
}

private func instrumented(spans: Bool, metrics: Bool, _ body: () throws -> Void) throws {
  var configuration = DatabaseInstrumentor.Configuration()
  configuration.emitsSpans = spans
  configuration.emitsMetrics = metrics
  let instrumentor = try DatabaseInstrumentor(configuration: configuration)
  // One that finds no database warns, each time.
  let database = HeldStatement(HeldStatement.lookup)
  defer { withExtendedLifetime(database) {} }
  instrumentor.activate()
  defer { instrumentor.deactivate() }
  try body()
}

/// What one would write without this package: a span for each statement, with the attributes that OpenTelemetry asks for.
@inline(never)
private func peerSpans(_ count: Int, _ tracer: InMemoryTracer) {
  for _ in 0..<count {
    let span = tracer.startSpan("SELECT book", ofKind: .client)
    span.attributes["db.system.name"] = "sqlite"
    span.attributes["db.query.text"] = SpanAttribute.string(HeldStatement.lookup)
    span.attributes["db.query.summary"] = "SELECT book"
    span.attributes["db.operation.name"] = "SELECT"
    span.attributes["db.collection.name"] = "book"
    span.end()
  }
}
