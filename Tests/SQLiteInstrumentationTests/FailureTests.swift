import CSQLiteForTests
import DatabaseTesting
import TestSupport
import Testing

/// Ways in which a statement fails: the recording has the code that the application was given.
@Suite struct FailureTests {
  struct Way: Sendable, CustomStringConvertible {
    var description: String
    /// Returns the extended code that the application sees.
    var run: @Sendable (SQLiteDatabase) throws -> Int32

    init(_ description: String, setUp: String = "", _ sql: String) {
      self.init(description, setUp: setUp) { database in database.code(of: sql) }
    }

    init(_ description: String, setUp: String = "", _ run: @escaping @Sendable (SQLiteDatabase) throws -> Int32) {
      self.description = description
      self.setUp = setUp
      self.run = run
    }

    var setUp: String
  }

  static let keys = """
    PRAGMA foreign_keys = ON;
    CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT UNIQUE, age INTEGER CHECK (age < 200), note TEXT NOT NULL DEFAULT '');
    CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent(id));
    CREATE TABLE late (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent(id) DEFERRABLE INITIALLY DEFERRED);
    INSERT INTO parent (id, name) VALUES (1, 'one'), (2, 'two');
    INSERT INTO child VALUES (1, 1);
    """

  static let ways: [Way] = [
    Way("a parent is deleted", "DELETE FROM parent WHERE id = 1"),
    Way("a parent's key is changed", "UPDATE parent SET id = 9 WHERE id = 1"),
    Way("a parent is replaced", "REPLACE INTO parent (id, name) VALUES (9, 'one')"),
    Way("a child without a parent", "INSERT INTO child VALUES (2, 7)"),
    Way("a child loses its parent", "UPDATE child SET parent = 7"),
    Way("a deferred key outside of a transaction", "INSERT INTO late VALUES (1, 7)"),
    Way("a deferred key at COMMIT", setUp: "BEGIN; INSERT INTO late VALUES (1, 7)", "COMMIT"),
    Way("a deferred key at RELEASE", setUp: "SAVEPOINT s; INSERT INTO late VALUES (1, 7)", "RELEASE s"),
    Way("a unique column", "INSERT INTO parent (name) VALUES ('one')"),
    Way("a primary key", "INSERT INTO parent (id, name) VALUES (1, 'three')"),
    Way(
      "a rowid", setUp: "CREATE TABLE r (a); INSERT INTO r (rowid, a) VALUES (1, 1)", "INSERT INTO r (rowid) VALUES (1)"
    ),
    Way("NOT NULL", "INSERT INTO parent (note) VALUES (NULL)"),
    Way("CHECK", "INSERT INTO parent (age) VALUES (300)"),
    Way("a strict type", setUp: "CREATE TABLE s (a INTEGER) STRICT", "INSERT INTO s VALUES ('word')"),
    Way("a datatype mismatch", "INSERT INTO parent (id) VALUES ('word')"),
    Way(
      "RAISE in a trigger",
      setUp: "CREATE TRIGGER t BEFORE DELETE ON child BEGIN SELECT RAISE(ABORT, 'no'); END", "DELETE FROM child"),
    Way(
      "RAISE(ROLLBACK) in a trigger",
      setUp: "CREATE TRIGGER t BEFORE DELETE ON child BEGIN SELECT RAISE(ROLLBACK, 'no'); END; BEGIN",
      "DELETE FROM child"),
    Way(
      "RAISE(FAIL) in a trigger",
      setUp: "CREATE TRIGGER t BEFORE DELETE ON child BEGIN SELECT RAISE(FAIL, 'no'); END", "DELETE FROM child"),
    Way("COMMIT without a transaction", "COMMIT"),
    Way("ROLLBACK without a transaction", "ROLLBACK"),
    Way("a transaction within a transaction", setUp: "BEGIN", "BEGIN"),
    Way("no such savepoint", setUp: "BEGIN", "RELEASE nowhere"),
    Way("no such savepoint to go back to", "ROLLBACK TO nowhere"),
    Way("no such table", "SELECT * FROM nowhere"),
    Way("no such column", "SELECT nothing FROM parent"),
    Way("no such function", "SELECT nothing(1)"),
    Way("a syntax error", "SELEC 1"),
    Way("an incomplete statement", "SELECT"),
    Way("too many columns", "INSERT INTO child VALUES (1, 2, 3)"),
    Way("a table that exists", "CREATE TABLE child (a)"),
    Way("an index that exists", setUp: "CREATE INDEX i ON child (parent)", "CREATE INDEX i ON child (parent)"),
    Way("dropping nothing", "DROP TABLE nowhere"),
    Way(
      "a unique index on what is not unique", setUp: "INSERT INTO child VALUES (2, 1)",
      "CREATE UNIQUE INDEX u ON child (parent)"),
    Way("VACUUM in a transaction", setUp: "BEGIN", "VACUUM"),
    Way("detaching nothing", "DETACH nowhere"),
    Way("attaching what cannot be opened", "ATTACH '/nowhere/at/all.sqlite' AS other"),
    Way("an integer overflow", "SELECT abs(-9223372036854775808)"),
    Way("malformed JSON", "SELECT json('{')"),
    Way("a sum that overflows", "SELECT sum(a) FROM (SELECT 9223372036854775807 AS a UNION ALL SELECT 1)"),
    Way("a blob that is too big", "SELECT zeroblob(2000000000)"),
    Way("query_only", setUp: "PRAGMA query_only = ON", "DELETE FROM child"),
    Way("the schema table", "DELETE FROM sqlite_master"),
    Way("an explicit error of a function") { database in
      sqlite3_create_function_v2(
        database.handle, "failing", 0, SQLITE_UTF8, nil,
        { context, _, _ in sqlite3_result_error(context, "it fails", -1) }, nil, nil, nil)
      return database.code(of: "SELECT failing()")
    },
    Way("a code of a function") { database in
      sqlite3_create_function_v2(
        database.handle, "failing", 0, SQLITE_UTF8, nil,
        { context, _, _ in sqlite3_result_error_code(context, SQLITE_AUTH) }, nil, nil, nil)
      return database.code(of: "SELECT failing()")
    },
    Way("an interrupt") { database in
      sqlite3_create_function_v2(
        database.handle, "interrupting", 0, SQLITE_UTF8, nil,
        { context, _, _ in sqlite3_interrupt(sqlite3_context_db_handle(context)) }, nil, nil, nil)
      return database.code(of: "SELECT interrupting() UNION ALL SELECT 2 UNION ALL SELECT 3")
    },
    Way("a progress handler") { database in
      sqlite3_progress_handler(database.handle, 1, { _ in 1 }, nil)
      defer { sqlite3_progress_handler(database.handle, 0, nil, nil) }
      return database.code(of: "SELECT id FROM parent")
    },
    Way("an authorizer") { database in
      sqlite3_set_authorizer(
        database.handle, { _, action, _, _, _, _ in action == SQLITE_DELETE ? SQLITE_DENY : SQLITE_OK }, nil)
      defer { sqlite3_set_authorizer(database.handle, nil, nil) }
      return database.code(of: "DELETE FROM child")
    },
    Way("a commit hook refuses a write") { database in
      sqlite3_commit_hook(database.handle, { _ in 1 }, nil)
      defer { sqlite3_commit_hook(database.handle, nil, nil) }
      return database.code(of: "INSERT INTO parent (name) VALUES ('three')")
    },
    Way("a commit hook refuses a definition") { database in
      sqlite3_commit_hook(database.handle, { _ in 1 }, nil)
      defer { sqlite3_commit_hook(database.handle, nil, nil) }
      return database.code(of: "CREATE TABLE another (a)")
    },
    Way("a commit hook refuses a COMMIT", setUp: "BEGIN; INSERT INTO parent (name) VALUES ('three')") { database in
      sqlite3_commit_hook(database.handle, { _ in 1 }, nil)
      defer { sqlite3_commit_hook(database.handle, nil, nil) }
      return database.code(of: "COMMIT")
    },
    Way("a commit hook refuses a RELEASE", setUp: "SAVEPOINT s; INSERT INTO parent (name) VALUES ('three')") {
      database in
      sqlite3_commit_hook(database.handle, { _ in 1 }, nil)
      defer { sqlite3_commit_hook(database.handle, nil, nil) }
      return database.code(of: "RELEASE s")
    },
    Way("a statement prepared the old way") { database in
      var statement: OpaquePointer?
      sqlite3_prepare(database.handle, "INSERT INTO parent (id) VALUES (1)", -1, &statement, nil)
      _ = sqlite3_step(statement)
      return sqlite3_finalize(statement) == SQLITE_OK ? 0 : sqlite3_extended_errcode(database.handle)
    },
    Way("a statement prepared the old way, which is reset") { database in
      var statement: OpaquePointer?
      sqlite3_prepare(database.handle, "DELETE FROM parent WHERE id = 1", -1, &statement, nil)
      _ = sqlite3_step(statement)
      let result = sqlite3_reset(statement)
      let code = sqlite3_extended_errcode(database.handle)
      sqlite3_finalize(statement)
      return result == SQLITE_OK ? 0 : code
    },
    Way("a table that was dropped under a prepared statement") { database in
      let statement = try database.prepare("SELECT a FROM gone")
      try database.execute("DROP TABLE gone")
      defer { sqlite3_finalize(statement) }
      return database.code(ofStep: statement)
    }.with(setUp: "CREATE TABLE gone (a)"),
    Way("a cursor that fails at its second row") { database in
      sqlite3_create_function_v2(
        database.handle, "failing", 1, SQLITE_UTF8, nil,
        { context, _, values in
          if sqlite3_value_int(values?[0]) == 2 { sqlite3_result_error(context, "the second", -1) }
        }, nil, nil, nil)
      let statement = try database.prepare("SELECT failing(id) FROM parent ORDER BY id")
      defer { sqlite3_finalize(statement) }
      _ = sqlite3_step(statement)
      return database.code(ofStep: statement)
    },
    Way("the same after another connection ran on the thread") { database in
      sqlite3_create_function_v2(
        database.handle, "failing", 1, SQLITE_UTF8, nil,
        { context, _, values in
          if sqlite3_value_int(values?[0]) == 2 { sqlite3_result_error(context, "the second", -1) }
        }, nil, nil, nil)
      let statement = try database.prepare("SELECT failing(id) FROM parent ORDER BY id")
      defer { sqlite3_finalize(statement) }
      _ = sqlite3_step(statement)
      let other = try SQLiteDatabase()
      _ = try other.rows("SELECT 1")
      return database.code(ofStep: statement)
    },
    Way("a prepare through the interface for UTF-16") { database in
      var text = Array("SELECT * FROM nowhere".utf16) + [0]
      var statement: OpaquePointer?
      let result = text.withUnsafeMutableBytes {
        sqlite3_prepare16_v2(database.handle, $0.baseAddress, -1, &statement, nil)
      }
      return result == SQLITE_OK ? 0 : sqlite3_extended_errcode(database.handle)
    },
  ]

