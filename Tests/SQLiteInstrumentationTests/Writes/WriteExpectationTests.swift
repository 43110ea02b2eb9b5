import CSQLiteForTests
import DatabaseTesting
import TestSupport
import Testing

/// Each expectation about writes, met and broken, with its message.
@Suite struct WriteExpectationTests {
  private func database() throws -> SQLiteDatabase {
    try withoutDatabaseRecording {
      let db = try SQLiteDatabase()
      try db.execute(
        "CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT); CREATE TABLE page (id INTEGER PRIMARY KEY)")
      return db
    }
  }

  /// Without the lines that differ from build to build: places and times.
  private func lines(_ finding: Finding?) -> [String] {
    (finding?.message ?? "").split(separator: "\n").map(String.init).filter { !$0.contains(" at ") }
  }

  @Test(.needs(.rowChanges)) func flushComparesTheTablesThatAreNamed() throws {
    let db = try database()
    let recording = try recordDatabase {
      try db.execute(
        "BEGIN; INSERT INTO book VALUES (1, 'a'), (2, 'b'); UPDATE book SET title = 'c' WHERE id = 1; COMMIT")
      try db.execute("INSERT INTO page VALUES (1)")
    }
    #expect(recording.check(.flush(inserted: ["book": 2], updated: ["BOOK": 1])).isEmpty)
    #expect(recording.check(.flush(inserted: ["book": 2, "page": 1], updated: ["book": 1], exactly: true)).isEmpty)
    #expect(recording.check(.flush(inserted: ["book": 2], updated: ["book": 1], exactly: true)).count == 1)
    #expect(
      lines(recording.check(.flush(inserted: ["book": 3], deleted: ["page": 1])).first) == [
        "Expected 3 rows inserted into book, found 2, and 3 more counts differ.",
        "    table  change    expected  found",
        "  ≠ book   inserted         3      2",
        "  ≠ book   updated          0      1",
        "  ≠ page   inserted         0      1",
        "  ≠ page   deleted          1      0",
        "  1×  committed, deferred: inserted book 2; updated book 1    #1 … #4",
        "  1×  committed, autocommit: inserted page 1    #5",
      ])
  }

  @Test(.needs(.rowChanges)) func whatIsUndoneDoesNotLast() throws {
    let db = try database()
    let recording = try recordDatabase {
      try db.execute(
        "BEGIN; SAVEPOINT a; INSERT INTO book VALUES (1, 'a'); ROLLBACK TO a; INSERT INTO page VALUES (1); COMMIT")
      try db.execute("BEGIN; INSERT INTO book VALUES (2, 'b'); ROLLBACK")
    }
    #expect(recording.check(.flush(inserted: ["page": 1], exactly: true)).isEmpty)
    #expect(recording.check(.commits(1), .rollbacks(1), .closedTransactions).isEmpty)
    #expect(recording.check(.noWrites).count == 1)
    #expect(
      lines(recording.check(.noDurableWrites).first) == [
        "Expected no durable writes, found 1 row: inserted page 1.",
        "  1×  committed, deferred: inserted book 1, page 1    #1 … #6",
      ])
  }

  @Test func aRolledBackWriteIsNoDurableOne() throws {
    let db = try database()
    let recording = try recordDatabase { try db.execute("BEGIN; INSERT INTO book VALUES (2, 'b'); ROLLBACK") }
    #expect(recording.check(.noDurableWrites).isEmpty)
    #expect(recording.check(.noWrites).first?.headline == "Expected no writes, found 1.")
  }

  @Test(.needs(.rowChanges)) func theOrderOfTables() throws {
    let db = try database()
    let recording = try recordDatabase {
      try db.execute("BEGIN; INSERT INTO book VALUES (1, 'a'), (2, 'b'); INSERT INTO page VALUES (1); COMMIT")
    }
    #expect(recording.check(.flush(order: [.insert("book"), .insert("page")])).isEmpty)
    #expect(
      recording.check(.flush(order: [.insert("page"), .insert("book")])).first?.message == """
        Expected insert page before insert book, found insert book first.
          what was written, in the order of the first row of each:
            1. insert book   2 rows
            2. insert page   1 row
        """)
  }

  @Test func commitsAndRollbacks() throws {
    let db = try database()
    let recording = try recordDatabase {
      for id in 1...3 { try db.execute("INSERT INTO page VALUES (\(id))") }
      try db.execute("BEGIN; SELECT * FROM page; COMMIT")
    }
    #expect(recording.check(.commits(3), .rollbacks(0)).isEmpty)
    #expect(recording.check(.commits(1)).first?.headline == "Expected 1 commit, found 3.")
    #expect(recording.check(.rollbacks(1)).first?.headline == "Expected 1 rollback, found none.")
  }

  @Test func writesOutsideOfTransactions() throws {
    let db = try database()
    let one = try recordDatabase { try db.execute("INSERT INTO page VALUES (10)") }
    #expect(one.check(.writesInTransactions).isEmpty)
    let together = try recordDatabase {
      try db.execute("BEGIN; INSERT INTO page VALUES (11); INSERT INTO page VALUES (12); COMMIT")
    }
    #expect(together.check(.writesInTransactions).isEmpty)
    let apart = try recordDatabase { for id in 1...3 { try db.execute("INSERT INTO page VALUES (\(id))") } }
    let finding = try #require(apart.check(.writesInTransactions).first)
    #expect(finding.headline == "Expected writes in transactions, found 3 outside, each with a commit of its own.")
    #expect(finding.message.contains("each with its commit"))
    #expect(finding.message.hasSuffix("  fix: write them in one transaction"))
    #expect(finding.callSite != nil)
  }

  @Test func insertsRowByRow() throws {
    let db = try database()
    let batched = try recordDatabase { try db.execute("INSERT INTO page VALUES (1), (2), (3)") }
    #expect(batched.check(.batchedInserts).isEmpty)
    let twoLines = try recordDatabase {
      try db.execute("INSERT INTO page VALUES (4)")
      try db.execute("INSERT INTO page VALUES (5)")
    }
    #expect(twoLines.check(.batchedInserts).isEmpty)
    let looped = try recordDatabase { for id in 10...12 { try db.execute("INSERT INTO page VALUES (\(id))") } }
    #expect(
      looped.check(.batchedInserts).first?.headline
        == "Expected batched inserts, found 3 inserts into page, one row at a time.")
  }

  @Test func aTransactionThatIsLeftOpen() throws {
    let db = try database()
    let recording = try recordDatabase { try db.execute("BEGIN IMMEDIATE; INSERT INTO book VALUES (1, 'a')") }
    try db.execute("ROLLBACK")
    let finding = try #require(recording.check(.closedTransactions).first)
    #expect(
      lines(finding).map { $0.replacing(/\(\d+\)/, with: "(n)") } == [
        "Expected no open transactions, found 1.", "  #1 BEGIN IMMEDIATE on :memory: (n) was never ended",
        "       not committed: inserted book 1",
        "  fix: COMMIT or ROLLBACK it on every path, also when an error is thrown",
      ])
    #expect(finding.callSite != nil)
  }

  @Test func whatCannotBeCheckedIsSaid() throws {
    let db = try database()
    let recording = try recordDatabase { try db.execute("INSERT INTO page VALUES (1)") }
    #expect(recording.check(.flush()).map(\.kind) == [.invalidExpectation])
    #expect(recording.check(.flush(inserted: ["page": -1])).map(\.kind) == [.invalidExpectation])
    #expect(recording.check(.flush(order: [.insert("page")])).map(\.kind) == [.invalidExpectation])
  }
}
