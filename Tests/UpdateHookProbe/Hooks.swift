import CSQLiteForTests
import CSQLiteHooks
import DatabaseTesting
import Glibc
import TestSupport

/// Counted on one thread alone.
final class Heard: @unchecked Sendable {
  var count = 0
  var pointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
}

private let hear:
  @convention(c) (UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?, Int64) -> Void = {
    context, _, _, _, _ in
    if let context { Unmanaged<Heard>.fromOpaque(context).takeUnretainedValue().count += 1 }
  }

/// Runs without any hook of ours on the connection.
func unhooked<R>(_ path: String = ":memory:", _ body: (SQLiteDatabase) throws -> R) throws -> R {
  let database = try unhookedDatabase(path)
  return try body(database)
}

private func unhookedDatabase(_ path: String) throws -> SQLiteDatabase {
  final class Box { var database: Result<SQLiteDatabase, any Error>?; var path = "" }
  let box = Box()
  box.path = path
  dbh_without_hooks(
    { argument in
      let box = Unmanaged<Box>.fromOpaque(argument!).takeUnretainedValue()
      box.database = Result { try SQLiteDatabase(box.path) }
    }, Unmanaged.passUnretained(box).toOpaque())
  return try box.database!.get()
}

func showHooks() throws {
  let schema = """
    CREATE TABLE t (x); CREATE TABLE log (x);
    CREATE TRIGGER noted AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.x); END
    """
  let (first, second) = (Heard(), Heard())
  let db = try database(schema)
  print("no hook before: \(sqlite3_update_hook(db.handle, hear, first.pointer) == nil)")
  show("beside an app's hook", try recordDatabase { try db.execute("INSERT INTO t VALUES (1), (2)") })
  print("the app heard \(first.count)")
  print("its context is given back: \(sqlite3_update_hook(db.handle, hear, second.pointer) == first.pointer)")
  show("beside its second hook", try recordDatabase { try db.execute("INSERT INTO t VALUES (3)") })
  print("the app heard \(first.count) and \(second.count)")
  print("and the second: \(sqlite3_update_hook(db.handle, nil, nil) == second.pointer)")
  show("without the app's hook", try recordDatabase { try db.execute("INSERT INTO t VALUES (4)") })
  print("the app heard \(first.count) and \(second.count)")

  let early = Heard()
  try unhooked { db in
    sqlite3_update_hook(db.handle, hear, early.pointer)
    try SQLiteInstrumentor.instrument(db.handle!)
    try db.execute(schema)
    show("beside an earlier hook", try recordDatabase { try db.execute("INSERT INTO t VALUES (1), (2)") })
    print("the app heard \(early.count)")
    print("its context is given back: \(sqlite3_update_hook(db.handle, nil, nil) == early.pointer)")
    try db.execute("INSERT INTO t VALUES (1)")
    print("the app heard \(early.count)")
  }

  let off = Heard()
  let quiet = try database(schema)
  sqlite3_update_hook(quiet.handle, hear, off.pointer)
  SQLiteInstrumentor.recordsRowChanges = false
  show("with row changes off", try recordDatabase { try quiet.execute("INSERT INTO t VALUES (1), (2)") })
  SQLiteInstrumentor.recordsRowChanges = true
  show("and on again", try recordDatabase { try quiet.execute("INSERT INTO t VALUES (1), (2)") })
  print("the app heard \(off.count)")
}

/// Findings go to the standard error: in order with what is printed.
func announce(_ text: String) {
  print(text)
  fflush(nil)
}

func showFlush() throws {
  let db = try database(
    """
    PRAGMA foreign_keys = ON; CREATE TABLE book (id INTEGER PRIMARY KEY);
    CREATE TABLE page (id INTEGER PRIMARY KEY, book REFERENCES book ON DELETE CASCADE);
    INSERT INTO book VALUES (1), (2); INSERT INTO page VALUES (1, 1), (2, 1), (3, 2)
    """)
  announce("passes:")
  try expectDatabase(.flush(deleted: ["book": 1, "page": 2])) { try db.execute("DELETE FROM book WHERE id = 1") }
  announce("fails:")
  try expectDatabase(.flush(deleted: ["book": 1])) { try db.execute("DELETE FROM page; INSERT INTO book VALUES (7)") }
  announce("cannot tell:")
  try expectDatabase(.flush(inserted: ["book": 1])) { try db.execute("REPLACE INTO book VALUES (7)") }
}
