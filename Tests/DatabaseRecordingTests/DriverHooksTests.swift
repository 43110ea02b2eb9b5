import DatabaseInstrumentation
import DatabaseRecording
import Testing

/// A database that somebody else wrote a driver and an ORM for, with the public hooks alone.
private final class PaperDatabase: Sendable {
  private let connection = InstrumentedConnection("paper", system: .postgreSQL, serverAddress: "paper.example.com")
  private let authors = [1, 2, 3, 4]

  init() {
    connection.define("CREATE TABLE author (id BIGINT PRIMARY KEY, name TEXT)")
    connection.define("CREATE TABLE book (id BIGINT PRIMARY KEY, author_id BIGINT REFERENCES author (id))")
  }

  deinit { connection.close() }

  struct Failure: Error {
    var sqlState = "23505"
  }

  @discardableResult
  @inline(never) func query(_ sql: String, _ parameters: [String?] = [], rows: Int) -> [Int] {
    connection.statements.withStatement(sql, parameters: parameters) { statement in
      statement.rowsReturned = rows
      return Array(1...max(1, rows))
    }
  }

  @inline(never) func insert(_ sql: String, batch: Int? = nil, fails: Bool = false) throws {
    try connection.statements.withStatement(sql, batchSize: batch) { statement in
      if fails {
        statement.status = Failure().sqlState
        throw Failure()
      }
      statement.rowsChanged = batch ?? 1
    }
  }

  func allAuthors() -> [Int] { query("SELECT * FROM author", rows: authors.count) }

  /// What an ORM does when `author.books` is touched.
  @inline(never) func books(of author: Int) -> [Int] {
    LoaderHooks.withLoad(.lazy, of: "author.books", parentCount: 1) {
      query("SELECT * FROM book WHERE author_id = $1", ["\(author)"], rows: 2)
    }
  }

  func open() -> ExecutingStatement { connection.statements.willExecute("SELECT * FROM author") }

  func read(inside statement: ExecutingStatement, author: Int) {
    let inner = connection.statements.willExecute(
      "SELECT * FROM book WHERE author_id = $1", parameters: ["\(author)"], inside: statement)
    inner.didExecute(rowsReturned: 1)
  }
}

