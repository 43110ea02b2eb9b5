import CSQLiteForTests
import DatabaseTesting
import TestSupport
import Testing

/// Reads of one query on several connections, as those of a pool: versions of different connections cannot be compared.
@Suite(.serialized) struct ManyConnectionsTests {
  private let file: TemporaryFile
  private let connections: [SQLiteDatabase]

  init() throws {
    file = try TemporaryFile()
    let path = file.path
    connections = try withoutDatabaseRecording {
      let first = try Shop(path).database
      try first.execute("PRAGMA journal_mode = WAL")
      return try [first, SQLiteDatabase(path), SQLiteDatabase(path)]
    }
  }

  private func read(_ connection: Int) throws {
    _ = try connections[connection].rows("SELECT title FROM book WHERE id = ?", 1)
  }

  /// - Returns: How often a query ran that is called a duplicate.
  private func duplicates(_ order: [Int], before: (Int) throws -> Void = { _ in }) throws -> [Int] {
    let recording = try recordDatabase {
      for (round, connection) in order.enumerated() {
        try before(round)
        try read(connection)
      }
    }
    return recording.check(.noDuplicateQueries).map(\.count)
  }

  private func anotherProcessWrites(_ round: Int) throws {
    // A connection that nobody instruments is as good as another process.
    try withoutHooks { try SQLiteDatabase(file.path).execute("UPDATE book SET title = 'title \(round)'") }
  }

  @Test func nothingIsWritten() throws {
    #expect(try duplicates([0, 1, 0, 1]) == [4])
    #expect(try duplicates([0, 1, 2, 0, 1, 2]) == [6])
  }

  @Test func whatIsNotKnownIsNone() throws {
    #expect(try duplicates([0, 1]) == [])
    #expect(try duplicates([0, 1, 2]) == [])
    #expect(try duplicates([0, 0, 1]) == [2])
    #expect(try duplicates([0, 0, 1, 1]) == [2, 2])
  }

  @Test func anotherProcessWritesInBetween() throws {
    #expect(try duplicates([0, 1], before: anotherProcessWrites) == [])
    #expect(try duplicates([0, 1, 0, 1], before: anotherProcessWrites) == [])
    #expect(try duplicates([0, 1, 2, 0, 1, 2], before: anotherProcessWrites) == [])
  }

  @Test func anotherProcessWritesOnce() throws {
    #expect(try duplicates([0, 1, 0, 1, 0, 1, 0, 1]) { if $0 == 4 { try anotherProcessWrites(4) } } == [4, 4])
  }

  @Test func anotherConnectionWritesToAnotherTable() throws {
    let found = try duplicates([0, 1, 0, 1]) { round in
      try connections[2].execute("INSERT INTO setting VALUES (\(round), 'x')")
    }
    #expect(found == [4])
  }

  @Test func anotherConnectionWritesToTheTable() throws {
    let found = try duplicates([0, 1, 0, 1]) { try connections[2].execute("UPDATE book SET title = 'other \($0)'") }
    #expect(found == [])
  }

  @Test func aBackupInBetween() throws {
    let source = try withoutDatabaseRecording { try Shop() }
    let found = try duplicates([0, 1, 0, 1]) { _ in
      let backup = sqlite3_backup_init(connections[2].handle, "main", source.database.handle, "main")
      sqlite3_backup_step(backup, -1)
      sqlite3_backup_finish(backup)
    }
    #expect(found == [])
  }

  /// What a transaction has read it reads again, whatever others wrote meanwhile.
  @Test func aTransactionThatSeesWhatWasThereBefore() throws {
    let recording = try recordDatabase {
      try connections[0].execute("BEGIN")
      for (round, connection) in [0, 1, 0, 1].enumerated() {
        if round == 1 { try anotherProcessWrites(round) }
        try read(connection)
      }
      try connections[0].execute("COMMIT")
    }
    #expect(recording.check(.noDuplicateQueries).map(\.count) == [])
  }
}
