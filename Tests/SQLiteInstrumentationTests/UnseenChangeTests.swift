import CSQLiteForTests
import DatabaseTesting
import Foundation
import TestSupport
import Testing

/// A query that runs again is no duplicate where something was changed in between, be it by no statement of the recording.
@Suite struct UnseenChangeTests {
  private func bookOf(_ database: SQLiteDatabase) throws {
    _ = try database.rows("SELECT title FROM book WHERE id = ?", 1)
  }

  /// - Returns: The queries that are called duplicates.
  private func duplicates(
    _ path: String = ":memory:", _ change: (SQLiteDatabase, Int) throws -> Void
  ) throws -> [Int] {
    let shop = try withoutDatabaseRecording { try Shop(path) }
    let recording = try recordDatabase {
      for round in 1...3 {
        try bookOf(shop.database)
        try change(shop.database, round)
      }
    }
    return recording.check(.noDuplicateQueries).map(\.count)
  }

  @Test(arguments: [":memory:", "file"]) func nothingWasChanged(_ place: String) throws {
    let file = try TemporaryFile()
    let path = place == "file" ? file.path : place
    #expect(try duplicates(path) { _, _ in } == [3])
    #expect(
      try duplicates(path + (place == "file" ? "2" : "")) { database, key in
        try database.rows("INSERT INTO setting VALUES (?, 'x')", key)
      } == [3])
  }

  @Test func anEmptyTransactionOfOurOwnChangesNothing() throws {
    #expect(try duplicates { database, _ in try database.execute("BEGIN IMMEDIATE; COMMIT") } == [3])
    let file = try TemporaryFile()
    #expect(
      try duplicates(file.path) { database, key in
        try database.execute("BEGIN; INSERT INTO setting VALUES (\(key), 'x'); SAVEPOINT a; RELEASE a; COMMIT")
      } == [3])
  }

  @Test(.needs(.interposition)) func writesOfAnotherConnectionToAnotherTableChangeNothing() throws {
    for mode in ["DELETE", "WAL"] {
      let file = try TemporaryFile()
      let other = try SQLiteDatabase(file.path)
      try other.execute("PRAGMA journal_mode = \(mode)")
      #expect(
        try duplicates(file.path) { _, key in try other.rows("INSERT INTO setting VALUES (?, 'x')", key) } == [3],
        "\(mode)")
    }
  }

  @Test func aBackupOverTheDatabase() throws {
    let source = try withoutDatabaseRecording { try Shop() }
    let file = try TemporaryFile()
    for path in [":memory:", file.path] {
      #expect(
        try duplicates(path) { database, _ in
          let backup = sqlite3_backup_init(database.handle, "main", source.database.handle, "main")
          sqlite3_backup_step(backup, -1)
          sqlite3_backup_finish(backup)
        } == [])
    }
  }

  @Test func aDatabaseThatIsReadFromMemory() throws {
    let source = try withoutDatabaseRecording { try Shop() }
    #expect(
      try duplicates { database, _ in
        var size: sqlite3_int64 = 0
        let bytes = sqlite3_serialize(source.database.handle, "main", &size, 0)
        let flags = UInt32(SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE)
        sqlite3_deserialize(database.handle, "main", bytes, size, size, flags)
      } == [])
  }

  @Test(.needs(.rowChanges), arguments: [false, true]) func aBlobThatIsWritten(inTransaction: Bool) throws {
    let file = try TemporaryFile()
    #expect(
      try duplicates(file.path) { database, round in
        if inTransaction, round == 1 { try database.execute("BEGIN") }
        var blob: OpaquePointer?
        sqlite3_blob_open(database.handle, "main", "book", "title", 1, 1, &blob)
        sqlite3_blob_write(blob, "x", 1, 0)
        sqlite3_blob_close(blob)
      } == [])
  }

  @Test(arguments: ["DELETE", "WAL"]) func anotherProcess(mode: String) throws {
    let file = try TemporaryFile()
    try withoutDatabaseRecording { try SQLiteDatabase(file.path).execute("PRAGMA journal_mode = \(mode)") }
    // A connection that nobody instruments is as good as another process.
    #expect(
      try duplicates(file.path) { _, round in
        try withoutHooks {
          try SQLiteDatabase(file.path).execute("UPDATE book SET title = 'title \(round)'")
        }
      } == [])
  }

  @Test func aTriggerOfAView() throws {
    let shop = try withoutDatabaseRecording {
      let shop = try Shop()
      try shop.database.execute(
        """
        CREATE VIEW entry AS SELECT 1 AS a;
        CREATE TRIGGER written INSTEAD OF INSERT ON entry BEGIN UPDATE book SET title = new.a WHERE id = 1; END
        """)
      return shop
    }
    let recording = try recordDatabase {
      for round in 1...3 {
        try bookOf(shop.database)
        try shop.database.rows("INSERT INTO entry VALUES (?)", round)
      }
    }
    #expect(recording.check(.noDuplicateQueries).isEmpty)
  }

  @Test func aTemporaryTriggerOnATable() throws {
    let shop = try withoutDatabaseRecording { try Shop() }
    let recording = try recordDatabase {
      try shop.database.execute(
        "CREATE TEMP TRIGGER noted AFTER INSERT ON setting BEGIN UPDATE book SET title = new.key WHERE id = 1; END")
      for round in 1...3 {
        try bookOf(shop.database)
        try shop.database.rows("INSERT INTO setting VALUES (?, 'x')", round)
      }
    }
    #expect(recording.check(.noDuplicateQueries).isEmpty)
  }

  @Test(arguments: [
    "SELECT id FROM book ORDER BY random() LIMIT 1", "SELECT id, randomblob(4) FROM book",
    "SELECT id FROM book WHERE title < CURRENT_TIMESTAMP", "SELECT id FROM book WHERE title < datetime('now')",
    "SELECT id, shuffle(id) FROM book", "SELECT id FROM lucky",
  ])
  func anAnswerThatIsAnotherOneEachTime(_ sql: String) throws {
    let shop = try withoutDatabaseRecording { try Shop() }
    sqlite3_create_function_v2(
      shop.database.handle, "shuffle", 1, SQLITE_UTF8, nil, { context, _, _ in sqlite3_result_int(context, 1) }, nil,
      nil,
      nil)
    try withoutDatabaseRecording {
      try shop.database.execute("CREATE VIEW lucky AS SELECT id FROM book ORDER BY random() LIMIT 1")
    }
    let recording = try recordDatabase { for _ in 1...3 { _ = try shop.database.rows(sql) } }
    #expect(recording.check(.noDuplicateQueries).isEmpty)
  }

  @Test(arguments: [
    "SELECT id, lower(title), abs(id) FROM book", "SELECT id FROM book WHERE title < datetime('2026-01-01')",
    "SELECT id, strftime('%Y', title) FROM book", "SELECT max(id) FROM book", "SELECT id FROM calm",
  ])
  func anAnswerThatIsTheSameEachTime(_ sql: String) throws {
    let shop = try withoutDatabaseRecording { try Shop() }
    try withoutDatabaseRecording {
      try shop.database.execute("CREATE VIEW calm AS SELECT id FROM book ORDER BY id LIMIT 1")
    }
    let recording = try recordDatabase { for _ in 1...3 { _ = try shop.database.rows(sql) } }
    #expect(recording.check(.noDuplicateQueries).map(\.count) == [3])
  }
}
