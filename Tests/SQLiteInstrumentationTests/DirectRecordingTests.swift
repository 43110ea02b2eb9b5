import CSQLiteForTests
import DatabaseTesting
import TestSupport
import Testing

@testable import DatabaseInstrumentation
@testable import SQLiteInstrumentation

/// Statements that C records by itself are recorded as the way through Swift would.
@Suite struct DirectRecordingTests {
  @Test(.needs(.interposition)) func cReadsTheScopeOfTheTask() {
    #expect(DirectRecording.readsTaskLocals)
  }

  /// A run that C fills has each number where Swift looks for it.
  @Test func eachNumberIsInItsPlace() throws {
    let recording = try recordDatabase {
      let database = try SQLiteDatabase()
      try database.execute("CREATE TABLE t (a); INSERT INTO t VALUES (3), (1), (2)")
      for _ in 1...20 {
        try database.execute("BEGIN")
        try database.rows("SELECT a FROM t ORDER BY a")
        try database.execute("COMMIT")
      }
    }
    let selects = recording.selects
    #expect(selects.count == 20)
    #expect(Set(selects.map(\.rowsReturned)) == [3])
    #expect(Set(selects.map { $0.cost?.sorts }) == [1])
    #expect(Set(selects.map { $0.cost?.fullScanSteps }) == [2])
    #expect(Set(selects.map { $0.cost?.automaticIndexRows }) == [0])
    #expect(Set(selects.map { $0.cost?.steps }).count == 1)
    #expect(selects.allSatisfy { ($0.duration ?? .zero) > .zero && $0.error == nil })
    #expect(Set(selects.map(\.executionContext)).count == 1)
    #expect(Set(selects.map(\.transaction)).count == 20)
  }

