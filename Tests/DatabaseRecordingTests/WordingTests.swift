import DatabaseInstrumentation
import DatabaseSupport
import TestSupport
import Testing

@testable import DatabaseRecording

@Suite struct WordingTests {
  @Test(arguments: [
    (2 as any ExpectedCount, "2", "2", [2], [1, 3]),
    (0, "no", "0", [0], [1]),
    (...3, "up to 3", "...3", [0, 3], [4]),
    (..<3, "up to 2", "..<3", [0, 2], [3]),
    (2..., "at least 2", "2...", [2, 99], [1]),
    (2...4, "2 to 4", "2...4", [2, 4], [1, 5]),
    (2..<5, "2 to 4", "2..<5", [2, 4], [1, 5]),
    (3...3, "3", "3...3", [3], [2, 4]),
  ])
  func counts(expected: any ExpectedCount, description: String, source: String, met: [Int], unmet: [Int]) {
    let count = expected.expectedCount
    #expect(count.description == description)
    #expect(count.source == source)
    #expect(met.allSatisfy { count.contains($0) })
    #expect(!unmet.contains { count.contains($0) })
    #expect(count.problem == nil)
  }

  @Test(arguments: [-1, 3..<3, ...(-1), ..<0, (-4)...(-2)] as [any ExpectedCount])
  func countsThatCannotBeMet(count: any ExpectedCount) {
    #expect(count.expectedCount.problem != nil)
  }

  @Test func numbers() {
    #expect(NumberList([3, 1, 2]).description == "#1, #2, #3")
    #expect(NumberList([3, 4, 5, 6, 7]).description == "#3 … #7")
    #expect(NumberList([3, 4, 5, 13]).description == "#3, #4, #5, #13")
    #expect(NumberList([2, 4, 6, 8]).description == "#2, #4, #6, #8")
    #expect(NumberList(Array(stride(from: 9, through: 54, by: 5))).description == "#9, #14, …, #54")
    #expect(NumberList([1, 2, 3, 4, 5, 9, 12, 15, 20]).description == "#1 … #5, #9, …, #20")
    #expect(NumberList([]).description == "")
  }

  @Test(arguments: [
    (Duration.nanoseconds(12), "12 ns"), (.microseconds(9), "9.0 µs"), (.microseconds(347), "347 µs"),
    (.microseconds(1_900), "1.9 ms"), (.milliseconds(42), "42 ms"), (.seconds(3), "3.0 s"),
  ])
  func durations(duration: Duration, text: String) {
    #expect(duration.readable == text)
  }

  @Test func expectationsAreNamedAsTheyAreWritten() {
    #expect(DatabaseExpectation.queries(...3, on: "book").name == #".queries(...3, on: "book")"#)
    #expect(DatabaseExpectation.statements(.ddl, 1).name == ".statements(.ddl, 1)")
    #expect(DatabaseExpectation.noNPlusOne(threshold: 3).name == ".noNPlusOne(threshold: 3)")
    #expect(DatabaseExpectation.noWrites.name == ".noWrites")
  }
}

