import DatabaseTesting
import TestSupport
import Testing

/// The tables in which virtual tables keep their content are nobody's but theirs, wherever a recording tells what was written.
@Suite struct ShadowTableTests {
  private func database(_ sql: String) throws -> SQLiteDatabase {
    try withoutDatabaseRecording {
      let database = try SQLiteDatabase()
      try database.execute(sql)
      return database
    }
  }

  private static let definitions = [
    "fts5 (body)", "fts4 (body)", "fts3 (body)", "fts5 (body, content='', columnsize=0)", "fts5 (body, content='')",
  ]

  @Test(.needs(.interposition), .needs(.rowChanges), arguments: definitions, [false, true])
  func aFlushHasTheVirtualTable(_ definition: String, inTransaction: Bool) throws {
    let database = try database("CREATE VIRTUAL TABLE doc USING \(definition)")
    let recording = try recordDatabase {
      if inTransaction { try database.execute("BEGIN") }
      try database.execute("INSERT INTO doc (rowid, body) VALUES (1, 'a'), (2, 'b')")
      try database.execute("INSERT INTO doc (rowid, body) VALUES (3, 'c')")
      if inTransaction { try database.execute("COMMIT") }
    }
    let inserted = recording.flushes.map(\.inserted)
    #expect(inserted == (inTransaction ? [["doc": 3]] : [["doc": 2], ["doc": 1]]))
    #expect(recording.flushes.allSatisfy { $0.updated.isEmpty && $0.deleted.isEmpty && $0.indirect.isEmpty })
    #expect(recording.flushes.map(\.executed.inserted) == inserted)
    #expect(recording.check(.flush(inserted: ["doc": 3], exactly: true)).map(\.message) == [])
  }

  @Test func anRTree() throws {
    let database = try database("CREATE VIRTUAL TABLE place USING rtree (id, low, high)")
    let recording = try recordDatabase {
      try database.execute("INSERT INTO place VALUES (1, 0, 1), (2, 1, 2); DELETE FROM place WHERE id = 1")
      try database.execute("UPDATE place SET high = 3 WHERE id = 2")
    }
    #expect(recording.flushes.map(\.inserted) == [["place": 2], [:], [:]])
    #expect(recording.flushes.map(\.deleted) == [[:], ["place": 1], [:]])
    #expect(recording.flushes.map(\.updated) == [[:], [:], ["place": 1]])
    #expect(
      recording.transactions.map(\.executed.description) == ["inserted place 2", "deleted place 1", "updated place 1"])
  }

  @Test(.needs(.rowChanges)) func whatASavepointUndidDoesNotLast() throws {
    let database = try database("CREATE VIRTUAL TABLE doc USING fts5 (body)")
    let recording = try recordDatabase {
      try database.execute("BEGIN; INSERT INTO doc VALUES ('a'); SAVEPOINT s; INSERT INTO doc VALUES ('b'), ('c')")
      try database.execute("ROLLBACK TO s; RELEASE s; INSERT INTO doc VALUES ('d'); COMMIT")
    }
    #expect(recording.flushes.map(\.inserted) == [["doc": 2]])
    #expect(recording.flushes.map(\.executed.inserted) == [["doc": 4]])
    #expect(recording.check(.flush(inserted: ["doc": 2], exactly: true)).map(\.message) == [])
  }

  /// As GRDB keeps a full text search up to date.
  @Test(.needs(.rowChanges)) func triggersThatKeepASearchUpToDate() throws {
    let database = try database(
      """
      CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT);
      CREATE VIRTUAL TABLE search USING fts5 (title, content='book', content_rowid='id');
      CREATE TRIGGER added AFTER INSERT ON book BEGIN INSERT INTO search (rowid, title) VALUES (new.id, new.title); END;
      """)
    let recording = try recordDatabase {
      try database.execute("INSERT INTO book (title) VALUES ('a'), ('b')")
      try database.execute("BEGIN; INSERT INTO book (title) VALUES ('c'); COMMIT")
    }
    #expect(recording.flushes.map(\.inserted) == [["book": 2], ["book": 1]])
    #expect(recording.check(.flush(inserted: ["book": 3], exactly: true)).map(\.message) == [])
  }

  @Test func aFlushOfASession() throws {
    let database = try database("CREATE VIRTUAL TABLE doc USING fts5 (body)")
    let recording = try recordDatabase {
      try database.execute("BEGIN")
      try FlushHooks.withFlush(new: ["doc": 2]) { try database.execute("INSERT INTO doc VALUES ('a'), ('b')") }
      try database.execute("INSERT INTO doc VALUES ('c')")
      try database.execute("COMMIT")
    }
    #expect(recording.findings.map(\.message) == [])
    #expect(recording.flushes.map(\.inserted) == [["doc": 3], ["doc": 2]])
  }

  @Test(.needs(.rowChanges)) func theOrder() throws {
    let database = try database("CREATE VIRTUAL TABLE doc USING fts5 (body); CREATE TABLE book (a)")
    let recording = try recordDatabase {
      try database.execute("BEGIN; INSERT INTO book VALUES (1); INSERT INTO doc VALUES ('a'); COMMIT")
    }
    #expect(recording.check(.flush(order: [.insert("book"), .insert("doc")])).map(\.message) == [])
    #expect(recording.check(.flush(order: [.insert("doc"), .insert("book")])).count == 1)
  }

  @Test func ordinaryTablesWithSuchNames() throws {
    let database = try database(
      "CREATE TABLE page (a); CREATE TABLE page_content (a); CREATE TABLE page_data (a); CREATE TABLE user_config (a)")
    let recording = try recordDatabase {
      try database.execute("BEGIN; INSERT INTO page VALUES (1); INSERT INTO page_content VALUES (1), (2)")
      try database.execute("INSERT INTO page_content VALUES (3); INSERT INTO page_data VALUES (1); COMMIT")
      try database.execute("INSERT INTO user_config VALUES (1)")
    }
    #expect(recording.flushes.map(\.inserted) == [["page": 1, "page_content": 3, "page_data": 1], ["user_config": 1]])
  }

  /// A trigger that writes to what is called like such a table.
  @Test(.needs(.rowChanges)) func aTriggerOfAnOrdinaryTable() throws {
    let database = try database(
      """
      CREATE TABLE page (a); CREATE TABLE page_content (a);
      CREATE TRIGGER added AFTER INSERT ON page BEGIN INSERT INTO page_content VALUES (new.a); END;
      CREATE VIEW note AS SELECT a FROM page; CREATE TABLE note_data (a);
      CREATE TRIGGER noted INSTEAD OF INSERT ON note BEGIN INSERT INTO note_data VALUES (new.a); END;
      """)
    let recording = try recordDatabase {
      try database.execute("INSERT INTO page VALUES (1), (2)")
      try database.execute("INSERT INTO note VALUES (1)")
    }
    #expect(recording.flushes.map(\.inserted) == [["page": 2, "page_content": 2], ["note_data": 1]])
  }
}
