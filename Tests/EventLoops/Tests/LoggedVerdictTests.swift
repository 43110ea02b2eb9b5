import DatabaseInstrumentation
import DatabaseTesting
import Logging
import Testing

extension EventLoopTests {
  /// What a log tells of, in verdicts: right, or that it is not known.
  @Suite struct LoggedVerdictTests {
    // MARK: Foreign keys

    @Test func aLoopWhoseKeysAreUnknownIsBlind() async throws {
      let client = StandInClient(StandInClient.library(hasKeys: false))
      let recording = try await recordDatabase { try await client.booksOfEach() }
      let findings = recording.check(.noNPlusOne)
      #expect(findings.map(\.kind) == [.blind])
      #expect(
        findings.first?.headline
          == ".noNPlusOne cannot be checked: the foreign keys of this database are not known.")
      #expect(findings.first?.message.contains("LoggedDatabase.defineOnce { … }") == true)
      #expect(recording.check(.noLazyLoads).map(\.kind) == [.blind])
      #expect(recording.check(.queries(5)).isEmpty)
    }

    @Test func whatNeedsNoKeysIsNot() async throws {
      let client = StandInClient(StandInClient.library(hasKeys: false))
      let recording = try await recordDatabase {
        try await client.authors()
        try await client.query(#"SELECT "books".* FROM "books" WHERE "books"."author_id" IN ($1, $2)"#, ["1", "2"])
      }
      #expect(recording.check(.noNPlusOne, .queries(2), .noDuplicateQueries).isEmpty)
    }

    @Test func aLoopWhoseKeysWereToldIsFound() async throws {
      let client = StandInClient(StandInClient.library())
      let recording = try await recordDatabase { try await client.booksOfEach() }
      let findings = recording.check(.noNPlusOne)
      #expect(findings.map(\.relationship) == ["books.author_id"])
      #expect(findings.first?.callSite?.fileName == "StandInClient.swift")
      #expect(findings.first?.message.contains("still open") == false)
    }

    @Test func whatIsToldIsRememberedForTheDatabase() async throws {
      LoggedDatabase("remembered", system: .postgreSQL)
        .define(#"CREATE TABLE "authors" ("id" BIGINT PRIMARY KEY)"#)
      let other = StandInClient(LoggedDatabase("remembered", system: .postgreSQL))
      try await other.raw(
        #"CREATE TABLE "books" ("id" BIGINT, "author_id" BIGINT REFERENCES "authors" ("id"))"#)
      let recording = try await recordDatabase { try await other.booksOfEach() }
      #expect(recording.check(.noNPlusOne).map(\.kind) == [.nPlusOne])
      let elsewhere = StandInClient(LoggedDatabase("remembered elsewhere", system: .postgreSQL))
      let unknown = try await recordDatabase { try await elsewhere.booksOfEach() }
      #expect(unknown.check(.noNPlusOne).map(\.kind) == [.blind])
    }

    @Test func definitionsAreReadOnceForAll() async throws {
      let database = LoggedDatabase("read once", system: .postgreSQL)
      let client = StandInClient(database)
      let reads = Reads()
      let recordings = try await together(8) { _ in
        try await database.defineOnce {
          await reads.add()
          try await client.raw("SELECT 'CREATE TABLE …'")
          return [
            "CREATE TABLE authors (id bigint, PRIMARY KEY (id))",
            "CREATE TABLE books (id bigint, author_id bigint, FOREIGN KEY (author_id) REFERENCES authors(id))",
          ]
        }
        try await client.booksOfEach()
      }
      #expect(await reads.count == 1)
      #expect(recordings.allSatisfy { $0.check(.noNPlusOne).map(\.kind) == [.nPlusOne] && $0.queries.count == 5 })
      // A table that is not among them has no keys.
      let recording = try await recordDatabase {
        try await client.authors()
        for number in 1...2 {
          try await client.query("SELECT * FROM tags WHERE book_id = $1", ["\(number)"], table: "tags")
        }
      }
      #expect(recording.check(.noNPlusOne).isEmpty)
    }

    @Test func aReadThatFailedIsTriedAgain() async throws {
      let database = LoggedDatabase("read again", system: .postgreSQL)
      await #expect(throws: StandInClient.Failure.self) {
        try await database.defineOnce { throw StandInClient.Failure() }
      }
      var isRead = false
      await database.defineOnce {
        isRead = true
        return []
      }
      #expect(isRead)
    }

    private actor Reads {
      private(set) var count = 0

      func add() async {
        count += 1
        try? await Task.sleep(for: .milliseconds(20))
      }
    }

    // MARK: Failures

    @Test func whetherAStatementFailedIsNotKnownOfALogAlone() async throws {
      let client = StandInClient(StandInClient.library())
      let recording = try await recordDatabase {
        try? await client.raw(StandInClient.allAuthors, fails: true)
        try await client.raw(StandInClient.allAuthors)
      }
      for expectation in [DatabaseExpectation.noFailures, .fails(1), .fails(0), .fails(2)] {
        let findings = recording.check(expectation)
        #expect(findings.map(\.kind) == [.blind], "\(expectation)")
        #expect(
          findings.first?.headline
            == "\(expectation) cannot be checked: of 2 statements only a log message tells, which does not say whether they failed."
        )
      }
      #expect(recording.check(.fails(3)).map(\.kind) == [.failure])
      #expect(recording.check(.fails(...2)).isEmpty)
    }

    @Test func aSpanThatKnowsTheErrorAndALogThatKnowsTheTextAreOneStatement() async throws {
      let client = StandInClient(StandInClient.library())
      let recording = try await recordDatabase {
        try? await client.query(StandInClient.insertBook, ["1", "1"], operation: "create", fails: true)
        try await client.authors()
      }
      #expect(recording.statements.count == 2)
      #expect(recording.statements.map(\.sql).last == StandInClient.allAuthors)
      #expect(recording.statements.map { $0.error != nil } == [true, false])
      #expect(recording.statements.allSatisfy { $0.duration != nil })
      #expect(recording.check(.noFailures).map(\.kind) == [.failure])
      #expect(recording.check(.fails(1)).isEmpty)
      #expect(recording.check(.fails(2)).map(\.kind) == [.failure])
      let good = try await recordDatabase { try await client.booksOfEach() }
      #expect(good.check(.noFailures).isEmpty)
    }

    @Test func oneWithoutASpanMakesTheOthersUncertain() async throws {
      let client = StandInClient(StandInClient.library())
      let recording = try await recordDatabase {
        try? await client.query(StandInClient.insertBook, ["1", "1"], operation: "create", fails: true)
        try await client.raw("SELECT 1 FROM authors")
      }
      #expect(recording.check(.noFailures).map(\.kind) == [.failure])
      #expect(recording.check(.fails(1)).map(\.kind) == [.blind])
      #expect(recording.check(.fails(1...)).isEmpty)
    }

    // MARK: Spans

    @Test func spansOfAnORMAloneAreBlind() async throws {
      let client = StandInClient(Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() })
      let recording = try await recordDatabase {
        try await client.authors()
        try await client.raw(StandInClient.allAuthors)
        try await client.threeInserts()
      }
      #expect(recording.isBlind)
      for expectation in [DatabaseExpectation.queries(1), .noNPlusOne, .noWrites, .queries(...9)] {
        let findings = recording.check(expectation)
        #expect(findings.map(\.kind) == [.blind], "\(expectation)")
        #expect(
          findings.first?.headline.contains("has none for what it sends in transactions, futures and raw SQL") == true)
      }
    }

    @Test func anAggregateIsARead() async throws {
      let client = StandInClient(StandInClient.library())
      let recording = try await recordDatabase {
        try await client.query(
          #"SELECT COUNT("authors"."id") AS "aggregate" FROM "authors""#, operation: "aggregate(count(authors[id]))",
          table: "authors")
      }
      #expect(recording.statements.count == 1)
      #expect(recording.check(.noFailures, .selects(1)).isEmpty)
      #expect(!recording.isBlind)
    }

    // MARK: Repetitions

    @Test func theSameQueryInALoop() async throws {
      let client = StandInClient(StandInClient.library())
      let recording = try await recordDatabase {
        for _ in 0..<3 { try await client.query(StandInClient.booksOfAuthor, ["7"]) }
      }
      #expect(recording.check(.noDuplicateQueries).map(\.kind) == [.duplicateQuery])
      let two = try await recordDatabase {
        try await client.query(StandInClient.booksOfAuthor, ["7"])
        try await client.query(StandInClient.booksOfAuthor, ["7"])
      }
      #expect(two.check(.noDuplicateQueries).isEmpty)
    }

    @Test func theSameQueryWithoutATaskIsBlind() async throws {
      let client = StandInClient(StandInClient.library())
      let recording = try await recordDatabase {
        try await client.transaction { connection in
          for _ in 0..<3 { await connection.query(StandInClient.booksOfAuthor, ["7"]) }
        }
      }
      let findings = recording.check(.noDuplicateQueries)
      #expect(findings.map(\.kind) == [.blind])
      #expect(
        findings.first?.headline.contains("whether 3 runs of one statement came from one line is not known") == true)
      let other = try await recordDatabase {
        try await client.transaction { connection in
          for number in 1...2 { await connection.query(StandInClient.booksOfAuthor, ["\(number)"]) }
        }
      }
      #expect(other.check(.noDuplicateQueries).isEmpty)
    }

    @Test(arguments: ["16 bytes", "2026-11-30 13:18:02 +0000"])
    func valuesThatArePrintedAlikeAreUnknown(value: String) async throws {
      let client = StandInClient(StandInClient.library())
      let recording = try await recordDatabase {
        for _ in 0..<3 { try await client.query(#"SELECT * FROM "books" WHERE "hash" = $1"#, [value]) }
      }
      let findings = recording.check(.noDuplicateQueries)
      #expect(findings.map(\.kind) == [.blind])
      #expect(findings.first?.headline.contains("the values of 3 runs of one statement are not known") == true)
      #expect(recording.notes.contains { $0.contains("is logged like others") })
    }

    @Test func insertsInALoop() async throws {
      let client = StandInClient(StandInClient.library())
      let loop = try await recordDatabase {
        for number in 1...3 { try await client.raw(StandInClient.insertBook, ["\(number)", "1"]) }
      }
      #expect(loop.check(.batchedInserts).map(\.kind) == [.rowByRowInserts])
      let batch = try await recordDatabase {
        for _ in 0..<2 {
          try await client.raw(
            #"INSERT INTO "books" ("id", "author_id") VALUES ($1, $2), ($3, $4)"#, ["1", "1", "2", "1"])
        }
      }
      #expect(batch.check(.batchedInserts).isEmpty)
      let taskless = try await recordDatabase { try await client.threeInserts() }
      #expect(taskless.check(.batchedInserts).map(\.kind) == [.blind])
    }

    // MARK: Transactions and words

    @Test func whatATransactionKeptIsNotKnown() async throws {
      let client = StandInClient(StandInClient.library())
      let recording = try await recordDatabase { try await client.threeInserts() }
      for expectation in [
        DatabaseExpectation.commits(1), .rollbacks(0), .writesInTransactions, .noDurableWrites, .closedTransactions,
        .flush(inserted: ["books": 3]),
      ] {
        let findings = recording.check(expectation)
        #expect(findings.map(\.kind) == [.blind], "\(expectation)")
        #expect(findings.first?.message.contains("SQLITE") == false)
      }
    }

    @Test func theWordsAreTheDatabases() async throws {
      let client = StandInClient(Logger(label: "app") { _ in RecordingLogHandler() })
      let recording = try await recordDatabase { try await client.booksOfEach() }
      #expect(recording.connections.map(\.name) == ["the logged database"])
      let named = StandInClient(StandInClient.library("shop"))
      let other = try await recordDatabase { try await named.booksOfEach() }
      #expect(other.connections.map(\.name) == ["shop"])
      #expect(other.connections.map(\.system) == [.postgreSQL])
    }
  }
}
