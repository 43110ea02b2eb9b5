import CSQLiteForTests
import DatabaseTesting
import TestSupport

func database(_ schema: String, at path: String = ":memory:") throws -> SQLiteDatabase {
  try withoutDatabaseRecording {
    let database = try SQLiteDatabase(path)
    try database.execute(schema)
    return database
  }
}

func show(_ name: String, _ recording: Recording) {
  for flush in recording.flushes {
    let indirect = flush.indirect.isEmpty ? "" : " | indirect \(flush.indirect)"
    print("\(name): \(flush)\(indirect) | \(flush.isComplete ? "known" : "unknown")")
  }
  if recording.flushes.isEmpty {
    let isKnown = recording.check(.flush(exactly: true)).isEmpty
    print("\(name): nothing | \(isKnown ? "known" : "unknown")")
  }
}

/// What is known of single statements: a name, the schema, and the statement.
private let statements: [(name: String, schema: String, sql: String)] = [
  ("insert", plain, "INSERT INTO t VALUES (4, 4), (5, 5)"),
  ("update", plain, "UPDATE t SET x = x + 10 WHERE id > 1"),
  ("update of the key", plain, "UPDATE t SET id = id + 10"),
  ("delete", plain, "DELETE FROM t WHERE id = 1"),
  ("delete of all rows", plain, "DELETE FROM t"),
  ("delete of all temporary rows", "CREATE TEMP TABLE d (x); INSERT INTO d VALUES (1), (2)", "DELETE FROM d"),
  ("nothing", plain, "DELETE FROM t WHERE id = 99"),
  ("upsert", plain, "INSERT INTO t VALUES (1, 9), (9, 8) ON CONFLICT (id) DO UPDATE SET x = 7"),
  ("insert or ignore", plain, "INSERT OR IGNORE INTO t VALUES (1, 9), (9, 9)"),
  ("another case", "CREATE TABLE Book (x); INSERT INTO Book VALUES (1), (2)", "DELETE FROM book"),

  ("trigger", triggers, "INSERT INTO a VALUES (1), (2)"),
  ("trigger on its own table", triggers, "INSERT INTO s VALUES (10, 3)"),
  ("trigger into a table without rowid", triggers, "INSERT INTO b VALUES (1)"),
  ("trigger of a view", triggers, "INSERT INTO v VALUES (7)"),
  ("trigger that replaces", triggers, "INSERT INTO c VALUES (2)"),
  ("failed after a trigger", triggers, "INSERT INTO a VALUES (3), (4), (3)"),
  ("or fail after a trigger", triggers, "INSERT OR FAIL INTO a VALUES (3), (4), (3)"),

  ("cascade", cascades, "DELETE FROM p WHERE id = 1"),
  ("cascade into a table without rowid", cascades, "DELETE FROM p WHERE id = 2"),

  ("without rowid", unrowed, "INSERT INTO w VALUES (3, 3), (4, 4)"),
  ("update without rowid", unrowed, "UPDATE w SET x = 9"),
  ("delete without rowid", unrowed, "DELETE FROM w WHERE k = 1"),
  ("upsert without rowid", unrowed, "INSERT INTO w VALUES (1, 1), (3, 3) ON CONFLICT DO UPDATE SET x = 7"),
  ("failed without rowid", unrowed, "INSERT INTO w VALUES (3, 3), (4, 4), (1, 1)"),

  ("replace", plain, "REPLACE INTO t VALUES (1, 3)"),
  ("insert or replace", plain, "INSERT OR REPLACE INTO t VALUES (8, 8)"),
  ("update or replace", plain, "UPDATE OR REPLACE t SET x = 3"),
  ("the function replace", plain, "UPDATE t SET x = replace(x, '1', '5')"),
  ("on conflict replace", "CREATE TABLE r (id INTEGER PRIMARY KEY ON CONFLICT REPLACE)", "INSERT INTO r VALUES (1)"),

  ("failed at once", plain, "INSERT INTO t VALUES (1, 1)"),
  ("failed half-way", plain, "INSERT INTO t VALUES (7, 7), (8, 8), (1, 1)"),
  ("or fail", plain, "INSERT OR FAIL INTO t VALUES (7, 7), (1, 1), (8, 8)"),
  ("or rollback", plain, "BEGIN; INSERT INTO t VALUES (7, 7); INSERT OR ROLLBACK INTO t VALUES (8, 8), (1, 1)"),

  (
    "attached", "ATTACH ':memory:' AS old; CREATE TABLE old.t (id INTEGER PRIMARY KEY); CREATE TABLE t (x)",
    "BEGIN; INSERT INTO old.t VALUES (1), (2); INSERT INTO t VALUES (1); DELETE FROM old.t; COMMIT"
  ),
  ("temporary", "CREATE TEMP TABLE d (x)", "INSERT INTO d VALUES (1)"),
  (
    "savepoint", plain,
    "BEGIN; INSERT INTO t VALUES (7, 7); SAVEPOINT a; INSERT INTO t VALUES (8, 8); ROLLBACK TO a; RELEASE a; COMMIT"
  ),
  ("rollback", plain, "BEGIN; DELETE FROM t; ROLLBACK"),
  ("full text search", "CREATE VIRTUAL TABLE f USING fts5 (body)", "INSERT INTO f VALUES ('hello')"),
  ("definitions", plain, "CREATE TABLE copy AS SELECT * FROM t; ALTER TABLE t ADD COLUMN y; VACUUM"),
  ("a table made of another", plain + "; CREATE TABLE copy AS SELECT * FROM t", "INSERT INTO copy VALUES (1, 2)"),
  ("a renamed table", plain + "; ALTER TABLE t RENAME TO u", "INSERT INTO u VALUES (4, 4)"),
]

