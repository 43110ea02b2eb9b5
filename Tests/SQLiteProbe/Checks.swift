import CStatementLog
import CSQLiteForTests
import DatabaseInstrumentation
import DatabaseRecording
import Foundation
import TestSupport

func sessions() throws {
  guard sqlite3_compileoption_used("ENABLE_SESSION") != 0 else { return print("left out: this SQLite has no sessions") }
  let database = try SQLiteDatabase()
  try database.execute(
    "CREATE TABLE t (id INTEGER PRIMARY KEY, a); CREATE TABLE log (b); CREATE TRIGGER copy AFTER INSERT ON t BEGIN INSERT INTO log VALUES (1); END"
  )
  var size: Int32 = 0
  var buffer: UnsafeMutableRawPointer?
  let recording = try record {
    var session: OpaquePointer?
    _ = sqlite3session_create(database.handle, "main", &session)
    _ = sqlite3session_attach(session, nil)
    try database.execute("INSERT INTO t (a) VALUES (1)")
    _ = sqlite3session_changeset(session, &size, &buffer)
    sqlite3_free(buffer)
    sqlite3session_delete(session)
    try database.execute("INSERT INTO t (a) VALUES (2)")
  }
  check("a session has its changes", size > 0)
  check("inserts beside a session are seen", recording.inserts.count == 2)
  let isTold = recording.flushes.map(\.inserted) == [["t": 1, "log": 1], ["t": 1, "log": 1]]
  check(
    "rows beside a session are told or unknown",
    isTold || !recording.check(.flush(inserted: ["t": 2, "log": 2])).isEmpty, "\(recording.flushes)")
}

func failing() throws {
  let database = try SQLiteDatabase()
  try database.execute(
    "PRAGMA foreign_keys = ON; \(tables) CREATE TABLE late (p REFERENCES author(id) DEFERRABLE INITIALLY DEFERRED)")
  let unique = record { _ = try? database.rows("INSERT INTO author VALUES (1, 'again')") }
  check("a unique column", codes(unique) == [1555], "\(codes(unique))")
  let parent = record { _ = try? database.rows("DELETE FROM author WHERE id = 1") }
  check("a foreign key at the end of a statement", codes(parent).map { $0 & 0xff } == [19], "\(codes(parent))")
  let late = record {
    try? database.execute("BEGIN; INSERT INTO late VALUES (7); COMMIT")
    try? database.execute("ROLLBACK")
  }
  check("a deferred foreign key at COMMIT", codes(late) == [787], "\(codes(late))")
  sqlite3_commit_hook(database.handle, { _ in 1 }, nil)
  let refused = record { try? database.execute("BEGIN; INSERT INTO author VALUES (9, 'x'); COMMIT") }
  check(
    "a refused COMMIT is rolled back", refused.transactions.map(\.outcome) == [.rolledBack], "\(refused.transactions)")
  sqlite3_commit_hook(database.handle, nil, nil)
  let unprepared = record { _ = try? database.rows("SELECT * FROM nowhere") }
  check("a statement that cannot be prepared", codes(unprepared) == [1], "\(codes(unprepared))")
  let other = try SQLiteDatabase()
  let first = record {
    _ = try? database.rows("SELECT 1")
  }
  _ = try? other.prepare("SELECT * FROM nowhere")
  check("another connection's failure is not here", codes(first) == [])
  let fine = try record {
    try database.execute(
      "BEGIN; INSERT INTO author VALUES (9, 'x'); COMMIT; DELETE FROM author WHERE id = 9; UPDATE book SET title = ''")
  }
  check("what succeeds is no failure", fine.check(.noFailures).isEmpty && fine.check(.rollbacks(0)).isEmpty)
}

func nested() throws {
  let database = try SQLiteDatabase()
  try database.execute(tables)
  sqlite3_create_function_v2(
    database.handle, "wipe", 0, SQLITE_UTF8, nil,
    { context, _, _ in sqlite3_exec(sqlite3_context_db_handle(context), "DELETE FROM book", nil, nil, nil) }, nil, nil,
    nil)
  let recording = try record { _ = try database.rows("SELECT wipe()") }
  check("a statement inside of a function", recording.deletes.first?.rowsChanged == 3, "\(recording)")
  let text = try record {
    try database.execute("CREATE VIRTUAL TABLE doc USING fts4(body); INSERT INTO doc VALUES ('a b'); DROP TABLE doc")
    try database.execute("CREATE VIRTUAL TABLE doc USING fts5(body); INSERT INTO doc VALUES ('a b'); DROP TABLE doc")
  }
  check("statements of full-text search are none", text.queries.count == 2, "\(text)")
}

