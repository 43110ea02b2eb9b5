import DatabaseTesting
import TestSupport
import Testing

/// Rows of virtual tables are theirs, and not those of the tables that keep their content.
@Suite struct VirtualTableTests {
  private func database(_ sql: String) throws -> SQLiteDatabase {
    try withoutDatabaseRecording {
      let database = try SQLiteDatabase()
      try database.execute(sql)
      return database
    }
  }

  @Test(
    .needs(.rowChanges),
    arguments: [
      ("CREATE VIRTUAL TABLE doc USING fts5 (body)", "INSERT INTO doc (body) VALUES ('a'), ('b')"),
      ("CREATE VIRTUAL TABLE doc USING fts4 (body)", "INSERT INTO doc (body) VALUES ('a'), ('b')"),
      ("CREATE VIRTUAL TABLE doc USING rtree (id, low, high)", "INSERT INTO doc VALUES (1, 0, 1), (2, 1, 2)"),
      (
        "CREATE VIRTUAL TABLE doc USING fts5 (body)",
        "BEGIN; INSERT INTO doc VALUES ('a'); INSERT INTO doc VALUES ('b'); COMMIT"
      ),
    ])
  func insertedRowsAreCounted(_ definition: String, _ insert: String) throws {
    let database = try database(definition)
    let recording = try recordDatabase { try database.execute(insert) }
    #expect(recording.check(.flush(inserted: ["doc": 2])).map(\.message) == [])
    #expect(recording.check(.flush(inserted: ["doc": 2], exactly: true)).map(\.message) == [])
    #expect(recording.check(.flush(inserted: ["doc": 3])).count == 1)
    #expect(recording.check(.noDurableWrites).count == 1)
  }

  @Test(.needs(.rowChanges)) func updatesAndDeletesAsWell() throws {
    let database = try database(
      "CREATE VIRTUAL TABLE doc USING fts5 (body); INSERT INTO doc VALUES ('a'), ('b'), ('c')")
    let recording = try recordDatabase {
      try database.execute("UPDATE doc SET body = 'd' WHERE rowid = 1")
      try database.execute("DELETE FROM doc WHERE rowid > 1")
    }
    #expect(recording.check(.flush(updated: ["doc": 1], deleted: ["doc": 2], exactly: true)).map(\.message) == [])
  }

  @Test(.needs(.rowChanges)) func whatIsRolledBackDoesNotLast() throws {
    let database = try database("CREATE VIRTUAL TABLE doc USING fts5 (body)")
    let recording = try recordDatabase { try database.execute("BEGIN; INSERT INTO doc VALUES ('a'); ROLLBACK") }
    #expect(recording.check(.flush(exactly: true), .noDurableWrites).map(\.message) == [])
  }

  @Test(.needs(.rowChanges)) func anOrdinaryTableWithSuchANameIsItself() throws {
    let database = try database("CREATE TABLE doc (body); CREATE TABLE doc_content (body)")
    let recording = try recordDatabase { try database.execute("INSERT INTO doc_content VALUES ('a')") }
    #expect(recording.check(.flush(inserted: ["doc_content": 1], exactly: true)).map(\.message) == [])
  }

  @Test(.needs(.rowChanges)) func rowsOfTemporaryTablesDoNotLast() throws {
    let database = try database("CREATE TEMP TABLE draft (a); CREATE TABLE book (a)")
    let temporary = try recordDatabase { try database.execute("INSERT INTO draft VALUES (1)") }
    #expect(temporary.check(.noDurableWrites).isEmpty)
    #expect(temporary.check(.flush(inserted: ["temp.draft": 1])).isEmpty)
    let durable = try recordDatabase {
      try database.execute("INSERT INTO draft VALUES (1); INSERT INTO book VALUES (1)")
    }
    #expect(durable.check(.noDurableWrites).count == 1)
  }

  @Test(arguments: [
    "DROP TABLE book", "CREATE TABLE copy AS SELECT * FROM book", "ALTER TABLE book DROP COLUMN b",
    "BEGIN; DROP TABLE book; COMMIT",
  ])
  func definitionsThatMoveRowsLast(_ sql: String) throws {
    let database = try database("CREATE TABLE book (a, b); INSERT INTO book VALUES (1, 2)")
    let recording = try recordDatabase {
      _ = try database.rows("SELECT a FROM book")
      try database.execute(sql)
    }
    #expect(recording.check(.noDurableWrites).count == 1)
  }

  @Test(arguments: [
    "CREATE TABLE note (a)", "CREATE INDEX i ON book (a)", "BEGIN; DROP TABLE book; ROLLBACK",
    "CREATE TEMP TABLE copy AS SELECT * FROM book", "ALTER TABLE book ADD COLUMN c",
  ])
  func otherDefinitionsDoNot(_ sql: String) throws {
    let database = try database("CREATE TABLE book (a, b); INSERT INTO book VALUES (1, 2)")
    let recording = try recordDatabase {
      _ = try database.rows("SELECT a FROM book")
      try database.execute(sql)
    }
    #expect(recording.check(.noDurableWrites).map(\.message) == [])
  }

  @Test(.needs(.rowChanges)) func whatASavepointOfAFlushUndidWasNotFlushed() throws {
    let database = try database("CREATE TABLE book (a)")
    let recording = try recordDatabase {
      try database.execute("BEGIN")
      try FlushHooks.withFlush(new: ["book": 2]) {
        try database.execute("INSERT INTO book VALUES (1)")
        try database.execute("SAVEPOINT attempt; INSERT INTO book VALUES (2); ROLLBACK TO attempt; RELEASE attempt")
        try database.execute("INSERT INTO book VALUES (3)")
      }
      try database.execute("COMMIT")
    }
    #expect(recording.findings.map(\.message) == [])
    #expect(recording.check(.flush(inserted: ["book": 2])).map(\.message) == [])
  }
}
