import CSQLiteForTests
import DatabaseTesting
import Foundation
import SQLiteInstrumentation
import TestSupport
import Testing

/// Where the foreign keys come from by which an N+1 is found: the connection says it, whatever became of its file.
@Suite struct ForeignKeyTests {
  private static let tables = """
    CREATE TABLE author(id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE book(id INTEGER PRIMARY KEY, authorId INT REFERENCES author(id), title TEXT);
    INSERT INTO author VALUES (1, 'a'), (2, 'b'), (3, 'c');
    INSERT INTO book (authorId, title) VALUES (1, 'x'), (2, 'y'), (3, 'z');
    """

  private func loop(_ database: SQLiteDatabase, _ books: String = "book") throws {
    for author in try database.rows("SELECT id FROM author") {
      try database.rows("SELECT * FROM \(books) WHERE authorId = ?", author)
    }
  }

  private func expectFound(_ recording: Recording, _ location: SourceLocation = #_sourceLocation) {
    #expect(recording.check(.noNPlusOne).map(\.relationship) == ["book.authorId"], sourceLocation: location)
    #expect(!recording.check(.noLazyLoads).isEmpty, sourceLocation: location)
    #expect(recording.check(.loads(.lazy, of: "book.authorId", 3)).isEmpty, sourceLocation: location)
  }

  private func fixture() throws -> TemporaryFile {
    let file = try TemporaryFile()
    try withoutHooks { try SQLiteDatabase(file.path) }.execute(Self.tables)
    return file
  }

  @Test(.needs(.interposition)) func aFileThatIsRemovedWhileItIsOpen() throws {
    let file = try fixture()
    let recording = try recordDatabase {
      let database = try SQLiteDatabase(file.path)
      defer { try? FileManager.default.removeItem(atPath: file.path) }
      try loop(database)
    }
    expectFound(recording)
  }

  @Test(.needs(.interposition)) func aFileThatIsRemovedBeforeTheVerdict() throws {
    let file = try fixture()
    let database = try SQLiteDatabase(file.path)
    let recording = try recordDatabase { try loop(database) }
    try FileManager.default.removeItem(atPath: file.path)
    expectFound(recording)
  }

  @Test(.needs(.interposition)) func aCopyInMemoryOfAFile() throws {
    let file = try fixture()
    let recording = try recordDatabase {
      let database = try SQLiteDatabase()
      let source = try SQLiteDatabase(file.path)
      let backup = try #require(sqlite3_backup_init(database.handle, "main", source.handle, "main"))
      #expect(sqlite3_backup_step(backup, -1) == SQLITE_DONE)
      sqlite3_backup_finish(backup)
      source.close()
      try loop(database)
    }
    expectFound(recording)
  }

  @Test(.needs(.interposition)) func aCopyOntoADatabaseThatWasAskedAlready() throws {
    let file = try fixture()
    let recording = try recordDatabase {
      let database = try SQLiteDatabase()
      _ = try database.rows("SELECT 1 FROM sqlite_master UNION ALL SELECT 2")
      let source = try SQLiteDatabase(file.path)
      let backup = try #require(sqlite3_backup_init(database.handle, "main", source.handle, "main"))
      #expect(sqlite3_backup_step(backup, -1) == SQLITE_DONE)
      sqlite3_backup_finish(backup)
      try loop(database)
    }
    expectFound(recording)
  }

