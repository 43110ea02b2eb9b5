import CSQLiteForTests
import DatabaseTesting
import TestSupport
import Testing

@Suite struct TransactionTests {
  private func database(_ schema: String = "CREATE TABLE t (id INTEGER PRIMARY KEY, x)") throws -> SQLiteDatabase {
    try withoutDatabaseRecording {
      let database = try SQLiteDatabase()
      try database.execute(schema)
      return database
    }
  }

  @Test(arguments: [
    ("BEGIN", RecordedTransaction.Mode.deferred), ("BEGIN DEFERRED TRANSACTION", .deferred),
    ("BEGIN IMMEDIATE", .immediate), ("BEGIN EXCLUSIVE", .exclusive),
  ])
  func waysToBegin(_ sql: String, _ mode: RecordedTransaction.Mode) throws {
    let db = try database()
    let recording = try recordDatabase { try db.execute("\(sql); INSERT INTO t VALUES (1, 1); COMMIT") }
    let transaction = try #require(recording.transactions.first)
    #expect(recording.transactions.count == 1)
    #expect(transaction.mode == mode)
    #expect(transaction.outcome == .committed)
    #expect(transaction.writeCount == 1)
    #expect(!transaction.beganBefore)
    #expect(transaction.callSite != nil)
  }

  @Test func executedTwoAndWroteOne() throws {
    let db = try database()
    let recording = try recordDatabase {
      try db.execute(
        """
        BEGIN; SAVEPOINT a; INSERT INTO t VALUES (1, 1); ROLLBACK TO a; INSERT INTO t VALUES (2, 2); COMMIT
        """)
    }
    #expect(recording.flushes.map(\.executed.inserted) == [["t": 2]])
    #expect(recording.flushes.map(\.inserted) == [["t": 1]])
    #expect(recording.flushes.map(\.isCommitted) == [true])
  }

  @Test func aRollbackKeepsNothing() throws {
    let db = try database()
    let recording = try recordDatabase { try db.execute("BEGIN; INSERT INTO t VALUES (1, 1); ROLLBACK") }
    #expect(recording.flushes.map(\.executed.inserted) == [["t": 1]])
    #expect(recording.flushes.map(\.inserted) == [[:]])
    #expect(recording.transactions.map(\.outcome) == [.rolledBack])
    #expect(recording.transactions.map(\.isRolledBackByDatabase) == [false])
  }

  @Test func eachAutocommitWriteIsATransaction() throws {
    let db = try database()
    let recording = try recordDatabase {
      try db.execute("INSERT INTO t VALUES (1, 1); INSERT INTO t VALUES (2, 1); SELECT * FROM t; PRAGMA user_version")
    }
    #expect(recording.transactions.map(\.mode) == [.autocommit, .autocommit])
    #expect(recording.flushes.map(\.inserted) == [["t": 1], ["t": 1]])
  }

  @Test func anOutermostSavepointIsATransaction() throws {
    let db = try database()
    let recording = try recordDatabase {
      try db.execute("SAVEPOINT a; INSERT INTO t VALUES (1, 1); SAVEPOINT a; INSERT INTO t VALUES (2, 2)")
      try db.execute("ROLLBACK TO a; RELEASE a; RELEASE A")
    }
    #expect(recording.transactions.map(\.mode) == [.savepoint])
    #expect(recording.transactions.map(\.outcome) == [.committed])
    #expect(recording.flushes.map(\.inserted) == [["t": 1]])
  }

  @Test func aDeferredForeignKeyLeavesTheTransactionOpen() throws {
    let db = try database(
      """
      PRAGMA foreign_keys = ON; CREATE TABLE p (id INTEGER PRIMARY KEY);
      CREATE TABLE c (p REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)
      """)
    let recording = try recordDatabase {
      try db.execute("BEGIN; INSERT INTO c VALUES (1)")
      #expect(throws: (any Error).self) { try db.execute("COMMIT") }
      try db.execute("INSERT INTO p VALUES (1); COMMIT")
    }
    #expect(recording.transactions.map(\.outcome) == [.committed])
    #expect(recording.flushes.map(\.inserted) == [["c": 1, "p": 1]])
  }

