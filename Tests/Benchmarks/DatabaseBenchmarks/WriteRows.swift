internal import Benchmark
internal import CSQLiteHooks
internal import DatabaseTesting
internal import GRDBSQLite

private let rows = 10_000

/// Prepared inserts in one transaction: the difference of the rows is what recording a row costs.
func writeRows() {
  let configuration = Benchmark.Configuration(
    metrics: [.wallClock], timeUnits: .nanoseconds, warmupIterations: 2, scalingFactor: .one, maxDuration: .seconds(3),
    maxIterations: 100)
  for (name, isInstrumented, isRecorded) in [
    ("without hooks", false, false), ("off", true, false), ("recorder", true, true),
  ] {
    Benchmark("10,000 inserts, \(name)", configuration: configuration) { benchmark in
      let inserts = PreparedInserts(isInstrumented: isInstrumented)
      func measure() {
        inserts.run(20)
        benchmark.startMeasurement()
        inserts.run(rows)
        benchmark.stopMeasurement()
      }
      if isRecorded { recording { measure() } } else { measure() }
    }
  }
}

/// An insert that is prepared once, and runs within one transaction that is undone at its end.
private final class PreparedInserts {
  private var connection: OpaquePointer?
  private var statement: OpaquePointer?

  init(isInstrumented: Bool) {
    if isInstrumented {
      open()
    } else {
      dbh_without_hooks(
        { Unmanaged<PreparedInserts>.fromOpaque($0!).takeUnretainedValue().open() },
        Unmanaged.passUnretained(self).toOpaque())
    }
  }

  deinit {
    sqlite3_finalize(statement)
    sqlite3_close_v2(connection)
  }

  private func open() {
    let result = sqlite3_open_v2(":memory:", &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
    precondition(result == SQLITE_OK, "SQLite cannot open a database in memory: \(result)")
    execute("CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT NOT NULL, price INTEGER)")
    sqlite3_prepare_v2(connection, "INSERT INTO book (title, price) VALUES ('A book', ?)", -1, &statement, nil)
  }

  private func execute(_ sql: String) {
    let result = sqlite3_exec(connection, sql, nil, nil, nil)
    precondition(result == SQLITE_OK, "SQLite cannot execute \(sql): \(result)")
  }

  func run(_ count: Int) {
    execute("BEGIN")
    for number in 0..<count {
      sqlite3_bind_int64(statement, 1, Int64(number))
      sqlite3_step(statement)
      sqlite3_reset(statement)
    }
    execute("ROLLBACK")
  }
}
