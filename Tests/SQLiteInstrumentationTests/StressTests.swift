#if os(Linux)
  import CSQLiteForTests
  import DatabaseTesting
  import Foundation
  import Synchronization
  import TestSupport
  import Testing

  /// Eight threads that open, close, fail, step across threads, prepare badly and read evidence, all at once: for the sanitizers
  /// above all. Every recording has exactly what its own thread did.
  @Suite struct StressTests {
    @Test func eightThreads() throws {
      let file = try TemporaryFile()
      let shared = try withoutDatabaseRecording { try Shop(file.path) }
      try shared.database.execute("PRAGMA journal_mode = WAL")
      // Before its first read of the log nothing keeps others from closing as the last one, which locks the file.
      sqlite3_busy_timeout(shared.database.handle, 10_000)
      let rounds = isThreadSanitized ? 15 : 40
      let problems = Mutex<[String]>([])
      let passed = Baton()
      let threads = (0..<8).map { number in
        Thread {
          for round in 0..<rounds {
            do {
              try Worker(number: number, round: round, file: file.path, shared: shared.database, baton: passed).run()
            } catch {
              problems.withLock { $0.append("\(number)/\(round): \(error)") }
            }
          }
        }
      }
      for thread in threads { thread.start() }
      while threads.contains(where: { !$0.isFinished }) { usleep(2_000) }
      passed.finish()
      #expect(problems.withLock { $0 } == [])
    }
  }

  /// A statement that one thread began and another goes on with.
  private final class Baton: @unchecked Sendable {  // The lock hands it over.
    private let lock = NSLock()
    private var held: (database: SQLiteDatabase, statement: OpaquePointer)?

    func exchange(_ next: (SQLiteDatabase, OpaquePointer)?) -> (database: SQLiteDatabase, statement: OpaquePointer)? {
      lock.withLock {
        defer { held = next.map { ($0.0, $0.1) } }
        return held
      }
    }

    func finish() { if let (_, statement) = exchange(nil) { sqlite3_finalize(statement) } }
  }

  private struct Problem: Error, CustomStringConvertible { var description: String }

  private struct Worker {
    let number: Int
    let round: Int
    let file: String
    let shared: SQLiteDatabase
    let baton: Baton

    func run() throws {
      let recording = try recordDatabase {
        let shop = try Shop(authors: 3)
        try shop.authorsWithBooksOneByOne()
        _ = try? shop.database.rows("SELECT nothing FROM author")
        _ = try? shop.database.rows("INSERT INTO author VALUES (1, 'again')")
        try useFile()
        try useShared()
        try passOn(shop)
        if round % 3 == 0 { shop.database.close() }
      }
      try expect(recording.check(.noNPlusOne).count, 1, "N+1", recording)
      try expect(
        recording.statements.filter { $0.error?.isPrepareFailure == true }.count, 1, "failed prepares", recording)
      try expect(recording.inserts.filter { $0.error?.code == 1555 }.count, 1, "failed inserts", recording)
      try expect(recording.selects.on("setting").count, 2, "reads of the file", recording)
      try expect(recording.isBlind ? 1 : 0, 0, "blind", recording)
      _ = recording.check(.noFullScans)
      _ = recording.description
    }

    private func expect(_ found: Int, _ wanted: Int, _ what: String, _ recording: Recording) throws {
      if found != wanted { throw Problem(description: "\(found) \(what) instead of \(wanted)\n\(recording)") }
    }

    private func useFile() throws {
      let own = try SQLiteDatabase(file)
      sqlite3_busy_timeout(own.handle, 10_000)
      _ = try own.rows("SELECT key FROM setting WHERE key = ?", number)
      let cursor = try own.prepare("SELECT id FROM author")
      _ = sqlite3_step(cursor)
      // A connection that is closed while a statement is open.
      own.close()
      _ = sqlite3_step(cursor)
      sqlite3_finalize(cursor)
    }

    private func useShared() throws {
      _ = try shared.rows("SELECT value FROM setting WHERE key = ?", round)
    }

    private func passOn(_ shop: Shop) throws {
      let statement = try shop.database.prepare("SELECT id, abs(id) FROM author")
      _ = sqlite3_step(statement)
      guard let (_, other) = baton.exchange((shop.database, statement)) else { return }
      while sqlite3_step(other) == SQLITE_ROW {}
      sqlite3_finalize(other)
    }
  }
#endif