  /// A database in memory that was not made by statements.
  private func read(_ bytes: Data, into database: SQLiteDatabase) throws {
    let memory = try #require(sqlite3_malloc64(UInt64(bytes.count)))
    bytes.withUnsafeBytes { memory.copyMemory(from: $0.baseAddress!, byteCount: bytes.count) }
    let flags = UInt32(SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE)
    let pointer = memory.assumingMemoryBound(to: UInt8.self)
    #expect(
      sqlite3_deserialize(database.handle, "main", pointer, Int64(bytes.count), Int64(bytes.count), flags)
        == SQLITE_OK)
  }

  @Test(.needs(.interposition)) func aDatabaseThatIsReadFromBytes() throws {
    let file = try fixture()
    let bytes = try Data(contentsOf: URL(fileURLWithPath: file.path))
    let recording = try recordDatabase {
      let database = try SQLiteDatabase()
      _ = try database.rows("SELECT 1")
      try read(bytes, into: database)
      try loop(database)
    }
    expectFound(recording)
  }

  enum Hindrance: CaseIterable { case profile, olderAuthorizer }

  /// The cases in which neither the connection may be asked, nor a file or a definition tells: a profile of the application's, or
  /// an authorizer that is older than the instrumentation, would hear of the question.
  @Test(arguments: Hindrance.allCases) func whatCannotBeAskedIsSaidToBeUnknown(_ hindrance: Hindrance) throws {
    let file = try fixture()
    let bytes = try Data(contentsOf: URL(fileURLWithPath: file.path))
    func prepared() throws -> SQLiteDatabase {
      let database = try SQLiteDatabase()
      try read(bytes, into: database)
      return database
    }
    let database: SQLiteDatabase
    switch hindrance {
    case .profile:
      database = try prepared()
      _ = sqlite3_profile(database.handle, { _, _, _ in }, nil)
    case .olderAuthorizer:
      database = try withoutHooks {
        let database = try prepared()
        sqlite3_set_authorizer(database.handle, { _, _, _, _, _, _ in SQLITE_OK }, nil)
        return database
      }
      try SQLiteInstrumentor.instrument(#require(database.handle))
    }
    let recording = try recordDatabase { try loop(database) }
    let found = recording.check(.noNPlusOne)
    #expect(found.map(\.kind) == [.blind])
    #expect(
      found.first?.headline
        == ".noNPlusOne cannot be checked: the keys of book are not known, because it is in memory, and "
        + "its connection could not be asked.")
  }

  @Test func anExclusiveTransaction() throws {
    let file = try fixture()
    let database = try SQLiteDatabase(file.path)
    try database.execute("BEGIN EXCLUSIVE")
    let recording = try recordDatabase { try loop(database) }
    expectFound(recording)
    try database.execute("ROLLBACK")
  }

  @Test func aTransactionThatMadeTheTables() throws {
    let database = try SQLiteDatabase()
    let recording = try recordDatabase {
      try database.execute("BEGIN; \(Self.tables)")
      try loop(database)
      try database.execute("ROLLBACK")
    }
    expectFound(recording)
  }

  @Test func anotherFileAtTheSamePath() throws {
    let file = try TemporaryFile()
    let first = try withoutHooks { try SQLiteDatabase(file.path) }
    try first.execute("CREATE TABLE author(id INTEGER PRIMARY KEY); CREATE TABLE book(id, authorId)")
    first.close()
    let earlier = try recordDatabase {
      _ = try SQLiteDatabase(file.path).rows("SELECT 1 FROM author UNION ALL SELECT 2")
    }
    try FileManager.default.removeItem(atPath: file.path)
    try withoutHooks { try SQLiteDatabase(file.path) }.execute(Self.tables)
    let recording = try recordDatabase { try loop(try SQLiteDatabase(file.path)) }
    expectFound(recording)
    #expect(earlier.selects.count == 1)
  }

  @Test func whatWasRolledBackDoesNotStay() throws {
    let database = try SQLiteDatabase()
    try database.execute(
      "CREATE TABLE author(id INTEGER PRIMARY KEY, name); INSERT INTO author VALUES (1, 'a'), (2, 'b'), (3, 'c')")
    let recording = try recordDatabase {
      try database.execute("BEGIN; CREATE TABLE book(id INTEGER PRIMARY KEY, authorId REFERENCES author(id))")
      _ = try database.rows("SELECT count(*) FROM book")
      try database.execute("ROLLBACK; CREATE TABLE book(id INTEGER PRIMARY KEY, authorId)")
      try loop(database)
    }
    #expect(recording.check(.noNPlusOne).isEmpty)
    #expect(recording.loads.isEmpty)
  }

  @Test(
    .needs(.interposition),
    arguments: [
      "CREATE TEMP TABLE book(id, authorId)", "CREATE TEMP VIEW book AS SELECT 1 AS id, 1 AS authorId",
    ])
  func whatHidesATableDoesNotStandForIt(_ hiding: String) throws {
    let database = try SQLiteDatabase()
    try database.execute(Self.tables)
    try database.execute(hiding)
    let recording = try recordDatabase { try loop(database) }
    #expect(recording.loads.isEmpty)
    try database.execute(hiding.contains("VIEW") ? "DROP VIEW temp.book" : "DROP TABLE temp.book")
    expectFound(try recordDatabase { try loop(database) })
  }

  @Test(.needs(.interposition)) func aTableOfAnAttachedDatabase() throws {
    let file = try fixture()
    let database = try SQLiteDatabase()
    let recording = try recordDatabase {
      try database.execute("ATTACH '\(file.path)' AS library")
      try loop(database, "library.book")
    }
    expectFound(recording)
  }

  @Test(.needs(.interposition)) func tablesThatAreDroppedAtTheEnd() throws {
    let database = try SQLiteDatabase()
    let recording = try recordDatabase {
      try database.execute(Self.tables)
      try loop(database)
      try database.execute("DROP TABLE book; DROP TABLE author")
    }
    expectFound(recording)
  }

  /// Neither the application's authorizer nor its trace hears of it, and what it may ask of the connection stays as it is.
  @Test(.needs(.interposition)) func nobodyHearsOfTheQuestion() throws {
    final class Heard {
      var authorized: [String] = []
      var traced: [String] = []
    }
    let heard = Heard()
    let context = Unmanaged.passUnretained(heard).toOpaque()
    let file = try fixture()
    let database = try SQLiteDatabase(file.path)
    sqlite3_set_authorizer(
      database.handle,
      { context, _, first, _, _, _ in
        let heard = Unmanaged<Heard>.fromOpaque(context!).takeUnretainedValue()
        heard.authorized.append(first.map { String(cString: $0) } ?? "")
        return SQLITE_OK
      }, context)
    sqlite3_trace_v2(
      database.handle, UInt32(SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE | SQLITE_TRACE_ROW),
      { event, context, statement, _ in
        let heard = Unmanaged<Heard>.fromOpaque(context!).takeUnretainedValue()
        // SQLite reads the schema by statements without a text.
        if let sql = sqlite3_sql(OpaquePointer(statement)) { heard.traced.append("\(event) \(String(cString: sql))") }
        return 0
      }, context)
    let recording = try recordDatabase { try loop(database) }
    expectFound(recording)
    withExtendedLifetime(heard) {
      #expect(!heard.authorized.isEmpty && heard.authorized.allSatisfy { !$0.contains("sqlite_") })
      #expect(heard.traced.count == 4 * 2 + 3 + 3, "\(heard.traced)")
      #expect(heard.traced.allSatisfy { !$0.contains("sqlite_") })
    }
    #expect(recording.statements.count == 4)
  }
}
