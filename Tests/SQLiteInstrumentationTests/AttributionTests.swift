import DatabaseTesting
import Dispatch
import Foundation
import TestSupport
import Testing

@Suite struct AttributionTests {
  @Test(arguments: 1...64)
  func parallelRecordingsHaveExactlyTheirOwn(number: Int) async throws {
    let recording = try await recordDatabase {
      let database = try SQLiteDatabase()
      try database.execute("CREATE TABLE t (a)")
      for value in 0..<number {
        try database.rows("INSERT INTO t VALUES (?)", value)
        await Task.yield()
      }
    }
    #expect(recording.inserts.count == number)
    #expect(recording.statements.count == number + 1)
    #expect(recording.connections.count == 1)
  }

  @Test func childTasksBelongToTheRecording() async throws {
    let recording = try await recordDatabase {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 { group.addTask { _ = try Shop(authors: 2, booksPerAuthor: 0).authors() } }
        try await group.waitForAll()
      }
    }
    #expect(recording.selects.count == 8)
  }

  @Test func anInnerRecordingIsPartOfTheOuterOne() throws {
    let shop = try Shop()
    var inner: Recording?
    let outer = try recordDatabase {
      _ = try shop.authors()
      inner = try recordDatabase { _ = try shop.books(of: 1) }
      _ = try shop.setting(1)
    }
    #expect(inner?.selects.map(\.sql) == ["SELECT id FROM book WHERE authorId = ?"])
    #expect(inner?.selects.first?.number == 1)
    #expect(outer.selects.count == 3)
  }

  @Test func fixturesAreCountedApart() throws {
    let recording = try recordDatabase {
      let shop = try withoutDatabaseRecording { try Shop(authors: 2, booksPerAuthor: 1) }
      _ = try shop.authors()
    }
    #expect(recording.statements.count == 1)
    #expect(recording.excludedCount == 8)
    #expect(recording.description.contains("fixtures: 8 statements left out"))
  }

  @Test func aStatementAfterTheScopeIsNotRecorded() async throws {
    let shop = try Shop()
    var late: Task<Void, any Error>?
    let gate = AsyncStream.makeStream(of: Void.self)
    let recording = recordDatabase {
      late = Task {
        for await _ in gate.stream { break }
        _ = try shop.authors()
      }
    }
    gate.continuation.yield()
    try await late?.value
    #expect(recording.statements.isEmpty)
  }

  @Test func aTaskThatOutlivesAnInnerScopeBelongsToTheOuterOne() async throws {
    let shop = try Shop()
    let gate = AsyncStream.makeStream(of: Void.self)
    let outer = try await recordDatabase {
      var late: Task<Void, any Error>?
      let inner = recordDatabase {
        late = Task {
          for await _ in gate.stream { break }
          _ = try shop.authors()
        }
      }
      gate.continuation.yield()
      try await late?.value
      #expect(inner.statements.isEmpty)
    }
    #expect(outer.selects.count == 1)
  }

  @Test func workWithoutATaskBelongsToTheRecordingThatOpenedTheConnection() async throws {
    let recording = try await recordDatabase {
      let shop = try Shop(authors: 2, booksPerAuthor: 0)
      await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
          _ = try? shop.authors()
          continuation.resume()
        }
      }
      try await Task.detached { _ = try shop.authors() }.value
    }
    #expect(recording.selects.count == 2)
  }

  @Test func workWithoutATaskOnAConnectionOfNobodyIsUnattributed() async throws {
    let shop = try Shop(authors: 2, booksPerAuthor: 0)
    let recording = await recordDatabase {
      await Task.detached { _ = try? shop.books(of: 1) }.value
    }
    #expect(recording.statements.isEmpty)
    #expect(recording.unattributedCount >= 1)
    let finding = try #require(recording.check(.noNPlusOne).first)
    #expect(finding.kind == .blind)
    #expect(finding.message.contains("belonged to no recording"))
  }

  @Test func aDatabaseOfSeveralRecordingsHasNoOwner() async throws {
    let file = try TemporaryFile()
    var kept: Shop?
    let first = try recordDatabase { kept = try Shop(file.path, authors: 1, booksPerAuthor: 0) }
    let shop = try #require(kept)
    let second = try await recordDatabase {
      _ = try shop.authors()
      await Task.detached { _ = try? shop.setting(7) }.value
    }
    #expect(first.selects.isEmpty)
    #expect(second.selects.map(\.sql) == ["SELECT id FROM author ORDER BY id"])
    #expect(second.unattributedCount >= 1)
  }

  @Test func anotherConnectionToTheSameFileSharesItToo() async throws {
    let file = try TemporaryFile()
    var kept: Shop?
    _ = try recordDatabase { kept = try Shop(file.path, authors: 1, booksPerAuthor: 0) }
    let shop = try #require(kept)
    let second = try await recordDatabase {
      let other = try SQLiteDatabase(file.path)
      try other.rows("SELECT id FROM author")
      await Task.detached { _ = try? shop.setting(7) }.value
    }
    #expect(second.selects.count == 1)
  }

  @Test func aStrangersRecordingNeverGetsWorkOfAFinishedOne() async throws {
    var kept: Shop?
    _ = try recordDatabase { kept = try Shop(authors: 1, booksPerAuthor: 0) }
    let shop = try #require(kept)
    let second = await recordDatabase {
      await Task.detached { _ = try? shop.authors() }.value
    }
    #expect(second.statements.isEmpty)
  }

  @Test func aConnectionOpenedInAFixtureBelongsToTheRecordingAroundIt() async throws {
    let recording = try await recordDatabase {
      let shop = try withoutDatabaseRecording { try Shop(authors: 2, booksPerAuthor: 0) }
      await Task.detached { _ = try? shop.authors() }.value
    }
    #expect(recording.selects.count == 1)
  }

  @Test func anInnerScopeSaysWhatTheOuterOneGot() async throws {
    let outer = try await recordDatabase {
      let shop = try Shop(authors: 2, booksPerAuthor: 0)
      let inner = await recordDatabase {
        await Task.detached { _ = try? shop.authors() }.value
      }
      #expect(inner.statements.isEmpty)
      let message = inner.check(.queries(1)).first?.message ?? ""
      #expect(message.contains("1 statement ran meanwhile without a task's context"))
    }
    #expect(outer.selects.count == 1)
  }

  @Test func detailsAreBoundedAndCountsAreExact() throws {
    let database = try SQLiteDatabase()
    try database.execute("CREATE TABLE t (a)")
    let recorder = DatabaseRecorder("", at: CodeLocation(#fileID, #filePath, #line, #column), detailLimit: 10)
    try recorder.bind {
      for value in 0..<100 { try database.rows("INSERT INTO t VALUES (?)", value) }
      for _ in 0..<5 { _ = try? database.rows("SELECT b FROM t") }
      try database.rows("SELECT count(*) FROM t")
    }
    let recording = recorder.finish()
    #expect(recording.inserts.count == 100)
    #expect(Array(recording.inserts).count == 10)
    #expect(recording.queries.count == 101)
    #expect(recording.queries.on("t").count == 101)
    #expect(recording.droppedCount == 96)
    #expect(recording.check(.inserts(100), .selects(1)).isEmpty)
    #expect(recording.check(.noFailures).first?.headline.contains("found 5") == true)
  }

  @Test(.needs(.interposition)) func installingTwiceCountsOnce() throws {
    try SQLiteInstrumentor.install()
    try SQLiteInstrumentor.install()
    let shop = try Shop(authors: 2)
    let handle = try #require(shop.database.handle)
    try SQLiteInstrumentor.instrument(handle)
    try SQLiteInstrumentor.instrument(handle, name: "again")
    let recording = try recordDatabase { _ = try shop.authors() }
    #expect(recording.selects.count == 1)
    #expect(recording.selects.first?.rowsReturned == 2)
  }
}
