import CStatementLog
import CSQLiteForTests
import DatabaseInstrumentation
import DatabaseTesting
import Foundation
import SQLiteInstrumentation
import Synchronization
import TestSupport
import Testing

/// What the toolkit does on connections of its own is nothing that the application could notice.
@Suite struct OwnConnectionTests {
  /// Nothing of the application's is run to make a plan.
  @Test(
    .needs(.interposition),
    arguments: [
      "CREATE TABLE number AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x <= 10) SELECT x FROM c",
      "CREATE VIEW number AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x <= 10) SELECT x FROM c",
      "CREATE TABLE number (x DEFAULT (abs(-1)), y AS (x + 1), CHECK (x <> 0))",
    ])
  func aDefinitionIsNotRun(_ definition: String) throws {
    let database = try SQLiteDatabase()
    try database.execute(definition)
    let recording = try recordDatabase { _ = try database.rows("SELECT x FROM number WHERE x = 7") }
    let plan = try #require(recording.statements.first?.queryPlan)
    #expect(plan.contains { $0.hasPrefix("SCAN") })
    _ = recording.check(.noFullScans)
  }

  @Test func functionsAndCollationsOfTheApplicationAreStoodInFor() throws {
    let database = try SQLiteDatabase()
    sqlite3_create_function_v2(
      database.handle, "mine", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nil,
      { context, _, _ in sqlite3_result_int(context, 1) }, nil, nil, nil)
    sqlite3_create_collation_v2(database.handle, "OURS", SQLITE_UTF8, nil, { _, _, _, _, _ in 0 }, nil)
    try database.execute(
      "CREATE TABLE t (a COLLATE OURS, b CHECK (mine(b) > 0)); CREATE INDEX i ON t (mine(a)); INSERT INTO t VALUES (1, 2), (3, 4)"
    )
    let recording = try recordDatabase {
      _ = try database.rows("SELECT b FROM t WHERE mine(a) = 1")
      _ = try database.rows("SELECT a FROM t WHERE b = mine(3)")
    }
    #expect(recording.statements.map { $0.queryPlan?.first ?? "" } == ["SEARCH t USING INDEX i (<expr>=?)", "SCAN t"])
  }

  @Test func theFiguresOfAnalyzeCount() throws {
    let database = try SQLiteDatabase()
    try database.execute(
      """
      CREATE TABLE t (id INTEGER PRIMARY KEY, kind, name); CREATE INDEX byKind ON t (kind); CREATE INDEX byName ON t (name);
      WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 500) INSERT INTO t SELECT x, 1, x FROM n;
      ANALYZE;
      """)
    let recording = try recordDatabase { _ = try database.rows("SELECT id FROM t WHERE kind = 1 AND name = 7") }
    #expect(recording.statements.first?.queryPlan == ["SEARCH t USING INDEX byName (name=?)"])
  }