func traces() throws {
  let database = try SQLiteDatabase()
  try database.execute(tables)
  let plain = try record { for _ in 0..<20 { _ = try database.rows("SELECT count(*) FROM book") } }
  check("a recording with a trace of ours is not blind", !plain.isBlind && plain.selects.count == 20)
  let unused = try record { _ = try SQLiteDatabase() }
  check("a connection that did nothing is not blind", !unused.isBlind)
  let replaced = try record {
    let own = try SQLiteDatabase()
    try own.execute(tables)
    sqlite3_trace_v2(own.handle, UInt32(SQLITE_TRACE_STMT), { _, _, _, _ in 0 }, nil)
    for _ in 0..<20 { _ = try own.rows("SELECT count(*) FROM book") }
    own.close()
  }
  check(
    "selects under the application's trace are seen, or said to be missing",
    replaced.selects.count == 20 || replaced.isBlind)
  check("and pass no count", replaced.selects.count == 20 || !replaced.check(.selects(...1)).isEmpty)
  sqlite3_trace_v2(database.handle, UInt32(SQLITE_TRACE_STMT), { _, _, _, _ in 0 }, nil)
  let open = try record { for _ in 0..<20 { _ = try database.rows("SELECT count(*) FROM book") } }
  check("the same while it is open, and none was seen", open.selects.count == 20 || open.isBlind, "\(open)")
}

func keys() throws {
  let database = try SQLiteDatabase()
  try database.execute(tables)
  let recording = try record { try loop(database) }
  check("keys that were seen being defined", recording.check(.noNPlusOne).first?.relationship == "book.authorId")
  let file = try TemporaryFile()
  let closed = try SQLiteDatabase(file.path)
  try closed.execute(tables)
  closed.close()
  let fromFile = try record { try loop(try SQLiteDatabase(file.path)) }
  check("keys of a file", fromFile.check(.noNPlusOne).first?.relationship == "book.authorId")
  let copy = try record {
    let memory = try SQLiteDatabase()
    let source = try SQLiteDatabase(file.path)
    let backup = sqlite3_backup_init(memory.handle, "main", source.handle, "main")
    sqlite3_backup_step(backup, -1)
    sqlite3_backup_finish(backup)
    try loop(memory)
  }
  let found = copy.check(.noNPlusOne)
  check(
    "keys of a copy in memory are known, or said to be unknown",
    found.first?.relationship == "book.authorId" || found.first?.kind == .blind, "\(found)")
  // SQLite rolls a transaction back when a statement in it runs out of memory, so that ours is not sent. The limit is the process's.
  let before = sqlite3_hard_heap_limit64(1 << 40)
  let limited = try record {
    let memory = try SQLiteDatabase()
    let source = try SQLiteDatabase(file.path)
    let backup = sqlite3_backup_init(memory.handle, "main", source.handle, "main")
    sqlite3_backup_step(backup, -1)
    sqlite3_backup_finish(backup)
    source.close()
    try loop(memory)
  }
  sqlite3_hard_heap_limit64(before)
  let doubt = limited.check(.noNPlusOne)
  check(
    "keys that cannot be asked for under a heap limit are said to be unknown", doubt.first?.kind == .blind, "\(doubt)")
}

func plans() throws {
  let database = try SQLiteDatabase()
  try database.execute(tables)
  try database.execute(
    "CREATE TABLE number AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x <= 10) SELECT x FROM c"
  )
  let recording = try record { _ = try database.rows("SELECT id FROM book WHERE title = 'nothing'") }
  check(
    "a plan", recording.statements.first?.queryPlan == ["SCAN book"], "\(recording.statements.first?.queryPlan ?? [])")
}

func values() throws {
  let database = try SQLiteDatabase()
  try database.execute("CREATE TABLE t (a BLOB PRIMARY KEY, b)")
  let bytes = [UInt8](repeating: 7, count: 4 << 20)
  let recording = try record {
    for _ in 0..<20 {
      let statement = try database.prepare("SELECT b FROM t WHERE a = ?")
      _ = bytes.withUnsafeBytes { sqlite3_bind_blob(statement, 1, $0.baseAddress, Int32($0.count), nil) }
      _ = sqlite3_step(statement)
      sqlite3_finalize(statement)
    }
  }
  let told = recording.statements.count { $0.record.parameters != 0 }
  check("large values are expanded once at most", told <= 1, "\(told) times")
}