@Suite struct CountTests {
  @Test(.needs(.lines)) func byKindAndTable() {
    var line = 0
    let driver = MadeUpDriver()
    let recording = record {
      driver.run("PRAGMA query_only = 1")
      driver.run("BEGIN")
      driver.run("INSERT INTO book VALUES (1)", changed: 1)
      driver.run("UPDATE book SET a = 1", changed: 1)
      line = #line + 1
      driver.run("DELETE FROM author", changed: 1)
      driver.run("SELECT * FROM book JOIN author")
      driver.run("COMMIT")
      driver.run("SELECT * FROM sqlite_master")
      driver.run("CREATE TABLE x (a)")
    }
    #expect(
      recording.check(
        .queries(4), .selects(1), .inserts(1), .updates(1), .deletes(1), .writes(3), .statements(.ddl, 1),
        .statements(.pragma, 1), .statements(.transaction, 2), .statements(.schema, 1), .queries(3, on: "BOOK"),
        .writes(1, on: "author")
      ).isEmpty)
    #expect(
      recording.check(.queries(1, on: "author")).first?.message == """
        Expected 1 query on author, found 2.
          1×  DELETE FROM author    #5
               at WordingTests.swift:\(line) in CountTests.byKindAndTable(), through MadeUpDriver.run(_:key:rows:changed:error:parent:)
          1×  SELECT * FROM book JOIN author    #6
               at WordingTests.swift:\(line + 1) in CountTests.byKindAndTable(), through MadeUpDriver.run(_:key:rows:changed:error:parent:)
          2 queries on other tables.
          Not counted: 1 ddl, 2 transaction, 1 pragma, 1 schema.
        """)
    #expect(recording.check(.noWrites).first?.headline == "Expected no writes, found 3.")
  }

  @Test func nothingIsEnoughForCountsAndTooLittleForTheRest() {
    let recording = record {}
    #expect(recording.check(.queries(0), .noQueries, .queries(...3)).isEmpty)
    for expectation in [DatabaseExpectation.noNPlusOne, .noDuplicateQueries, .noFailures, .noWrites] {
      #expect(recording.check(expectation).map(\.kind) == [.blind])
      #expect(recording.check(expectation.allowingNoQueries).isEmpty)
      #expect(recording.check([expectation], isInherited: true).isEmpty)
    }
  }

  /// The most frequent shape first, and what has no line of its own is counted in one.
  @Test func linesAddUp() throws {
    let driver = MadeUpDriver()
    let refusal = StatementError(code: 19, message: "refused")
    let recording = record {
      for number in 1...14 { driver.run("SELECT a FROM t\(number)", error: refusal) }
      driver.run("SELECT a FROM t14", error: refusal)
    }
    for expectation in [DatabaseExpectation.fails(0), .steps(...1), .queries(1)] {
      let message = try #require(recording.check(expectation).first?.message, "\(expectation)")
      let counts = message.matches(of: /\n  (\d+)×/).compactMap { Int($0.output.1) }
      #expect(counts == [2] + Array(repeating: 1, count: 11) + [2], "\(message)")
      #expect(message.contains("\n  2×  others, of 2 shapes"))
    }
    #expect(recording.check(.steps(...1)).first?.message.hasSuffix("2×  others, of 2 shapes    20 steps") == true)
  }

  @Test func ignoredStatementsCountInTotals() {
    let driver = MadeUpDriver()
    let recording = record { driver.run("SELECT 1 FROM a") }
    #expect(recording.check(.queries(1).ignoring("SELECT 1 FROM a", because: "noise")).isEmpty)
  }

  @Test func quotesAroundNamesDoNotCountWhereATestNamesAStatement() {
    let driver = MadeUpDriver()
    let recording = record { driver.run(#"SELECT * FROM "book" WHERE "authorId" = 7"#) }
    #expect(recording.selects.matching("select * from book where authorId = ?").count == 1)
    #expect(recording.selects.matching("SELECT * FROM `book` WHERE authorId = 8").count == 1)
    #expect(recording.selects.matching("SELECT * FROM Book WHERE authorId = ?").isEmpty)
    let expectation = DatabaseExpectation.noFailures.ignoring("SELECT * FROM book WHERE authorId = ?", because: "noise")
    #expect(recording.check(expectation).isEmpty)
  }

  @Test func anInheritedIgnoreThatMatchesNothingIsSilent() {
    let driver = MadeUpDriver()
    let recording = record { driver.run("SELECT 1 FROM a") }
    let expectation = DatabaseExpectation.noFailures.ignoring("SELECT 2 FROM b", because: "noise")
    #expect(recording.check([expectation], isInherited: true).isEmpty)
    #expect(recording.check(expectation).map(\.kind) == [.unusedIgnore])
  }
}
