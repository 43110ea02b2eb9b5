import CSQLiteForTests
import DatabaseSupport
import DatabaseTesting
import Foundation
import TestSupport

/// A database that the programs of a round share. Its table is read alone.
final class SharedFile: Sendable {
  private let file: TemporaryFile

  init() throws {
    file = try TemporaryFile()
    try withoutDatabaseRecording {
      let database = try SQLiteDatabase(file.path)
      try database.execute(
        "PRAGMA journal_mode = WAL; CREATE TABLE shared (id INTEGER PRIMARY KEY); INSERT INTO shared VALUES (1), (2)")
    }
  }

  func open() throws -> SQLiteDatabase {
    let database = try SQLiteDatabase(file.path)
    sqlite3_busy_timeout(database.handle, 20_000)
    return database
  }
}

/// Random statements on a database of its own and on one that others use, and what they must have done, counted without the package.
struct StatementProgram {
  private let seed: UInt64
  private let file: SharedFile?

  init(seed: UInt64, file: SharedFile?) {
    self.seed = seed
    self.file = file
  }

  func play() throws -> Run.Done {
    let database = try withoutDatabaseRecording { try Self.database() }
    let shared = try withoutDatabaseRecording { try file?.open() }
    var player = Player(seed: seed, database: database, shared: shared)
    let recording = try recordDatabase { for _ in 0..<player.length { try player.step() } }
    return try player.compare(with: recording)
  }

  /// The same with suspensions in between, so that it goes on on other threads.
  func playAwaiting() async throws -> Run.Done {
    let database = try withoutDatabaseRecording { try Self.database() }
    let shared = try withoutDatabaseRecording { try file?.open() }
    var player = Player(seed: seed, database: database, shared: shared)
    let recording = try await recordDatabase {
      for index in 0..<player.length {
        try player.step()
        if index % 7 == 0 { await Task.yield() }
      }
    }
    return try player.compare(with: recording)
  }

  private static func database() throws -> SQLiteDatabase {
    let database = try SQLiteDatabase()
    try database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x INT NOT NULL)")
    return database
  }
}