  @Test(.needs(.rowChanges)) func aForeignKeyThatFailsWithTheStatementTakesItBack() throws {
    let db = try database(
      """
      PRAGMA foreign_keys = ON; CREATE TABLE p (id INTEGER PRIMARY KEY);
      CREATE TABLE c (p REFERENCES p (id)); CREATE TABLE d (p REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)
      """)
    let recording = try recordDatabase {
      // One row alone SQLite refuses before it inserts it.
      try? db.execute("INSERT INTO c VALUES (1), (2)")
      try? db.execute("INSERT INTO d VALUES (1)")
      try db.execute("BEGIN; INSERT INTO p VALUES (7)")
      try? db.execute("INSERT INTO c VALUES (1), (2)")
      try db.execute("COMMIT")
    }
    #expect(recording.flushes.map(\.inserted) == [[:], [:], ["p": 1]])
    #expect(recording.flushes.last?.executed.inserted == ["p": 1, "c": 2])
  }

  @Test(.needs(.rowChanges)) func aConflictThatRollsBackEndsTheTransaction() throws {
    let db = try database()
    let recording = try recordDatabase {
      try db.execute("BEGIN; INSERT INTO t VALUES (1, 1); SAVEPOINT a; INSERT INTO t VALUES (2, 2)")
      try? db.execute("INSERT OR ROLLBACK INTO t VALUES (3, 1), (1, 1)")
      try db.execute("INSERT INTO t VALUES (9, 9)")
    }
    #expect(recording.transactions.map(\.outcome) == [.rolledBack, .committed])
    #expect(recording.transactions.map(\.isRolledBackByDatabase) == [true, false])
    #expect(recording.flushes.map(\.inserted) == [[:], ["t": 1]])
    #expect(recording.flushes.first?.executed.inserted == ["t": 3])
  }

  @Test func aFullDatabaseRollsBack() throws {
    let db = try database("CREATE TABLE t (x)")
    try withoutDatabaseRecording { try db.execute("PRAGMA max_page_count = 3; PRAGMA cache_spill = 0") }
    let recording = recordDatabase {
      try? db.execute("INSERT INTO t VALUES (1); INSERT INTO t VALUES (zeroblob(100000))")
    }
    #expect(recording.flushes.first?.inserted == ["t": 1])
    #expect(recording.flushes.dropFirst().allSatisfy { $0.inserted.isEmpty })
  }

  @Test func anInterruptedWriteInATransactionRollsItBack() throws {
    let db = try database()
    let recording = try recordDatabase {
      try db.execute("BEGIN; INSERT INTO t VALUES (1, 1)")
      sqlite3_progress_handler(db.handle, 50, { _ in 1 }, nil)
      try? db.execute(
        "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO t SELECT i, i FROM n"
      )
      sqlite3_progress_handler(db.handle, 0, nil, nil)
    }
    #expect(sqlite3_get_autocommit(db.handle) == 1)
    #expect(recording.transactions.map(\.outcome) == [.rolledBack])
    #expect(recording.flushes.map(\.inserted) == [[:]])
  }

  @Test(.needs(.interposition)) func aCommitThatAHookRefusesIsARollback() throws {
    let db = try database()
    let recording = recordDatabase {
      sqlite3_commit_hook(db.handle, { _ in 1 }, nil)
      try? db.execute("BEGIN; INSERT INTO t VALUES (1, 1); COMMIT")
      try? db.execute("INSERT INTO t VALUES (2, 1)")
      sqlite3_commit_hook(db.handle, nil, nil)
      try? db.execute("BEGIN; INSERT INTO t VALUES (3, 1); COMMIT")
    }
    #expect(recording.transactions.map(\.outcome) == [.rolledBack, .rolledBack, .committed])
    #expect(recording.flushes.map(\.inserted) == [[:], [:], ["t": 1]])
  }

