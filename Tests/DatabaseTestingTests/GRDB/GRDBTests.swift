import DatabaseSupport

#if GRDB
  import DatabaseTesting
  import Dispatch
  import Foundation
  import GRDB
  import TestSupport
  import Testing

  /// One pool for all tests of the process, made by whichever comes first.
  private enum Shared {
    static let pool = Result {
      let file = try TemporaryFile("shared.sqlite")
      let pool = try DatabasePool(path: file.path)
      try pool.write { db in
        try db.execute(sql: "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT)")
        try db.execute(
          sql: "CREATE TABLE book (id INTEGER PRIMARY KEY, authorId INTEGER REFERENCES author(id), title TEXT)")
        for id in 1...10 {
          try db.execute(sql: "INSERT INTO author VALUES (?, ?)", arguments: [id, "author"])
          try db.execute(sql: "INSERT INTO book VALUES (?, ?, ?)", arguments: [id, id, "book"])
        }
      }
      return (file: file, pool: pool)
    }
  }

  @Suite struct GRDBTests {
    @Test(arguments: 1...64)
    func parallelTestsOnOnePoolHaveExactlyTheirOwn(number: Int) async throws {
      let pool = try Shared.pool.get().pool
      let recording = try await recordDatabase {
        for id in 0..<number {
          _ = try await pool.read { db in
            try Int.fetchOne(db, sql: "SELECT id FROM author WHERE id = ?", arguments: [id])
          }
        }
        _ = try await pool.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM book") }
      }
      #expect(recording.selects.count == number + 1)
      #expect(recording.selects.on("author").count == number)
      #expect(recording.queries.count == number + 1)
    }

    @Test(.database(.queries(1)))
    func pragmasTransactionsAndSchemaReadsAreNoQueries() async throws {
      let queue = try withoutDatabaseRecording { try DatabaseQueue() }
      try await withoutDatabaseRecording { try await queue.write { try $0.execute(sql: "CREATE TABLE t (a)") } }
      _ = try await queue.read { db in
        #expect(try db.tableExists("t"))
        _ = try db.columns(in: "t")
        return try Int.fetchAll(db, sql: "SELECT * FROM t")
      }
      try await queue.write { _ in }
    }

    @Test func asyncReadBelongsToTheRecordingThatOpenedTheQueue() async throws {
      let recording = try await recordDatabase {
        let queue = try DatabaseQueue()
        try await queue.write { try $0.execute(sql: "CREATE TABLE t (a)") }
        await withCheckedContinuation { continuation in
          queue.asyncRead { result in
            _ = try? result.get().execute(sql: "SELECT * FROM t")
            continuation.resume()
          }
        }
      }
      #expect(recording.selects.count == 1)
    }

    @Test func asyncReadOnASharedPoolIsUnattributed() async throws {
      let pool = try Shared.pool.get().pool
      let recording = await recordDatabase {
        await withCheckedContinuation { continuation in
          pool.asyncRead { result in
            _ = try? Int.fetchOne(result.get(), sql: "SELECT 4711 FROM author")
            continuation.resume()
          }
        }
      }
      #expect(!recording.description.contains("Recording: 1 query"))
      #expect(recording.selects.isEmpty)
      #expect(recording.unattributedCount >= 1)
    }

    @Test func anObservationBelongsToTheRecordingThatOpenedTheQueue() async throws {
      let recording = try await recordDatabase {
        let queue = try DatabaseQueue()
        try await queue.write { try $0.execute(sql: "CREATE TABLE t (a)") }
        let observation = ValueObservation.tracking { try Int.fetchOne($0, sql: "SELECT count(*) FROM t") }
        var values: [Int?] = []
        for try await value in observation.values(in: queue) {
          values.append(value)
          if values.count == 2 { break }
          try await queue.write { try $0.execute(sql: "INSERT INTO t VALUES (1)") }
        }
        #expect(values == [0, 1])
      }
      #expect(recording.selects.on("t").count >= 2)
      #expect(recording.inserts.count == 1)
    }

    @Test(.needs(.interposition)) func theAppsOwnTraceIsKept() throws {
      let lines = Lines()
      let recording = try recordDatabase {
        var configuration = Configuration()
        configuration.prepareDatabase { db in db.trace { lines.add("\($0)") } }
        let queue = try DatabaseQueue(configuration: configuration)
        try queue.write { try $0.execute(sql: "CREATE TABLE t (a); INSERT INTO t VALUES (1)") }
        _ = try queue.read { try Int.fetchAll($0, sql: "SELECT a FROM t") }
      }
      #expect(lines.all.contains("SELECT a FROM t"))
      #expect(recording.selects.count == 1)
      #expect(recording.selects.first?.rowsReturned == 1)
      #expect(recording.inserts.count == 1)
      #expect(!recording.isBlind)
    }

    @Test(.needs(.lines)) func anNPlusOneInOneAccess() throws {
      let queue = try makeQueue()
      let recording = try recordDatabase {
        try queue.read { db in
          for id in try Int.fetchAll(db, sql: "SELECT id FROM author") {
            _ = try Int.fetchAll(db, sql: "SELECT id FROM book WHERE authorId = ?", arguments: [id])
          }
        }
      }
      let finding = try #require(recording.findings.first)
      #expect(finding.relationship == "book.authorId")
      #expect(finding.count == 5)
      #expect(finding.callSite?.fileName == "GRDBTests.swift")
      #expect(finding.callSite?.function == "GRDBTests.anNPlusOneInOneAccess()")
      #expect(finding.message.contains("fix: load them together: Author.including(all: Author.books)"))
    }

    @Test(.needs(.lines)) func anImmediateNPlusOne() throws {
      let queue = try makeQueue()
      let recording = try recordDatabase {
        try queue.read { db in
          let cursor = try Int.fetchCursor(db, sql: "SELECT authorId FROM book")
          while let id = try cursor.next() {
            _ = try Int.fetchOne(db, sql: "SELECT id FROM author WHERE id = ?", arguments: [id])
          }
        }
      }
      let finding = try #require(recording.findings.first)
      #expect(finding.relationship == "book.authorId")
      #expect(finding.message.contains("immediate, 5 distinct keys"))
      #expect(finding.message.contains("fix: load them together: Book.including(required: Book.author)"))
    }

    @Test func anNPlusOneOverManyAccesses() async throws {
      let queue = try makeQueue()
      let recording = try await recordDatabase {
        let ids = try await queue.read { try Int.fetchAll($0, sql: "SELECT id FROM author") }
        for id in ids {
          _ = try await queue.read { db in
            try Int.fetchAll(db, sql: "SELECT id FROM book WHERE authorId = ?", arguments: [id])
          }
        }
      }
      #expect(recording.findings.map(\.kind) == [.nPlusOne])
      #expect(recording.findings.first?.count == 5)
    }

    @Test func aFewLookupsInAsynchronousCodeAreSilent() async throws {
      let queue = try makeQueue()
      func books(of author: Int) async throws -> [Int] {
        try await queue.read {
          try Int.fetchAll($0, sql: "SELECT id FROM book WHERE authorId = ?", arguments: [author])
        }
      }
      let recording = try await recordDatabase {
        _ = try await queue.read { try Int.fetchAll($0, sql: "SELECT id FROM author") }
        _ = try await books(of: 1)
        _ = try await books(of: 2)
        _ = try await books(of: 2)
      }
      #expect(recording.findings.isEmpty)
    }

    @Test func aFunctionThatSendsWhateverTheAppReadsIsNoLoop() async throws {
      let queue = try makeQueue()
      func fetch(_ sql: String, _ arguments: StatementArguments = []) async throws -> [Int] {
        try await queue.read { try Int.fetchAll($0, sql: sql, arguments: arguments) }
      }
      let recording = try await recordDatabase {
        _ = try await fetch("SELECT id FROM author WHERE id < 3")
        _ = try await fetch("SELECT id FROM book WHERE authorId = ?", [1])
        _ = try await fetch("SELECT id FROM book WHERE authorId = ?", [2])
      }
      #expect(recording.findings.isEmpty)
    }

    @Test func aFileThatIsGoneWhenFindingsAreComputedHasItsForeignKeysAllTheSame() async throws {
      let recording = try await recordDatabase {
        let file = try TemporaryFile("library.sqlite")
        let pool = try DatabasePool(path: file.path)
        try await pool.write { db in
          try db.create(table: "author") { $0.autoIncrementedPrimaryKey("id") }
          try db.create(table: "book") { table in
            table.autoIncrementedPrimaryKey("id")
            table.column("authorId", .integer).notNull().indexed().references("author", onDelete: .cascade)
          }
          for _ in 1...4 { try db.execute(sql: "INSERT INTO author DEFAULT VALUES") }
        }
        try await pool.read { db in
          for id in try Int.fetchAll(db, sql: "SELECT id FROM author") {
            _ = try Int.fetchAll(db, sql: #"SELECT id FROM "book" WHERE "authorId" = ?"#, arguments: [id])
          }
        }
      }
      #expect(recording.findings.map(\.relationship) == ["book.authorId"])
    }

    private func makeQueue() throws -> DatabaseQueue {
      try withoutDatabaseRecording {
        let queue = try DatabaseQueue()
        try queue.write { db in
          try db.execute(sql: "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT)")
          try db.execute(
            sql: "CREATE TABLE book (id INTEGER PRIMARY KEY, authorId INTEGER REFERENCES author(id), title TEXT)")
          for id in 1...5 {
            try db.execute(sql: "INSERT INTO author VALUES (?, 'author')", arguments: [id])
            try db.execute(sql: "INSERT INTO book VALUES (?, ?, 'book')", arguments: [id, id])
          }
        }
        return queue
      }
    }
  }

  private final class Lines: Sendable {
    private let lines = Locked<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }
#endif
