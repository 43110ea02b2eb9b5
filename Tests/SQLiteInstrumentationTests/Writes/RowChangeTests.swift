import CSQLiteForTests
import DatabaseTesting
import TestSupport
import Testing

@Suite struct RowChangeTests {
  private func database(_ schema: String) throws -> SQLiteDatabase {
    try withoutDatabaseRecording {
      let database = try SQLiteDatabase()
      try database.execute(schema)
      return database
    }
  }

  private func flush(_ database: SQLiteDatabase, _ sql: String) throws -> Flush {
    let recording = recordDatabase { try? database.execute(sql) }
    #expect(recording.flushes.count == 1)
    return try #require(recording.flushes.first)
  }

  @Test(.needs(.rowChanges)) func insertsUpdatesAndDeletesByTable() throws {
    let db = try database("CREATE TABLE a (id INTEGER PRIMARY KEY, x); CREATE TABLE b (x)")
    let flush = try flush(
      db,
      """
      BEGIN; INSERT INTO a (x) VALUES (1), (2), (3); INSERT INTO b SELECT x FROM a; UPDATE a SET x = 4 WHERE id > 1;
      DELETE FROM b WHERE x = 1; COMMIT
      """)
    #expect(flush.inserted == ["a": 3, "b": 3])
    #expect(flush.updated == ["a": 2])
    #expect(flush.deleted == ["b": 1])
    #expect(flush.isCommitted)
    #expect(flush.isComplete)
    #expect(flush.executed == RowChanges(inserted: ["a": 3, "b": 3], updated: ["a": 2], deleted: ["b": 1]))
    #expect(flush.indirect.isEmpty)
    #expect(flush.statementNumbers == 1...6)
  }

  @Test func tablesWithoutRowid() throws {
    let db = try database(
      "CREATE TABLE w (k TEXT PRIMARY KEY, x) WITHOUT ROWID; INSERT INTO w VALUES ('a', 1), ('b', 2)")
    let flush = try flush(
      db, "BEGIN; INSERT INTO w VALUES ('c', 3); UPDATE w SET x = 9; UPDATE w SET k = k || '!'; DELETE FROM w; COMMIT")
    #expect(flush.inserted == ["w": 1])
    #expect(flush.updated == ["w": 6])
    #expect(flush.deleted == ["w": 3])
  }

  @Test func deleteWithoutWhere() throws {
    let db = try database("CREATE TABLE t (x); INSERT INTO t VALUES (1), (2), (3)")
    #expect(try flush(db, "DELETE FROM t").deleted == ["t": 3])
  }

  @Test(.needs(.rowChanges)) func rowsRemovedByReplace() throws {
    let db = try database(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, u UNIQUE); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')")
    let flush = try flush(db, "REPLACE INTO t VALUES (1, 'b')")
    #expect(flush.inserted == ["t": 1])
    #expect(flush.deleted == ["t": 2])
  }

  @Test(.needs(.rowChanges)) func upserts() throws {
    let db = try database("CREATE TABLE t (id INTEGER PRIMARY KEY, n); INSERT INTO t VALUES (1, 1)")
    let flush = try flush(db, "INSERT INTO t VALUES (1, 1), (2, 1) ON CONFLICT (id) DO UPDATE SET n = n + 1")
    #expect(flush.inserted == ["t": 1])
    #expect(flush.updated == ["t": 1])
  }

  @Test(.needs(.rowChanges)) func cascadesAreMarked() throws {
    let db = try database(
      """
      PRAGMA foreign_keys = ON; CREATE TABLE p (id INTEGER PRIMARY KEY);
      CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p (id) ON DELETE CASCADE);
      CREATE TABLE n (id INTEGER PRIMARY KEY, p REFERENCES p (id) ON DELETE SET NULL);
      INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1), (2, 1), (3, 2); INSERT INTO n VALUES (1, 1)
      """)
    let flush = try flush(db, "DELETE FROM p WHERE id = 1")
    #expect(flush.deleted == ["p": 1, "c": 2])
    #expect(flush.updated == ["n": 1])
    #expect(flush.indirect == RowChanges(updated: ["n": 1], deleted: ["c": 2]))
  }

  @Test(.needs(.rowChanges)) func changesByTriggersAreMarked() throws {
    let db = try database(
      """
      CREATE TABLE t (x); CREATE TABLE log (x);
      CREATE TRIGGER noted AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.x); END
      """)
    let flush = try flush(db, "INSERT INTO t VALUES (1), (2)")
    #expect(flush.inserted == ["t": 2, "log": 2])
    #expect(flush.indirect.inserted == ["log": 2])
  }

  @Test(.needs(.rowChanges)) func insteadOfTriggersWriteToTheTableBehindTheView() throws {
    let db = try database(
      """
      CREATE TABLE t (x); CREATE VIEW v AS SELECT x FROM t;
      CREATE TRIGGER i INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.x); END
      """)
    let flush = try flush(db, "INSERT INTO v VALUES (1)")
    #expect(flush.inserted == ["t": 1])
    #expect(flush.indirect.inserted == ["t": 1])
  }

  @Test(.needs(.rowChanges)) func attachedAndTemporaryTablesBearTheirDatabase() throws {
    let db = try database(
      "ATTACH ':memory:' AS archive; CREATE TABLE t (x); CREATE TABLE archive.t (x); CREATE TEMP TABLE draft (x)")
    let flush = try flush(
      db, "BEGIN; INSERT INTO t VALUES (1); INSERT INTO archive.t VALUES (1), (2); INSERT INTO draft VALUES (1); COMMIT"
    )
    #expect(flush.inserted == ["t": 1, "archive.t": 2, "temp.draft": 1])
  }