  @Test(arguments: [false, true])
  func theLongWayRecordsTheSame(isInTask: Bool) async throws {
    func recorded() async throws -> [String] {
      let recording =
        if isInTask {
          try await recordDatabase { try await Task { try Self.program() }.value }
        } else {
          try recordDatabase { try Self.program() }
        }
      return Self.facts(of: recording)
    }
    let direct = try await recorded()
    StatementDemand.shared.want(.detours)
    defer { StatementDemand.shared.withdraw(.detours) }
    let long = try await recorded()
    #expect(direct.count > 400)
    #expect(direct.count == long.count)
    for (ours, theirs) in zip(direct, long) { #expect(ours == theirs) }
  }

  /// Reads, lookups, nested statements, errors, statements that are left, writes in and outside of transactions, savepoints.
  private static func program() throws {
    let database = try SQLiteDatabase()
    try database.execute(
      """
      CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT);
      CREATE TABLE book (id INTEGER PRIMARY KEY, author INTEGER REFERENCES author (id), title TEXT UNIQUE);
      CREATE TABLE log (book INTEGER);
      CREATE TRIGGER logged AFTER UPDATE ON book BEGIN INSERT INTO log VALUES (new.id); END;
      """)
    let insert = try database.prepare("INSERT INTO author (name) VALUES ('x')")
    let lookup = try database.prepare("SELECT title FROM book WHERE author = ?")
    defer {
      sqlite3_finalize(insert)
      sqlite3_finalize(lookup)
    }
    for round in 1...20 {
      try database.execute("BEGIN")
      for _ in 1...5 {
        sqlite3_step(insert)
        sqlite3_reset(insert)
      }
      try database.execute(
        "SAVEPOINT a; INSERT INTO book (author, title) VALUES (\(round), '\(round)'); ROLLBACK TO a; RELEASE a")
      try database.execute("INSERT INTO book (author, title) VALUES (\(round), '\(round)')")
      _ = try? database.execute("INSERT INTO book (author, title) VALUES (\(round), '\(round)')")
      try database.execute("UPDATE book SET title = title || '!' WHERE author = \(round)")
      try database.execute(round % 3 == 0 ? "ROLLBACK" : "COMMIT")
      try database.forEachRow("SELECT id FROM author LIMIT 3") { id in
        sqlite3_bind_int64(lookup, 1, Int64(id))
        while sqlite3_step(lookup) == SQLITE_ROW {}
        sqlite3_reset(lookup)
      }
      let left = try database.prepare("SELECT id FROM author")
      sqlite3_step(left)
      sqlite3_finalize(left)
      try database.execute("DELETE FROM log WHERE book = \(round)")
    }
  }

  private static func facts(of recording: Recording) -> [String] {
    recording.statements.map { statement in
      """
      \(statement.sql) \(statement.kind) \(statement.rowsReturned as Int?) \(statement.rowsChanged as Int?) \
      \(statement.cost as StatementCost?) \(statement.error as StatementError?) \(statement.transaction as Any) \
      \(statement.load.map { "\($0.strategy) \($0.relationship) \($0.parentCount as Int?)" } ?? "") \
      \(statement.executionContext.isMainThread) \(statement.executionContext.isSharedThread)
      """
    }
      + recording.transactions.map { "\($0)" }
      + recording.flushes.map { "\($0) \($0.executed) \($0.indirect) \($0.isCommitted) \($0.statementNumbers as Any)" }
  }

  /// What was written so far is known at any time, though the ledger is not told of each statement.
  @Test func aRunIsSeenWhileItLasts() throws {
    let database = try SQLiteDatabase()
    try database.execute("CREATE TABLE t (a); CREATE TABLE u (a)")
    try withDatabaseRecorder { recorder in
      try database.execute("BEGIN")
      for count in 1...30 {
        try database.execute("INSERT INTO t VALUES (1)")
        let transaction = recorder.recording.transactions.first
        #expect(transaction?.executed.inserted == ["t": count])
      }
      for _ in 1...10 { try database.execute("INSERT INTO u VALUES (1)") }
      for _ in 1...10 { try database.execute("INSERT INTO t VALUES (1)") }
      try database.execute("SAVEPOINT a")
      for _ in 1...10 { try database.execute("INSERT INTO t VALUES (1)") }
      try database.execute("ROLLBACK TO a")
      try database.execute("COMMIT")
      let recording = recorder.recording
      #expect(recording.flushes.count == 1)
      #expect(recording.flushes.first?.inserted == ["t": 40, "u": 10])
      #expect(recording.flushes.first?.executed.inserted == ["t": 50, "u": 10])
      recording.expect(.commits(1))
    }
  }

  /// The order of runs is that in which they were written, also where one is interrupted.
  @Test(.needs(.rowChanges), arguments: [(["t", "u"], 0), (["t", "u", "t"], 1), (["u", "t"], 1)])
  func runsKeepTheirOrder(tables: [String], mismatches: Int) throws {
    let database = try SQLiteDatabase()
    try database.execute("CREATE TABLE t (a); CREATE TABLE u (a)")
    let recording = try recordDatabase {
      // The first ones of each shape are told to the ledger one by one.
      try database.execute("BEGIN")
      for _ in 1...10 { try database.execute("INSERT INTO t VALUES (1)") }
      for _ in 1...10 { try database.execute("INSERT INTO u VALUES (1)") }
      try database.execute("ROLLBACK; BEGIN")
      for table in tables { for _ in 1...10 { try database.execute("INSERT INTO \(table) VALUES (1)") } }
      try database.execute("COMMIT")
    }
    #expect(recording.check(.flush(order: [.insert("t"), .insert("u")])).count == mismatches)
  }

  /// Each recording has its own, though one connection and one statement serve both.
  @Test func aRunEndsWithItsRecording() throws {
    let database = try SQLiteDatabase()
    try database.execute("CREATE TABLE t (a)")
    let outer = try recordDatabase {
      try database.execute("BEGIN")
      for _ in 1...3 {
        let inner = try recordDatabase { for _ in 1...20 { try database.execute("INSERT INTO t VALUES (1)") } }
        #expect(inner.inserts.count == 20)
        #expect(inner.transactions.first?.executed.inserted == ["t": 20])
        for _ in 1...20 { try database.execute("INSERT INTO t VALUES (1)") }
      }
      try database.execute("COMMIT")
    }
    #expect(outer.inserts.count == 120)
    #expect(outer.flushes.first?.inserted == ["t": 120])
  }

  /// A recording that begins inside of an open statement belongs to the same tree.
  @Test func aStatementAroundARecordingIsTheParentOfThoseInIt() throws {
    let shop = try Shop(authors: 3)
    let lookup = "SELECT title FROM book WHERE authorId = ?"
    let recording = try recordDatabase {
      for id in 1...20 { try shop.database.rows(lookup, id) }
      try shop.database.forEachRow("SELECT id FROM author") { id in
        let inner = try recordDatabase { for _ in 1...20 { try shop.database.rows(lookup, id) } }
        #expect(inner.selects.count == 20)
      }
    }
    #expect(recording.selects.count == 20 + 1 + 60)
    #expect(recording.selects.dropFirst(21).allSatisfy { $0.load?.strategy == .immediate })
  }

  /// Foreign key actions are programs without a name of their own inside of the statement.
  @Test(.needs(.rowChanges)) func aCascadeIsOneStatement() throws {
    let database = try SQLiteDatabase()
    try database.execute(
      """
      PRAGMA foreign_keys = ON;
      CREATE TABLE parent (id INTEGER PRIMARY KEY);
      CREATE TABLE child (parent INTEGER REFERENCES parent (id) ON DELETE CASCADE);
      """)
    let recording = try recordDatabase {
      for id in 1...20 {
        try database.execute("INSERT INTO parent VALUES (\(id)); INSERT INTO child VALUES (\(id)), (\(id))")
        try database.execute("DELETE FROM parent WHERE id = \(id)")
      }
    }
    #expect(recording.deletes.count == 20)
    #expect(recording.deletes.allSatisfy { $0.duration != nil && $0.rowsChanged == 1 })
    #expect(recording.flushes.last?.deleted == ["parent": 1, "child": 2])
  }

  @Test func aStatementThatEndsAfterItsRecordingTouchesNoOther() throws {
    let database = try SQLiteDatabase()
    try database.execute("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3)")
    let statement = try database.prepare("SELECT a FROM t")
    defer { sqlite3_finalize(statement) }
    let first = recordDatabase {
      for _ in 1...20 {
        while sqlite3_step(statement) == SQLITE_ROW {}
        sqlite3_reset(statement)
      }
      sqlite3_step(statement)
    }
    let second = try recordDatabase {
      for _ in 1...20 { try database.rows("SELECT 1") }
      while sqlite3_step(statement) == SQLITE_ROW {}
      for _ in 1...20 { try database.rows("SELECT 1") }
    }
    #expect(first.selects.count == 21)
    #expect(second.selects.map(\.sql) == Array(repeating: "SELECT ?", count: 40))
    #expect(second.selects.allSatisfy { $0.rowsReturned == 1 })
  }

  /// Statements on several connections come in the order in which they ran.
  @Test func theOrderAcrossConnectionsIsThatOfTime() throws {
    let recording = try recordDatabase {
      let databases = try (0..<5).map { _ in try SQLiteDatabase() }
      for round in 0..<200 { try databases[round * 7 % 5].rows("SELECT \(round * 7 % 5) AS c\(round)") }
    }
    #expect(recording.selects.map(\.sql) == (0..<200).map { "SELECT ? AS c\($0)" })
  }

  /// Threads record at once and share nothing but the limit; another one looks at what there is meanwhile.
  @Test func severalThreadsUpToTheLimitAndPastIt() async throws {
    let (threads, statements) = (4, 3_000)
    let recorder = DatabaseRecorder(
      "", at: CodeLocation(fileID: #fileID, filePath: #filePath, line: 1, column: 1), detailLimit: 5_000)
    try await recorder.bind {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<threads {
          group.addTask {
            let database = try SQLiteDatabase()
            for _ in 0..<statements { try database.rows("SELECT 1") }
          }
        }
        group.addTask {
          for _ in 0..<50 {
            let seen = recorder.recording
            #expect(seen.selects.count <= threads * statements)
            await Task.yield()
          }
        }
        try await group.waitForAll()
      }
    }
    let recording = recorder.finish()
    #expect(recording.selects.count == threads * statements)
    #expect(recording.droppedCount == threads * statements - 5_000)
    #expect(Array(recording.selects).count == threads * statements - recording.droppedCount)
  }
}