  @Test(.needs(.interposition), arguments: ways) func isSeenWithTheCodeOfTheApplication(_ way: Way) throws {
    let database = try SQLiteDatabase()
    try database.execute(Self.keys)
    if !way.setUp.isEmpty { try database.execute(way.setUp) }
    var code: Int32 = 0
    let recording = try recordDatabase { code = try way.run(database) }
    #expect(code != 0, "the application saw no failure")
    #expect(recording.statements.compactMap { $0.error?.code } == [Int(code)])
    #expect(!recording.check(.noFailures).isEmpty)
    #expect(recording.check(.fails(1)).isEmpty)
    #expect(!recording.isBlind)
  }

  /// The same calls, none of which fails.
  @Test func nothingElseIsAFailure() throws {
    let database = try SQLiteDatabase()
    try database.execute(Self.keys)
    sqlite3_commit_hook(database.handle, { _ in 0 }, nil)
    let recording = try recordDatabase {
      try database.execute(
        "BEGIN; INSERT INTO late VALUES (1, 7); INSERT INTO parent (id, name) VALUES (7, 'x'); COMMIT")
      try database.execute(
        "DELETE FROM parent WHERE id = 2; UPDATE parent SET name = name; UPDATE parent SET name = 1 WHERE 0")
      try database.execute("INSERT OR IGNORE INTO parent (id, name) VALUES (1, 'one')")
      try database.execute(
        "INSERT INTO parent (id, name) VALUES (1, 'x') ON CONFLICT DO NOTHING; DELETE FROM late WHERE 0")
      try database.execute(
        "SAVEPOINT s; CREATE TABLE a (b); ROLLBACK TO s; RELEASE s; BEGIN; COMMIT; BEGIN IMMEDIATE; ROLLBACK")
    }
    #expect(recording.check(.noFailures).isEmpty)
    #expect(recording.transactions.filter { $0.outcome == .rolledBack }.count == 1)
  }

