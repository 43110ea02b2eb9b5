#if DEBUG
  internal import CSQLiteForTests
  internal import CSQLiteHooks
  internal import DatabaseInstrumentation
  internal import DatabaseRecording
  internal import DatabaseRunRecords
  internal import DatabaseTesting
  internal import Foundation

  private let repetitions = 40

  /// One scope from its beginning to its verdict, as a suite pays for it with each test: in a debug build, as suites are run.
  func scopeProbes() -> [Probe] {
    [
      Probe("debug: a database and four queries, without hooks", operations: repetitions) { measure in
        repeatedly(measure) { withoutHooks(useDatabase) }
      },
      scope("debug: scope without SQL", [.noNPlusOne, .queries(...50)]) {},
      scope("debug: scope, four queries, counts", [.queries(...50)], useDatabase),
      scope("debug: scope, four queries, .noNPlusOne", [.noNPlusOne], useDatabase),
      scope("debug: scope, four queries, with a record", [.queries(...50)], isReported: true, useDatabase),
    ]
  }

  /// - Parameter isReported: Whether its line in the record of the run is written.
  private func scope(
    _ name: String, _ expectations: [DatabaseExpectation], isReported: Bool = false, _ body: @escaping () -> Void
  ) -> Probe {
    Probe(name, operations: repetitions) { measure in
      let folder = NSTemporaryDirectory() + "database-testing-probe-\(ProcessInfo.processInfo.processIdentifier)"
      let writer = isReported ? RunRecordWriter(folder: folder) { fail($0) } : nil
      defer { try? FileManager.default.removeItem(atPath: folder) }
      repeatedly(measure) {
        let recorder = DatabaseRecorder("", at: CodeLocation(#fileID, #filePath, #line, #column))
        recorder.bind(body)
        let recording = recorder.finish()
        writer?.write(RunRecord.Test(recording, name: "probe", started: 0, call: nil))
        guard recording.check(expectations, isInherited: true).isEmpty else { fail("\(name) found something") }
      }
    }
  }

  private func repeatedly(_ measure: (() -> Void) -> Void, _ work: @escaping () -> Void) {
    // What is done once for the process is no part of it.
    for _ in 0..<3 { work() }
    measure { for _ in 0..<repetitions { work() } }
  }

  private func withoutHooks(_ body: @escaping () -> Void) {
    var body = body
    withUnsafeMutablePointer(to: &body) { pointer in
      dbh_without_hooks({ $0!.assumingMemoryBound(to: (() -> Void).self).pointee() }, pointer)
    }
  }

  private func useDatabase() {
    var connection: OpaquePointer?
    guard sqlite3_open(":memory:", &connection) == SQLITE_OK else { fail("SQLite cannot open a database in memory") }
    defer { sqlite3_close(connection) }
    for sql in [
      "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT)",
      "CREATE TABLE book (id INTEGER PRIMARY KEY, authorId INT REFERENCES author(id), title TEXT)",
      "BEGIN", "INSERT INTO author VALUES (1, 'A'), (2, 'B'), (3, 'C')",
      "INSERT INTO book VALUES (1, 1, 'D'), (2, 1, 'E'), (3, 2, 'F')", "COMMIT",
      "SELECT * FROM author", "SELECT * FROM book WHERE authorId = 1", "SELECT count(*) FROM book",
      "SELECT name, title FROM author JOIN book ON authorId = author.id",
    ] {
      guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else { fail("SQLite cannot execute \(sql)") }
    }
  }
#endif