private let plain = "CREATE TABLE t (id INTEGER PRIMARY KEY, x UNIQUE); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)"

private let triggers = """
  PRAGMA recursive_triggers = ON;
  CREATE TABLE log (x); CREATE TABLE wlog (x PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id); CREATE TABLE c (id); CREATE TABLE s (id INTEGER PRIMARY KEY, n);
  CREATE TABLE latest (id INTEGER PRIMARY KEY); CREATE VIEW v AS SELECT id FROM a;
  CREATE TRIGGER ta AFTER INSERT ON a BEGIN INSERT INTO log VALUES (new.id); END;
  CREATE TRIGGER tb AFTER INSERT ON b BEGIN INSERT INTO wlog VALUES (new.id); END;
  CREATE TRIGGER tc AFTER INSERT ON c BEGIN INSERT OR REPLACE INTO latest VALUES (1); END;
  CREATE TRIGGER ts AFTER INSERT ON s WHEN new.n > 0 BEGIN INSERT INTO s (n) VALUES (new.n - 1); END;
  CREATE TRIGGER tv INSTEAD OF INSERT ON v BEGIN INSERT INTO a VALUES (new.id); END
  """

private let cascades = """
  PRAGMA foreign_keys = ON; CREATE TABLE p (id INTEGER PRIMARY KEY);
  CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE CASCADE);
  CREATE TABLE n (id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE SET NULL);
  CREATE TABLE w (id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE CASCADE) WITHOUT ROWID;
  INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1), (2, 1), (3, 2); INSERT INTO n VALUES (1, 1);
  INSERT INTO w VALUES (1, 2), (2, 2)
  """

private let unrowed = "CREATE TABLE w (k PRIMARY KEY, x) WITHOUT ROWID; INSERT INTO w VALUES (1, 1), (2, 2)"

func showStatements() throws {
  for (name, schema, sql) in statements {
    let database = try database(schema)
    show(name, recordDatabase { try? database.execute(sql) })
  }
  try showReturning()
  try showFile()
}

private func showReturning() throws {
  let db = try database(plain + "; " + unrowed)
  for (name, table) in [("returning", "t"), ("returning without rowid", "w")] {
    for isRead in [true, false] {
      let recording = try recordDatabase {
        let statement = try db.prepare(
          "INSERT INTO \(table) VALUES (\(isRead ? "7, 7), (8, 8" : "9, 9), (10, 10")) RETURNING x")
        while sqlite3_step(statement) == SQLITE_ROW, isRead {}
        sqlite3_finalize(statement)
      }
      show(name + (isRead ? "" : ", not read to its end"), recording)
    }
  }
  let nested = try recordDatabase {
    let statement = try db.prepare("INSERT INTO t VALUES (20, 20), (21, 21) RETURNING x")
    while sqlite3_step(statement) == SQLITE_ROW { try db.execute("UPDATE t SET x = NULL WHERE id = 1") }
    sqlite3_finalize(statement)
  }
  show("another statement while it is open", nested)
}

/// Tables that were made before anyone looked.
private func showFile() throws {
  let file = try TemporaryFile()
  try unhooked(file.path) {
    try $0.execute(plain + "; CREATE TABLE r (x UNIQUE ON CONFLICT REPLACE); CREATE TABLE Big (x)")
  }
  let db = try SQLiteDatabase(file.path)
  show("in a file", try recordDatabase { try db.execute("INSERT INTO t VALUES (7, 7)") })
  show("in a file, on conflict replace", try recordDatabase { try db.execute("INSERT INTO r VALUES (7)") })
  let attached = try SQLiteDatabase()
  try attached.execute("ATTACH '\(file.path)' AS old")
  show("in an attached file", try recordDatabase { try attached.execute("INSERT INTO old.t VALUES (8, 8)") })
}
