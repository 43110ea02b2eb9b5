import CStatementLog
import DatabaseInstrumentation
import DatabaseTesting
import TestSupport
import Testing

/// Where a read came from is known of every execution, so that a loop is found however often its query ran elsewhere before.
@Suite struct PlaceTests {
  private let shop: Shop

  init() throws {
    shop = try withoutDatabaseRecording { try Shop(authors: 30) }
  }

  /// The numbers of the statements of each finding, from the first to the last.
  private func numbers(_ findings: [Finding]) -> [String] {
    findings.map { finding in
      let numbers = finding.statements.map(\.number)
      return "\(numbers.first ?? 0)...\(numbers.last ?? 0)"
    }
  }

  @Test(.needs(.chains)) func eightLookupsOnEightLinesAndThenALoop() throws {
    let recording = try recordDatabase {
      let authors = try shop.authors()
      _ = try shop.books(of: 1)
      _ = try shop.books(of: 2)
      _ = try shop.books(of: 3)
      _ = try shop.books(of: 4)
      _ = try shop.books(of: 5)
      _ = try shop.books(of: 6)
      _ = try shop.books(of: 7)
      _ = try shop.books(of: 8)
      for author in authors {
        _ = try shop.books(of: author)
      }
    }
    #expect(numbers(recording.findings) == ["10...39"])
    #expect(recording.notes == [])
  }

  @Test(.needs(.chains)) func aLoopOfEightAndOneOfAll() throws {
    let recording = try recordDatabase {
      let authors = try shop.authors()
      for author in authors.prefix(8) {
        _ = try shop.books(of: author)
      }
      for author in authors {
        _ = try shop.books(of: author)
      }
    }
    #expect(numbers(recording.findings) == ["10...39", "2...9"])
  }

  @Test func twentyLookupsOnOneLineEachAreStillNone() throws {
    let recording = try recordDatabase {
      _ = try shop.authors()
      _ = try (shop.books(of: 1), shop.books(of: 2), shop.books(of: 3), shop.books(of: 4), shop.books(of: 5))
      _ = try (shop.books(of: 6), shop.books(of: 7), shop.books(of: 8), shop.books(of: 9), shop.books(of: 10))
      _ = try (shop.books(of: 11), shop.books(of: 12), shop.books(of: 13), shop.books(of: 14), shop.books(of: 15))
      _ = try (shop.books(of: 16), shop.books(of: 17), shop.books(of: 18), shop.books(of: 19), shop.books(of: 20))
    }
    #expect(recording.check(.noNPlusOne).map(\.message) == [])
  }

  @Test(.needs(.chains)) func theSameAgainAfterManyOthers() throws {
    let recording = try recordDatabase {
      _ = try (shop.setting(1), shop.setting(2), shop.setting(3), shop.setting(4), shop.setting(5), shop.setting(6))
      _ = try (shop.setting(7), shop.setting(8), shop.setting(9), shop.setting(10), shop.setting(11), shop.setting(12))
      for _ in 1...3 {
        _ = try shop.setting(1)
      }
    }
    #expect(numbers(recording.check(.noDuplicateQueries)) == ["13...15"])
  }

  @Test(.needs(.chains)) func awaitedLookups() async throws {
    let shop = shop
    @concurrent @Sendable func books(of author: Int) async throws -> [Int] { try shop.books(of: author) }
    let recording = try await recordDatabase {
      let authors = try shop.authors()
      _ = try await books(of: 1)
      _ = try await books(of: 2)
      _ = try await books(of: 3)
      _ = try await books(of: 4)
      _ = try await books(of: 5)
      _ = try await books(of: 6)
      _ = try await books(of: 7)
      _ = try await books(of: 8)
      for author in authors {
        _ = try await books(of: author)
      }
    }
    #expect(numbers(recording.findings) == ["10...39"])
  }

  @Test(.needs(.chains)) func lookupsThatADriverTellsOf() throws {
    let connection = InstrumentedConnection("driver", system: .postgreSQL)
    defer { connection.close() }
    connection.define("CREATE TABLE author (id BIGINT PRIMARY KEY)")
    connection.define("CREATE TABLE book (id BIGINT PRIMARY KEY, author_id BIGINT REFERENCES author (id))")
    func books(of author: Int) {
      connection.statements.withStatement("SELECT * FROM book WHERE author_id = $1", parameters: ["\(author)"]) {
        $0.rowsReturned = 1
      }
    }
    let recording = recordDatabase {
      connection.statements.withStatement("SELECT * FROM author", parameters: []) { $0.rowsReturned = 30 }
      books(of: 1)
      books(of: 2)
      books(of: 3)
      books(of: 4)
      books(of: 5)
      books(of: 6)
      books(of: 7)
      books(of: 8)
      for author in 1...30 {
        books(of: author)
      }
    }
    #expect(numbers(recording.findings) == ["10...39"])
  }

  @Test(.needs(.chains)) func everyReadHasAPlaceAndFurtherWritesHaveNone() throws {
    let recording = try recordDatabase {
      for key in 1...20 {
        _ = try shop.setting(key)
        try shop.database.rows("INSERT INTO setting VALUES (?, 'x')", key)
      }
    }
    let records = recording.statements.map(\.record)
    #expect(Set(recording.selects.map(\.record.stack)).count == 1)
    #expect(records.count { $0.stack == 0 } == 12)
  }

  /// More different places than are kept: of those beyond nothing is claimed, and it is said.
  @Test func aReadFromEverywhere() throws {
    let recording = try recordDatabase {
      _ = try shop.authors()
      try branch(11) { _ = try shop.books(of: 1 + $0 % 30) }
    }
    #expect(recording.queries.count == 2_049)
    #expect(
      recording.notes.contains { $0.hasPrefix("uncertain: where ") && $0.contains(" reads came from is not known") })
  }

  /// As many different stacks as a tree of calls has leaves.
  @inline(never) private func branch(_ depth: Int, _ number: Int = 0, _ body: (Int) throws -> Void) throws {
    guard depth > 0 else { return try body(number) }
    try branch(depth - 1, 2 * number, body)
    try branch(depth - 1, 2 * number + 1, body)
    own += depth
  }
}

nonisolated(unsafe) private var own = 0  // Nobody reads it.