@Suite struct DriverHooksTests {
  @Test func statementsHaveWhatTheDriverTells() throws {
    let database = PaperDatabase()
    let recording = try record {
      database.query("SELECT * FROM book WHERE title = 'secret'", rows: 3)
      try database.insert("INSERT INTO book (author_id) VALUES ($1)", batch: 5)
      #expect(throws: PaperDatabase.Failure.self) {
        try database.insert("INSERT INTO book (id) VALUES (1)", fails: true)
      }
    }
    #expect(recording.statements.map(\.kind) == [.select, .insert, .insert])
    #expect(recording.statements.map(\.rowsReturned) == [3, nil, nil])
    #expect(recording.statements.map(\.rowsChanged) == [nil, 5, nil])
    #expect(recording.statements.allSatisfy { $0.cost == nil && $0.duration != nil })
    #expect(recording.statements.map { $0.error?.status } == [nil, nil, "23505"])
    #expect(recording.selects.first?.sql == "SELECT * FROM book WHERE title = ?")
    #expect(recording.connections.map(\.name) == ["paper"])
    #expect(recording.connections.first?.system == .postgreSQL)
    #expect(!recording.description.contains("secret"))
  }

  @Test func aFlushOfTheORMIsComparedWithWhatTheDriverTells() throws {
    let database = PaperDatabase()
    let recording = try record {
      try FlushHooks.withFlush("session", new: ["book": 5]) {
        try database.insert("INSERT INTO book (author_id) VALUES ($1)", batch: 5)
      }
    }
    #expect(recording.findings.isEmpty)
    #expect(recording.flushes.map(\.executed.inserted) == [["book": 5]])
    #expect(recording.flushes.map(\.announced?.inserted) == [["book": 5]])

    let wrong = try record {
      try FlushHooks.withFlush("session", new: ["book": 5, "author": 1]) {
        try database.insert("INSERT INTO book (author_id) VALUES ($1)", batch: 3)
      }
    }
    #expect(wrong.findings.map(\.kind) == [.flush])
    #expect(
      wrong.findings.first?.headline
        == "Expected flush \"session\" to write what it announced: 1 row inserted into author, found 0, and 1 more count differs."
    )
  }

  @Test func whatADriverDoesNotTellIsNotClaimed() throws {
    let database = PaperDatabase()
    let recording = try record {
      try database.insert("INSERT INTO book (author_id) VALUES ($1)")
      try database.insert("INSERT INTO book (author_id) VALUES ($1)")
    }
    for expectation in [
      DatabaseExpectation.commits(1), .rollbacks(0), .closedTransactions, .writesInTransactions, .noDurableWrites,
      .flush(inserted: ["book": 2]),
    ] {
      let findings = recording.check(expectation)
      #expect(findings.map(\.kind) == [.blind], "\(expectation)")
      #expect(findings.first?.headline.contains("which do not tell what a transaction keeps") == true)
    }
  }

  @Test func aDeclaredLoadKeepsTheNameOfTheORM() {
    let database = PaperDatabase()
    let recording = record { _ = database.books(of: 1) }
    #expect(recording.loads.map(\.description) == ["lazy author.books (#1)"])
    #expect(recording.loads.first?.parentCount == 1)
  }

  @Test func theStatementsOfOneDeclaredLoadAreOneLoad() {
    let database = PaperDatabase()
    let recording = record {
      LoaderHooks.withLoad(.selectIn, of: "author.books", parentCount: 4) {
        for chunk in 0..<2 {
          database.query("SELECT * FROM book WHERE author_id IN ($1, $2)", ["\(chunk)", "\(chunk + 1)"], rows: 4)
        }
      }
    }
    #expect(recording.loads.map(\.description) == ["selectIn author.books (#1, #2)"])
    #expect(recording.loads.first?.parentCount == 4)
  }

  @Test func aFetchForItsOwnSakeIsNoLoad() {
    let database = PaperDatabase()
    let recording = record {
      database.query("SELECT * FROM book WHERE author_id = $1", ["1"], rows: 2)
      LoaderHooks.withIdentityLoad(of: "author") {
        _ = database.query("SELECT * FROM author WHERE id = $1", ["1"], rows: 1)
      }
    }
    #expect(recording.loads.map(\.relationship) == ["book.author_id"])
  }

  @Test func withoutADeclarationItIsInferred() {
    let database = PaperDatabase()
    let recording = record {
      database.query("SELECT * FROM book WHERE author_id = $1", ["1"], rows: 2)
      let open = database.open()
      database.read(inside: open, author: 1)
      open.didExecute(rowsReturned: 1)
    }
    #expect(recording.loads.map(\.strategy) == [.lazy, .immediate])
    #expect(recording.loads.map(\.relationship) == ["book.author_id", "book.author_id"])
  }

  @Test func anNPlusOneOfTheORMIsFoundByItsName() throws {
    let database = PaperDatabase()
    let recording = record {
      let authors = database.allAuthors()
      repeating(authors.count) { number in _ = database.books(of: authors[number - 1]) }
    }
    let finding = try #require(recording.findings.first)
    #expect(recording.findings.count == 1)
    #expect(finding.relationship == "author.books")
    #expect(finding.count == 4)
    #expect(finding.message.contains("4 of 5 queries load author.books one author at a time"))
  }

  @Test func asynchronousStatementsToo() async throws {
    let connection = InstrumentedConnection("paper", system: .mySQL)
    let recorder = DatabaseRecorder("", at: CodeLocation(fileID: "a/b", filePath: "a/b", line: 1, column: 1))
    await recorder.bind {
      await LoaderHooks.withLoad(.joined, of: "author.books") {
        await connection.statements.withStatement("SELECT * FROM `author`") { statement in
          await Task.yield()
          statement.rowsReturned = 1
        }
      }
    }
    let recording = recorder.finish()
    #expect(recording.loads.map(\.description) == ["joined author.books (#1)"])
    #expect(recording.statements.map(\.rowsReturned) == [1])
  }

  @Test func aTokenThatIsDroppedStaysOpen() {
    let connection = InstrumentedConnection("paper", system: .postgreSQL)
    let recording = record { _ = connection.statements.willExecute("SELECT 1") }
    #expect(recording.statements.map(\.duration) == [nil])
    #expect(recording.statements.map(\.rowsReturned) == [nil])
  }

  @Test func anEndIsToldOnce() {
    let connection = InstrumentedConnection("paper", system: .postgreSQL)
    let recording = record {
      let statement = connection.statements.willExecute("SELECT 1")
      statement.didExecute(rowsReturned: 1)
      statement.didFail(PaperDatabase.Failure())
      statement.didExecute(rowsReturned: 7)
    }
    #expect(recording.statements.map(\.rowsReturned) == [1])
    #expect(recording.statements.first?.error == nil)
  }
}