  @Test(.needs(.interposition)) func aTemporaryAndAnAttachedTable() throws {
    let database = try SQLiteDatabase()
    try database.execute(
      """
      ATTACH ':memory:' AS other; CREATE TABLE other.a (x); CREATE INDEX other.i ON a (x); INSERT INTO other.a VALUES (1);
      CREATE TEMP TABLE b (y); CREATE INDEX temp.j ON b (y); INSERT INTO temp.b VALUES (1);
      """)
    let recording = try recordDatabase {
      _ = try database.rows("SELECT x FROM other.a WHERE x = 1")
      _ = try database.rows("SELECT y FROM temp.b WHERE y = 1")
    }
    #expect(
      recording.statements.map { $0.queryPlan ?? [] } == [
        ["SEARCH other.a USING COVERING INDEX i (x=?)"], ["SEARCH temp.b USING COVERING INDEX j (y=?)"],
      ])
  }

  /// Verdicts lock out no writer that does not wait, and leave no file behind; also where no connection was asked for its tables,
  /// so that the file has to be read.
  @Test(arguments: ["DELETE", "TRUNCATE", "PERSIST", "WAL"], [true, false])
  func aVerdictLocksNobodyOut(_ journal: String, isAsked: Bool) throws {
    let file = try TemporaryFile()
    let shop = try withoutHooks { try Shop(file.path) }
    _ = try shop.database.rows("PRAGMA journal_mode = \(journal)")
    let writer = try withoutHooks { try SQLiteDatabase(file.path) }
    let reader = try SQLiteDatabase(file.path)
    let recording = try recordDatabase {
      _ = try reader.rows("SELECT id FROM book WHERE title = 'a book'")
    }
    let isDone = Atomic(false)
    let failed = Atomic(0)
    let done = Atomic(0)
    let thread = Thread {
      while !isDone.load(ordering: .acquiring) {
        let sql = "UPDATE setting SET value = 'x'; INSERT INTO setting (value) VALUES ('y')"
        let result = sqlite3_exec(writer.handle, sql, nil, nil, nil)
        if result == SQLITE_OK { done.add(1, ordering: .relaxed) } else { failed.add(1, ordering: .relaxed) }
        // A file that changes without a pause cannot be read without a lock.
        usleep(1_000)
      }
    }
    thread.start()
    while done.load(ordering: .relaxed) == 0 { usleep(100) }
    for _ in 0..<50 {
      if isAsked {
        #expect(recording.statements.first?.queryPlan == ["SCAN book"])
        _ = recording.check(.noFullScans)
      } else {
        #expect(tables(in: file) == ["author", "book", "setting"])
      }
    }
    isDone.store(true, ordering: .releasing)
    while !thread.isFinished { usleep(1_000) }
    #expect(failed.load(ordering: .relaxed) == 0)
    for database in [writer, reader, shop.database] { database.close() }
    #expect(tables(in: file) == ["author", "book", "setting"])
    #expect(file.siblings.filter { !$0.hasSuffix("-journal") } == ["test.sqlite"])
  }

  private func tables(in file: TemporaryFile) -> [String]? {
    guard case .read(let listing) = readSchema(of: file.path) else { return nil }
    return listing.entries.filter { $0.kind == .table }.map(\.name).sorted()
  }

  /// They are the application's, in the connections that it opens.
  @Test(.needs(.interposition)) func itsExtensionsAreNotLoadedIntoOurs() throws {
    opened.withLock { $0 = [] }
    #expect(registerExtension() == SQLITE_OK)
    let file = try TemporaryFile()
    let shop = try Shop(file.path)
    #expect(opened.withLock { $0.count(where: { $0 == file.path }) } == 1)
    let recording = try recordDatabase { _ = try shop.database.rows("SELECT id FROM book WHERE title = 'x'") }
    let before = opened.withLock { $0.count(where: { $0.isEmpty || $0 == file.path }) }
    #expect(recording.statements.first?.queryPlan == ["SCAN book"])
    #expect(opened.withLock { $0.count(where: { $0 == file.path }) } == 1)
    #expect(before >= 1)
    #expect(cancelExtension() == 1)
    #expect(cancelExtension() == 0)
    _ = try SQLiteDatabase(file.path)
    #expect(opened.withLock { $0.count(where: { $0 == file.path }) } == 1)
  }

  @Test(.needs(.interposition)) func aLookupByALargeValueIsNotExpanded() throws {
    let database = try SQLiteDatabase()
    try database.execute("CREATE TABLE t (a BLOB PRIMARY KEY, b)")
    let bytes = [UInt8](repeating: 7, count: 64 << 20)
    let text = String(repeating: "x", count: 100_000)
    let recording = try recordDatabase {
      for _ in 0..<2 {
        let statement = try database.prepare("SELECT b FROM t WHERE a = ?")
        _ = bytes.withUnsafeBytes { sqlite3_bind_blob(statement, 1, $0.baseAddress, Int32($0.count), nil) }
        _ = sqlite3_step(statement)
        sqlite3_reset(statement)
        sqlite3_bind_text(statement, 1, text, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
        _ = sqlite3_step(statement)
        sqlite3_reset(statement)
        sqlite3_bind_int(statement, 1, 3)
        _ = sqlite3_step(statement)
        sqlite3_finalize(statement)
      }
    }
    #expect(recording.statements.map { $0.record.parameters == 0 } == [true, true, false, true, true, false])
    #expect(recording.statements[2].record.parameters == recording.statements[5].record.parameters)
  }
}

private let opened = Mutex<[String]>([])

private func noteOpened(_ handle: OpaquePointer?, _ error: UnsafeMutableRawPointer?, _ api: UnsafeRawPointer?) -> Int32
{
  let name = sqlite3_db_filename(handle, "main").map { String(cString: $0) } ?? ""
  opened.withLock { $0.append(name) }
  return SQLITE_OK
}

private let extensionPointer: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafeRawPointer?) -> Int32 =
  noteOpened

private func registerExtension() -> Int32 {
  sqlite3_auto_extension(unsafeBitCast(extensionPointer, to: (@convention(c) () -> Void).self))
}

private func cancelExtension() -> Int32 {
  sqlite3_cancel_auto_extension(unsafeBitCast(extensionPointer, to: (@convention(c) () -> Void).self))
}