  @Test func aBusyCommitIsTriedAgain() throws {
    let file = try TemporaryFile()
    let writer = try withoutDatabaseRecording {
      let writer = try SQLiteDatabase(file.path)
      try writer.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x); INSERT INTO t VALUES (1, 1)")
      return writer
    }
    let reader = try SQLiteDatabase(file.path)
    let recording = try recordDatabase {
      try reader.execute("BEGIN; SELECT * FROM t")
      try writer.execute("BEGIN; INSERT INTO t VALUES (2, 2)")
      #expect(throws: SQLiteFailure.self) { try writer.execute("COMMIT") }
      try reader.execute("COMMIT")
      try writer.execute("COMMIT")
    }
    #expect(recording.flushes.map(\.inserted) == [["t": 1]])
    #expect(recording.transactions.map(\.outcome) == [.committed, .committed])
  }

  @Test func closingTheConnectionRollsBack() throws {
    let recording = try recordDatabase {
      let db = try SQLiteDatabase()
      try db.execute("CREATE TABLE t (x); BEGIN; INSERT INTO t VALUES (1)")
      db.close()
    }
    #expect(recording.transactions.last?.outcome == .rolledBack)
    #expect(recording.transactions.last?.isRolledBackByDatabase == true)
  }

  @Test func aRecordingWithinATransactionSeesItsPart() throws {
    let db = try database()
    var inner: Recording?
    let outer = try recordDatabase {
      try db.execute("BEGIN; INSERT INTO t VALUES (1, 1)")
      inner = try recordDatabase { try db.execute("INSERT INTO t VALUES (2, 2), (3, 3)") }
      try db.execute("ROLLBACK")
    }
    let part = try #require(inner)
    #expect(part.transactions.map(\.beganBefore) == [true])
    #expect(part.transactions.map(\.outcome) == [.open])
    #expect(part.flushes.map(\.inserted) == [["t": 2]])
    #expect(part.flushes.map(\.isCommitted) == [false])
    #expect(outer.flushes.map(\.executed.inserted) == [["t": 3]])
    #expect(outer.flushes.map(\.inserted) == [[:]])
  }

  @Test func aTransactionBegunInAFixtureIsKnownInPart() throws {
    let db = try database()
    try withoutDatabaseRecording { try db.execute("BEGIN; INSERT INTO t VALUES (1, 1)") }
    let recording = try recordDatabase { try db.execute("INSERT INTO t VALUES (2, 2)") }
    try withoutDatabaseRecording { try db.execute("ROLLBACK") }
    // Seen, if another test listens meanwhile.
    #expect([[.unseen], [.deferred]].contains(recording.transactions.map(\.mode)))
    #expect(recording.flushes.map(\.inserted) == [["t": 1]])
  }

  @Test func aTransactionThatWasLeftOpenKeptNothing() throws {
    let db = try database()
    let recording = try recordDatabase { try db.execute("BEGIN; INSERT INTO t VALUES (1, 1)") }
    #expect(recording.transactions.map(\.outcome) == [.open])
    #expect(recording.flushes.map(\.inserted) == [[:]])
    #expect(recording.flushes.map(\.executed.inserted) == [["t": 1]])
  }

  @Test(.needs(.rowChanges)) func countsPastTheLimitOfDetailsAreExact() throws {
    let db = try database()
    let recording = try recordDatabase {
      let statement = try db.prepare("INSERT INTO t (x) VALUES (1)")
      for _ in 0..<10_100 {
        sqlite3_step(statement)
        sqlite3_reset(statement)
      }
      sqlite3_finalize(statement)
    }
    #expect(recording.transactions.count == 10_000)
    #expect(recording.check(.flush(inserted: ["t": 10_100]), .commits(10_100)).isEmpty)
  }
}
