import DatabaseTesting
import Foundation
import TestSupport
import Testing

@Suite struct ExpectDatabaseTests {
  @Test func anExpectationThatHoldsIsSilentAndReturnsTheResult() throws {
    let shop = try Shop(authors: 3)
    let authors = try expectDatabase(.queries(1), .noNPlusOne, .noDuplicateQueries, .noFailures) { try shop.authors() }
    #expect(authors == [1, 2, 3])
  }

  @Test func theAsynchronousFormToo() async throws {
    let shop = try Shop(authors: 3)
    let authors = try await expectDatabase(.queries(1)) {
      await Task.yield()
      return try shop.authors()
    }
    #expect(authors == [1, 2, 3])
  }

  @Test(.needs(.lines)) func aWrongCountFailsAtTheLineOfTheCall() throws {
    let shop = try Shop(authors: 2)
    let line = #line + 2
    try expectingIssue {
      try expectDatabase(.queries(2)) { try shop.authorsWithBooksOneByOne() }
    } matching: { message, location in
      #expect(location.line == line)
      #expect(location.fileName == "ExpectDatabaseTests.swift")
      #expect(
        message.hasPrefix(
          """
          Expected 2 queries, found 3.
            2×  SELECT id FROM book WHERE authorId = ?    #2, #3
                 at Shop.swift:28 in Shop.books(of:), through SQLiteDatabase.rows(_:_:)
            1×  SELECT id FROM author ORDER BY id    #1
                 at Shop.swift:24 in Shop.authors(), through SQLiteDatabase.rows(_:_:)
          """))
    }
  }

  @Test(.needs(.lines)) func anNPlusOneNamesTheLineOfTheApp() throws {
    let shop = try Shop(authors: 4)
    try expectingIssue {
      try expectDatabase(.noNPlusOne) { try shop.authorsWithBooksOneByOne() }
    } matching: { message, _ in
      let lines = message.split(separator: "\n").map(String.init)
      #expect(lines.count == 6)
      #expect(lines[0] == "Expected no N+1 queries, found 1: 4 of 5 queries load book.authorId one author at a time.")
      #expect(lines[1].hasPrefix("  4×  SELECT id FROM book WHERE authorId = ?    lazy, 4 distinct keys, "))
      #expect(lines[1].hasSuffix(" steps    #2 … #5"))
      #expect(lines[2] == "       at Shop.swift:28 in Shop.books(of:), through SQLiteDatabase.rows(_:_:)")
      #expect(lines[3] == "       after #1 SELECT id FROM author ORDER BY id, which returned 4 rows, at Shop.swift:24")
      #expect(lines[4] == "  fix: load them together: SELECT … FROM book WHERE authorId IN (…)")
      #expect(lines[5] == "  1 other query: #1.")
    }
  }

  @Test(.needs(.lines)) func duplicatesAreFound() throws {
    let shop = try Shop()
    try expectingIssue {
      try expectDatabase(.noDuplicateQueries) {
        _ = try shop.authors()
        for _ in 0..<3 { _ = try shop.setting(1) }
      }
    } matching: { message, _ in
      let lines = message.split(separator: "\n").map(String.init)
      #expect(lines[0] == "Expected no duplicate queries, found 1: one query ran 3 times with the same parameters.")
      #expect(lines[2] == "       at Shop.swift:49 in Shop.setting(_:), through SQLiteDatabase.rows(_:_:)")
      #expect(lines[3] == "       with nothing written to setting in between")
    }
  }

  @Test func aWriteInBetweenMakesItNoDuplicate() throws {
    let shop = try Shop()
    try expectDatabase(.noDuplicateQueries) {
      for key in 0..<3 {
        _ = try shop.setting(1)
        try shop.database.rows("INSERT INTO setting VALUES (?, 'x')", key)
      }
    }
  }

  @Test func twoLookupsOnTwoLinesAreSilent() throws {
    let shop = try Shop(authors: 5)
    try expectDatabase(.noNPlusOne, .noDuplicateQueries) {
      _ = try shop.authors()
      _ = try shop.books(of: 1)
      _ = try shop.books(of: 2)
      _ = try shop.setting(1)
      _ = try shop.setting(1)
    }
  }

  @Test func twoLookupsOnTwoLinesAreSilentInAsynchronousCode() async throws {
    let library = AsyncShop(shop: try Shop(authors: 2))
    try await expectDatabase(.noNPlusOne, .noDuplicateQueries) {
      _ = try await library.authors()
      _ = try await library.books(of: 1)
      _ = try await library.books(of: 2)
    }
  }

  @Test func aScopeThatThrowsStillReports() throws {
    struct Stop: Error {}
    let shop = try Shop(authors: 2)
    try expectingIssue {
      #expect(throws: Stop.self) {
        try expectDatabase(.queries(0)) {
          _ = try shop.authors()
          throw Stop()
        }
      }
    } matching: { message, _ in
      #expect(message.hasPrefix("Besides the Stop that was thrown: Expected no queries, found 1."))
    }
  }

  @Test func aCheckThatSawNothingFails() throws {
    try expectingIssue {
      expectDatabase(.noNPlusOne) {}
    } matching: { message, _ in
      #expect(message.hasPrefix(".noNPlusOne saw no query, so it proves nothing."))
      #expect(
        message.contains("fix: call the code under test inside of the scope, or write .noNPlusOne.allowingNoQueries"))
    }
    expectDatabase(.noNPlusOne.allowingNoQueries, .noFailures.allowingNoQueries, .queries(0), .noQueries) {}
  }

  @Test func anIgnoreThatMatchedNothingFails() throws {
    let shop = try Shop(authors: 2)
    try expectingIssue {
      try expectDatabase(.noNPlusOne.ignoring("SELECT * FROM nothing", because: "left behind")) {
        _ = try shop.authors()
      }
    } matching: { message, _ in
      #expect(message.hasPrefix(".noNPlusOne ignores a statement that never ran: SELECT * FROM nothing\n"))
      #expect(message.contains("left behind"))
    }
    try expectDatabase(
      .noNPlusOne.ignoring("select id from book where authorId = 7", because: "a report that nobody reads"), .queries(3)
    ) { try shop.authorsWithBooksOneByOne() }
  }

  @Test func allMismatchesOfAScopeAreOneIssueWorstFirst() throws {
    let shop = try Shop(authors: 3)
    try expectingIssue {
      try expectDatabase(.queries(2), .noNPlusOne) { try shop.authorsWithBooksOneByOne() }
    } matching: { message, _ in
      let parts = message.components(separatedBy: "\n\n")
      #expect(parts.count == 2)
      #expect(parts[0].hasPrefix("Expected no N+1 queries"))
      #expect(parts.last?.hasPrefix("Expected 2 queries, found 4.") == true)
    }
  }

  @Test(arguments: [
    (DatabaseExpectation.noNPlusOne(threshold: 0), "a threshold of 0 would call any lookup an N+1; write 2 or more."),
    (.noNPlusOne(threshold: 1), "a threshold of 1 would call any lookup an N+1; write 2 or more."),
    (.queries(2..<2), "the range 2..<2 is empty, so no count can meet it; write 2...2."),
    (.selects(-1), "a count cannot be negative; write 0 or more."),
    (.noFailures.ignoring("SELECT 1", because: " "), "say why"),
  ])
  func whatCannotBeCheckedIsSaid(expectation: DatabaseExpectation, problem: String) throws {
    let shop = try Shop(authors: 2)
    try expectingIssue {
      try expectDatabase(expectation) { _ = try shop.authors() }
    } matching: { message, _ in
      #expect(message.contains("cannot be checked: "))
      #expect(message.contains(problem))
    }
  }

  @Test(.needs(.lines)) func aFinishedRecordingCanBeChecked() throws {
    let shop = try Shop(authors: 3)
    let recording = try recordDatabase("authors") { try shop.authorsWithBooksOneByOne() }
    recording.expect(.queries(4), .selects(2...4), .selects(1, on: "author"), .noWrites)
    #expect(recording.findings.map(\.kind) == [.nPlusOne])
    #expect(recording.findings.first?.relationship == "book.authorId")
    #expect(recording.findings.first?.count == 3)
    #expect(recording.findings.first?.callSite?.line == 28)
    let line = #line + 2
    try expectingIssue {
      recording.expect(.queries(1))
    } matching: { message, location in
      #expect(message.hasPrefix("authors: Expected 1 query, found 4."))
      #expect(location.line == line)
    }
  }

  @Test func anExpectationOfYourOwn() throws {
    let shop = try Shop(authors: 3)
    let unsorted = DatabaseExpectation("no sorting") { recording in
      recording.selects.filter { $0.sql.contains("ORDER BY") }.map {
        Finding(kind: .init(rawValue: "sort"), statement: $0, "Expected no sorting, found some.")
      }
    }
    let recording = try recordDatabase { try shop.authorsWithBooksOneByOne() }
    let finding = try #require(recording.check(unsorted).first)
    #expect(finding.message.contains("1×  SELECT id FROM author ORDER BY id"))
    #expect(finding.callSite?.function == "Shop.authors()")
  }
}

/// A repository with asynchronous methods: their callers are not on the call stack.
struct AsyncShop: Sendable {
  let shop: Shop

  func authors() async throws -> [Int] {
    await Task.yield()
    return try shop.authors()
  }

  func books(of author: Int) async throws -> [Int] {
    await Task.yield()
    return try shop.books(of: author)
  }

  func authorsWithBooksOneByOne() async throws {
    for author in try await authors() { _ = try await books(of: author) }
  }
}
