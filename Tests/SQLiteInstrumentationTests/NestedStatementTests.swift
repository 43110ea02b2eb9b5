import CSQLiteForTests
import DatabaseTesting
import TestSupport
import Testing

/// Statements that an application's functions and callbacks run inside of another statement.
@Suite struct NestedStatementTests {
  private func library() throws -> SQLiteDatabase {
    let database = try SQLiteDatabase()
    try database.execute(
      """
      CREATE TABLE author(id INTEGER PRIMARY KEY, name TEXT);
      CREATE TABLE book(id INTEGER PRIMARY KEY, authorId INT REFERENCES author(id), title TEXT);
      """)
    for author in 1...100 {
      try database.execute("INSERT INTO author VALUES (\(author), 'a'); INSERT INTO book (authorId) VALUES (\(author))")
    }
    return database
  }

  private func define(
    _ name: String, _ arguments: Int32 = 0, on database: SQLiteDatabase,
    _ function: @escaping @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void
  ) {
    sqlite3_create_function_v2(database.handle, name, arguments, SQLITE_UTF8, nil, function, nil, nil, nil)
  }

  @Test func aFunctionThatWrites() throws {
    let database = try library()
    define("wipe", on: database) { context, _, _ in
      sqlite3_exec(sqlite3_context_db_handle(context), "DELETE FROM book", nil, nil, nil)
    }
    let recording = try recordDatabase { _ = try database.rows("SELECT wipe()") }
    #expect(recording.deletes.count == 1)
    #expect(recording.deletes.first?.rowsChanged == 100)
    #expect(!recording.check(.noWrites).isEmpty)
    #expect(recording.flushes.first?.deleted == ["book": 100])
  }

  @Test func aFunctionThatReadsForEachRow() throws {
    let database = try library()
    define("titles", 1, on: database) { context, _, values in
      var statement: OpaquePointer?
      let handle = sqlite3_context_db_handle(context)
      sqlite3_prepare_v2(handle, "SELECT title FROM book WHERE authorId = ?", -1, &statement, nil)
      sqlite3_bind_value(statement, 1, values?[0])
      while sqlite3_step(statement) == SQLITE_ROW {}
      sqlite3_finalize(statement)
    }
    let recording = try recordDatabase { _ = try database.rows("SELECT id, titles(id) FROM author") }
    #expect(recording.queries.count == 101)
    #expect(recording.check(.noNPlusOne).map(\.relationship) == ["book.authorId"])
    #expect(recording.loads.first?.strategy == .immediate)
  }

  @Test func aFunctionInsideOfAFunction() throws {
    let database = try library()
    define("inner_one", on: database) { context, _, _ in
      sqlite3_exec(sqlite3_context_db_handle(context), "SELECT count(*) FROM author", nil, nil, nil)
    }
    define("outer_one", on: database) { context, _, _ in
      sqlite3_exec(sqlite3_context_db_handle(context), "SELECT inner_one(), inner_one()", nil, nil, nil)
    }
    let recording = try recordDatabase {
      try database.execute("SELECT outer_one()")
      _ = try database.rows("SELECT outer_one()")
    }
    #expect(recording.queries.count == 8)
  }

