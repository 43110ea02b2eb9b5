import CSQLiteForTests
import DatabaseTesting
import TestSupport
import Testing

/// What is written so that it lasts, and by no statement that inserts, updates or deletes.
@Suite struct WholeDatabaseTests {
  private let file: TemporaryFile
  private let shop: Shop
  private let other: Shop

  init() throws {
    let file = try TemporaryFile()
    self.file = file
    (shop, other) = try withoutDatabaseRecording { (try Shop(file.path), try Shop()) }
  }

  private func durable(_ body: () throws -> Void) throws -> [String] {
    let recording = try recordDatabase {
      _ = try shop.authors()
      try body()
    }
    return recording.check(.noDurableWrites).map(\.headline)
  }

  private func backup(_ schema: String = "main", pages: Int32 = -1) {
    let backup = sqlite3_backup_init(shop.database.handle, schema, other.database.handle, "main")
    sqlite3_backup_step(backup, pages)
    sqlite3_backup_finish(backup)
  }

  private let one = ["Expected no durable writes, found 1 whole database written."]

  @Test(.needs(.interposition)) func aBackupOntoTheDatabase() throws {
    let recording = try recordDatabase {
      _ = try shop.authors()
      backup()
    }
    let finding = try #require(recording.check(.noDurableWrites).first)
    #expect(finding.headline == one[0])
    #expect(finding.message.contains("  a backup onto main of test.sqlite"))
    #expect(finding.callSite?.function.contains("backup") == true)
    #expect(recording.check(.noDurableWrites.not).isEmpty)
  }

  @Test func aBackupThatIsNotFinishedIsRolledBack() throws {
    let found = try durable { backup(pages: 1) }
    #expect(found == [])
  }

  @Test func aBackupOntoATemporaryDatabase() throws {
    let found = try durable { backup("temp") }
    #expect(found == [])
  }

  @Test(.needs(.interposition)) func aBackupOfTheDatabaseIsAWriteToAnother() throws {
    let place = try TemporaryFile()
    let found = try durable {
      let copy = try SQLiteDatabase(place.path)
      let backup = sqlite3_backup_init(copy.handle, "main", shop.database.handle, "main")
      sqlite3_backup_step(backup, -1)
      sqlite3_backup_finish(backup)
    }
    #expect(found == one)
  }

  @Test(.needs(.interposition)) func deserializing() throws {
    let found = try durable {
      var size: sqlite3_int64 = 0
      let bytes = sqlite3_serialize(other.database.handle, "main", &size, 0)
      let flags = UInt32(SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE)
      sqlite3_deserialize(shop.database.handle, "main", bytes, size, size, flags)
    }
    #expect(found == one)
  }

  @Test func serializingIsNone() throws {
    let found = try durable {
      var size: sqlite3_int64 = 0
      sqlite3_free(sqlite3_serialize(shop.database.handle, "main", &size, 0))
    }
    #expect(found == [])
  }

  @Test(arguments: ["VACUUM INTO", "VACUUM main INTO", "vacuum into"]) func vacuumInto(_ verb: String) throws {
    let place = try TemporaryFile()
    let found = try durable { try shop.database.execute("\(verb) '\(place.path)'") }
    #expect(found == one)
  }

  @Test(arguments: [
    "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA journal_mode = WAL", "PRAGMA optimize", "REINDEX",
  ])
  func theSameRowsInOtherPlaces(_ sql: String) throws {
    try withoutDatabaseRecording {
      try shop.database.execute("PRAGMA journal_mode = WAL; INSERT INTO setting VALUES (1, 'x')")
    }
    let found = try durable { try shop.database.execute(sql) }
    #expect(found == [])
  }

  @Test func aCheckpointByACall() throws {
    let found = try durable {
      sqlite3_wal_checkpoint_v2(shop.database.handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    }
    #expect(found == [])
  }

  private func writeBlob() {
    var blob: OpaquePointer?
    sqlite3_blob_open(shop.database.handle, "main", "book", "title", 1, 1, &blob)
    sqlite3_blob_write(blob, "x", 1, 0)
    sqlite3_blob_close(blob)
  }

  @Test(.needs(.rowChanges)) func aBlobThatIsWritten() throws {
    #expect(try durable { writeBlob() } == ["Expected no durable writes, found 1 row: updated book 1."])
    let found = try durable {
      try shop.database.execute("BEGIN")
      writeBlob()
      try shop.database.execute("ROLLBACK")
    }
    #expect(found == [])
  }

  @Test func aBlobThatIsRead() throws {
    let found = try durable {
      var (blob, bytes): (OpaquePointer?, [UInt8]) = (nil, [0])
      sqlite3_blob_open(shop.database.handle, "main", "book", "title", 1, 0, &blob)
      sqlite3_blob_read(blob, &bytes, 1, 0)
      sqlite3_blob_close(blob)
    }
    #expect(found == [])
  }

  @Test func whatAFixtureReplacesIsNone() throws {
    let found = try durable { withoutDatabaseRecording { backup() } }
    #expect(found == [])
  }
}