  @Test(.needs(.interposition)) func aCommitThatAHookRefusesIsRolledBack() throws {
    let database = try SQLiteDatabase()
    try database.execute(Self.keys)
    sqlite3_commit_hook(database.handle, { _ in 1 }, nil)
    let recording = recordDatabase {
      _ = database.code(of: "BEGIN")
      _ = database.code(of: "INSERT INTO parent (name) VALUES ('three')")
      _ = database.code(of: "COMMIT")
      _ = database.code(of: "BEGIN; CREATE TABLE another (a); COMMIT")
      _ = database.code(of: "CREATE TABLE a_third (a)")
    }
    #expect(recording.check(.commits(0)).isEmpty)
    #expect(recording.transactions.map(\.outcome) == [.rolledBack, .rolledBack, .rolledBack])
    #expect(recording.flushes.allSatisfy { !$0.isCommitted })
  }

  @Test(.needs(.interposition)) func aCursorThatFailsOnAnotherThreadIsSeen() async throws {
    let database = try SQLiteDatabase()
    try database.execute(Self.keys)
    sqlite3_create_function_v2(
      database.handle, "failing", 1, SQLITE_UTF8, nil,
      { context, _, values in
        if sqlite3_value_int(values?[0]) == 2 { sqlite3_result_error(context, "the second", -1) }
      }, nil, nil, nil)
    let recording = try await recordDatabase {
      let cursor = Cursor(try database.prepare("SELECT failing(id) FROM parent ORDER BY id"))
      cursor.step()
      await Task.detached { cursor.step() }.value
      cursor.finalize()
    }
    #expect(recording.statements.compactMap { $0.error?.code } == [1])
  }