  @Test(.needs(.interposition), arguments: ["trace", "row", "commit", "update", "progress"]) func aCallback(
    _ kind: String
  ) throws {
    let database = try library()
    final class Busy {
      let handle: OpaquePointer?
      var isRunning = false
      init(_ handle: OpaquePointer?) { self.handle = handle }
      func run() {
        guard !isRunning else { return }
        isRunning = true
        sqlite3_exec(handle, "SELECT count(*) FROM author", nil, nil, nil)
      }
    }
    let busy = Busy(database.handle)
    let context = Unmanaged.passUnretained(busy).toOpaque()
    switch kind {
    case "trace", "row":
      sqlite3_trace_v2(
        database.handle, UInt32(kind == "trace" ? SQLITE_TRACE_STMT : SQLITE_TRACE_ROW),
        { _, context, _, _ in
          Unmanaged<Busy>.fromOpaque(context!).takeUnretainedValue().run()
          return 0
        }, context)
    case "commit":
      sqlite3_commit_hook(
        database.handle,
        { context in
          Unmanaged<Busy>.fromOpaque(context!).takeUnretainedValue().run()
          return 0
        }, context)
    case "update":
      sqlite3_update_hook(
        database.handle, { context, _, _, _, _ in Unmanaged<Busy>.fromOpaque(context!).takeUnretainedValue().run() },
        context)
    default:
      sqlite3_progress_handler(
        database.handle, 1,
        { context in
          Unmanaged<Busy>.fromOpaque(context!).takeUnretainedValue().run()
          return 0
        }, context)
    }
    let recording = try recordDatabase {
      _ = try database.rows("SELECT id FROM book WHERE id = 1")
      try database.execute("UPDATE book SET title = 'x' WHERE id = 1")
    }
    withExtendedLifetime(busy) {}
    #expect(recording.queries.count == 3)
    #expect(recording.selects.on("author").count == 1)
    #expect(recording.flushes.map(\.updated) == [["book": 1]])
  }

  /// SQLite's own modules run statements in the same way.
  @Test(.needs(.interposition), arguments: ["fts5(body)", "fts4(body)", "rtree(id, low, high)"])
  func statementsOfAModuleAreNoneOfTheApplication(
    _ module: String
  ) throws {
    let isTree = module.hasPrefix("rtree")
    let database = try SQLiteDatabase()
    let recording = try recordDatabase {
      try database.execute("CREATE VIRTUAL TABLE doc USING \(module)")
      for _ in 0..<3 {
        try database.execute(isTree ? "INSERT INTO doc VALUES (NULL, 1, 2)" : "INSERT INTO doc VALUES ('a b c')")
        let insert = try database.prepare(isTree ? "INSERT INTO doc VALUES (NULL, ?, 2)" : "INSERT INTO doc VALUES (?)")
        sqlite3_bind_int(insert, 1, 1)
        #expect(sqlite3_step(insert) == SQLITE_DONE)
        sqlite3_finalize(insert)
      }
      _ = try database.rows(isTree ? "SELECT id FROM doc WHERE low > 0" : "SELECT rowid FROM doc WHERE doc MATCH 'b'")
      try database.execute("DROP TABLE doc")
    }
    #expect(recording.queries.count == 7)
    #expect(recording.statements.count == 9)
  }

  @Test func aModuleThatAFunctionWritesTo() throws {
    let database = try SQLiteDatabase()
    try database.execute("CREATE VIRTUAL TABLE doc USING fts5(body)")
    define("note", on: database) { context, _, _ in
      sqlite3_exec(sqlite3_context_db_handle(context), "INSERT INTO doc VALUES ('a b c')", nil, nil, nil)
    }
    let recording = try recordDatabase {
      try database.execute("SELECT note()")
      _ = try database.rows("SELECT note()")
    }
    #expect(recording.queries.count == 4)
    #expect(recording.inserts.count == 2)
  }

  @Test(.needs(.rowChanges)) func triggersAndForeignKeyActionsAreNoStatements() throws {
    let database = try SQLiteDatabase()
    try database.execute(
      """
      PRAGMA foreign_keys = ON;
      CREATE TABLE parent (id INTEGER PRIMARY KEY);
      CREATE TABLE child (id INTEGER PRIMARY KEY, parent REFERENCES parent(id) ON DELETE CASCADE);
      CREATE TABLE log (text);
      CREATE TRIGGER t AFTER DELETE ON child BEGIN INSERT INTO log VALUES ('gone'); END;
      INSERT INTO parent VALUES (1), (2);
      INSERT INTO child (parent) VALUES (1), (1), (2);
      """)
    let recording = try recordDatabase { try database.execute("DELETE FROM parent") }
    #expect(recording.statements.count == 1)
    #expect(recording.flushes.first?.deleted == ["parent": 2, "child": 3])
    #expect(recording.flushes.first?.inserted == ["log": 3])
  }
}