  @Test func fullTextSearchShowsInItsOwnTable() throws {
    let db = try database("CREATE VIRTUAL TABLE docs USING fts5 (body)")
    let flush = try flush(db, "BEGIN; INSERT INTO docs VALUES ('hello'); COMMIT")
    #expect(flush.inserted == ["docs": 1])
    #expect(flush.isCommitted)
  }

  @Test func sqlitesOwnTablesAreNoRowsOfTheApp() throws {
    let db = try database("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, x); CREATE INDEX i ON t (x)")
    #expect(try flush(db, "INSERT INTO t (x) VALUES (1)").executed == RowChanges(inserted: ["t": 1]))
    let recording = try recordDatabase {
      try db.execute(
        "ANALYZE; VACUUM; REINDEX; CREATE TABLE copy AS SELECT * FROM t; ALTER TABLE t ADD COLUMN y; ALTER TABLE t DROP COLUMN y"
      )
    }
    #expect(recording.flushes.isEmpty)
  }

  @Test(.needs(.rowChanges)) func blobsThatAreWrittenInPiecesAreUpdates() throws {
    let db = try database("CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB); INSERT INTO t VALUES (1, zeroblob(10))")
    let recording = recordDatabase {
      var blob: OpaquePointer?
      #expect(sqlite3_blob_open(db.handle, "main", "t", "b", 1, 1, &blob) == SQLITE_OK)
      #expect(sqlite3_blob_write(blob, [1, 2, 3], 3, 0) == SQLITE_OK)
      sqlite3_blob_close(blob)
    }
    #expect(recording.flushes.map(\.updated) == [["t": 1]])
    #expect(recording.flushes.first?.deleted == [:])
  }

  @Test(
    .needs(.rowChanges),
    arguments: [
      ("INSERT INTO t VALUES (4), (5), (1)", 2, 0), ("INSERT OR ABORT INTO t VALUES (4), (5), (1)", 2, 0),
      ("INSERT OR FAIL INTO t VALUES (4), (5), (1), (6)", 2, 2), ("INSERT OR IGNORE INTO t VALUES (4), (1), (5)", 2, 2),
      ("INSERT OR ROLLBACK INTO t VALUES (4), (5), (1)", 2, 0),
    ])
  func whatAFailingStatementKeeps(_ sql: String, executed: Int, kept: Int) throws {
    for isInTransaction in [false, true] {
      let db = try database("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)")
      let recording = recordDatabase {
        if isInTransaction { try? db.execute("BEGIN") }
        try? db.execute(sql)
        if isInTransaction { try? db.execute("COMMIT") }
      }
      let rows = try withoutDatabaseRecording { try db.rows("SELECT count(*) FROM t") }
      #expect(rows == [1 + kept])
      #expect(recording.flushes.map(\.executed) == [RowChanges(inserted: ["t": executed])])
      #expect(recording.flushes.map(\.inserted) == [kept == 0 ? [:] : ["t": kept]])
    }
  }

  @Test(.needs(.rowChanges)) func returningThatIsNotReadToItsEnd() throws {
    let db = try database("CREATE TABLE t (id INTEGER PRIMARY KEY)")
    let recording = try recordDatabase {
      let statement = try db.prepare("INSERT INTO t VALUES (1), (2) RETURNING id")
      #expect(sqlite3_step(statement) == SQLITE_ROW)
      sqlite3_finalize(statement)
    }
    #expect(recording.flushes.map(\.inserted) == [["t": 2]])
    #expect(recording.flushes.map(\.isCommitted) == [true])
  }

  @Test(.needs(.rowChanges)) func columnsThatAnUpdateChangedWhereAskedFor() throws {
    SQLiteInstrumentor.recordsUpdatedColumns = true
    defer { SQLiteInstrumentor.recordsUpdatedColumns = false }
    let db = try database(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, n REAL, b); INSERT INTO t VALUES (1, 'a', 1, x'00')")
    #expect(try flush(db, "UPDATE t SET name = 'b', n = 1.0, b = x'01'").updatedColumns == ["t": ["name", "b"]])
    #expect(try flush(db, "UPDATE t SET name = name").updated == ["t": 1])
    #expect(try flush(db, "UPDATE t SET name = name").updatedColumns == [:])
  }

  #if os(Linux)
    @Test func anAppsOwnPreupdateHookRunsBesideOurs() throws {
      let db = try database("CREATE TABLE t (x)")
      let rows = Rows()
      sqlite3_preupdate_hook(db.handle, Self.sawRow, Unmanaged.passUnretained(rows).toOpaque())
      #expect(try flush(db, "INSERT INTO t VALUES (1), (2)").inserted == ["t": 2])
      #expect(rows.count == 2)
      let own = sqlite3_preupdate_hook(db.handle, nil, nil)
      #expect(own == Unmanaged.passUnretained(rows).toOpaque())
      #expect(try flush(db, "INSERT INTO t VALUES (3)").inserted == ["t": 1])
      #expect(rows.count == 2)
    }

    private final class Rows: @unchecked Sendable {  // Counted on the connection's thread alone.
      var count = 0
    }

    private static let sawRow:
      @convention(c) (
        UnsafeMutableRawPointer?, OpaquePointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?, Int64, Int64
      ) -> Void = { context, _, _, _, _, _, _ in
        if let context { Unmanaged<Rows>.fromOpaque(context).takeUnretainedValue().count += 1 }
      }
  #endif
}