  @Test(.needs(.interposition)) func aFailedPrepareBelongsToTheRecordingOfItsConnection() throws {
    let first = try recordDatabaseOpening()
    let second = try recordDatabaseOpening()
    _ = try first.database.rows("SELECT 1")
    #expect(throws: SQLiteFailure.self) { _ = try second.database.prepare("SELECT * FROM nowhere") }
    #expect(first.recorder.finish().statements.compactMap(\.error).isEmpty)
    #expect(second.recorder.finish().statements.compactMap(\.error).count == 1)
  }

  @Test func aFailedPrepareOnAConnectionOfNobodyIsCounted() throws {
    let first = try recordDatabaseOpening()
    let other = try SQLiteDatabase()
    _ = try first.database.rows("SELECT 1")
    #expect(throws: SQLiteFailure.self) { _ = try other.prepare("SELECT * FROM nowhere") }
    let recording = first.recorder.finish()
    #expect(recording.statements.compactMap(\.error).isEmpty)
    #expect(recording.unattributedCount >= 1)
  }

  @Test func whatFullTextSearchTriesInVainIsNobodysFailure() throws {
    let database = try SQLiteDatabase()
    let recording = try recordDatabase {
      try database.execute("CREATE VIRTUAL TABLE doc USING fts5(body); CREATE VIRTUAL TABLE old USING fts4(body)")
      try database.execute("INSERT INTO doc VALUES ('a b c'); INSERT INTO old VALUES ('a b c')")
      _ = try database.rows("SELECT rowid FROM doc WHERE doc MATCH 'b'")
      _ = try database.rows("SELECT rowid FROM old WHERE old MATCH 'b'")
      try database.execute("DROP TABLE doc; DROP TABLE old")
    }
    #expect(recording.check(.noFailures).isEmpty)
    #expect(recording.queries.count == 4)
  }

  /// A database that was opened in a recording, which is then the one of its statements without a task.
  private func recordDatabaseOpening() throws -> (database: SQLiteDatabase, recorder: DatabaseRecorder) {
    let recorder = DatabaseRecorder(
      "", at: CodeLocation(fileID: #fileID, filePath: #filePath, line: #line, column: #column))
    return (try recorder.bind { try SQLiteDatabase() }, recorder)
  }
}

private final class Cursor: @unchecked Sendable {  // One thread at a time.
  private let statement: OpaquePointer

  init(_ statement: OpaquePointer) { self.statement = statement }

  func step() { _ = sqlite3_step(statement) }

  func finalize() { sqlite3_finalize(statement) }
}

extension FailureTests.Way {
  func with(setUp: String) -> Self {
    var copy = self
    copy.setUp = setUp
    return copy
  }
}

extension SQLiteDatabase {
  /// Runs one or more statements by hand, until one fails; its extended code, 0 where none does.
  func code(of sql: String) -> Int32 {
    var rest = sql[...]
    while !rest.allSatisfy({ $0.isWhitespace || $0 == ";" }) {
      var statement: OpaquePointer?
      var consumed = 0
      let result = rest.withCString { text -> Int32 in
        var tail: UnsafePointer<CChar>?
        let result = sqlite3_prepare_v2(handle, text, -1, &statement, &tail)
        consumed = tail.map { $0 - text } ?? rest.utf8.count
        return result
      }
      guard result == SQLITE_OK else { return sqlite3_extended_errcode(handle) }
      defer { sqlite3_finalize(statement) }
      let code = code(ofStep: statement)
      if code != 0 { return code }
      rest = Substring(rest.utf8.dropFirst(consumed))
    }
    return 0
  }

  func code(ofStep statement: OpaquePointer?) -> Int32 {
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: continue
      case SQLITE_DONE: return 0
      default: return sqlite3_extended_errcode(handle)
      }
    }
  }
}
