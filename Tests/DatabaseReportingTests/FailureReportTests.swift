import DatabaseReporting
import Foundation
import Testing

@testable import DatabaseRecording
@testable import DatabaseRunRecords

/// What failed stands first wherever a run is shown.
@Suite struct FailureReportTests {
  private let style = TextStyle(width: 110, isColoured: false)

  private func problem(
    _ kind: String, _ headline: String, count: Int = 1, site: String? = nil, statements: [Int] = []
  ) -> RunRecord.Problem {
    RunRecord.Problem(kind: kind, headline: headline, count: count, site: site, statements: statements)
  }

  /// A test of each outcome: its database failed it, its own assertion did, nothing did, and nobody knows.
  private var tests: [RunRecord.Test] {
    var listing = madeUpListing(isGood: false)
    listing.failures = listing.findings + [problem("count", "Expected 2 queries, found 9.")]
    var wrong = madeUpTest("isWrong()")
    wrong.failures = [problem("test", "An assertion of the test failed.", site: "LibraryTests.swift:20")]
    var good = madeUpTest("isGood()")
    good.failures = []
    return [listing, wrong, good, madeUpTest("unknown()")]
  }

  @Test func aSummaryBeginsWithWhatFailed() {
    var summary = RunSummary()
    for test in tests { summary.add(test) }
    #expect(
      summary.text(style, top: 5).hasPrefix(
        """
        4 tests, 9 queries, 9 statements, 108 steps, 45 µs in the database
        2 tests failed, 1 passed

        Findings: 3
          failed: N+1: Expected no N+1 queries, found 1: 8 of 9 queries load book.authorId one author at a time.
            at Library.swift:42 in Library.authors()
            in BookshopTests/LibraryTests.swift listsAuthors()
          failed: number of statements: Expected 2 queries, found 9.
            in BookshopTests/LibraryTests.swift listsAuthors()
          failed: the test itself: An assertion of the test failed.
            at LibraryTests.swift:20
            in BookshopTests/LibraryTests.swift isWrong()

        Most queries

        """))
  }

  /// A test with several calls is one test, that failed if one of them did; calls that are named by their places are tests of their own.
  @Test func callsOfOneTestCountOnce() {
    let failure = problem("count", "Expected 2 queries, found 9.")
    let calls: [(name: String, failures: [RunRecord.Problem]?)] = [
      ("testLists()", []), ("testLists()", [failure]), ("testLists()", []), ("testSaves()", []), ("testSaves()", []),
      ("testLoads()", []), ("testLoads()", nil), ("LibraryTests.swift:12", []), ("LibraryTests.swift:12", []),
    ]
    var summary = RunSummary()
    var page = ReportPage()
    for call in calls {
      var test = madeUpTest(call.name, call: "expectDatabase")
      test.failures = call.failures
      summary.add(test)
      page.add(test)
    }
    #expect(summary.testCount == 5)
    #expect(summary.text(style, top: 5).contains("\n1 test failed, 3 passed\n"))
    var text = ""
    page.write { text += $0 }
    #expect(text.contains("<dt>failed, 3 passed</dt><dd>1</dd></div><div><dt>tests</dt><dd>5</dd>"))
    #expect(text.contains("5 tests, 0 queries, <b class=\"bad\">1 failed</b>"))
  }

  @Test func aFindingNamesATestOfSeveralCallsOnce() {
    var page = ReportPage()
    for name in ["lists()", "lists()", "saves()"] {
      var test = madeUpTest(name, call: "expectDatabase")
      test.findings = [problem("failure", "1 statement failed: SQLITE_ERROR (1).", site: "Library.swift:7")]
      page.add(test)
    }
    var text = ""
    page.write { text += $0 }
    let first = "<a href=\"#t0\">lists() · expectDatabase</a>"
    let other = "<a href=\"#t2\">saves() · expectDatabase</a>"
    #expect(text.contains("<p class=\"quiet\">found in \(first) × 2, \(other)</p>"))
  }

  @Test func anNPlusOneStandsBeforeAnyNumberOfStatementsThatFailed() {
    var summary = RunSummary()
    for number in 0..<130 {
      var test = madeUpTest("rejects\(number)()")
      test.findings = [problem("failure", "1 statement failed: SQLITE_ERROR (1).", site: "Library.swift:\(number)")]
      summary.add(test)
    }
    summary.add(madeUpListing(isGood: false))
    #expect(summary.problems.first?.kind == "nPlusOne")
    #expect(summary.problems.count == 131)
  }

  /// What one line of the app does to several tests is one finding, with the numbers of the worst.
  @Test func theWorstCaseSpeaksForALine() {
    var summary = RunSummary()
    for count in [3, 60, 7] {
      var test = madeUpListing(isGood: false)
      test.findings[0].count = count
      test.findings[0].headline = "\(count) of \(count + 1) queries load book.authorId one author at a time."
      summary.add(test)
    }
    #expect(summary.problems.map(\.headline) == ["60 of 61 queries load book.authorId one author at a time."])
    #expect(summary.problems[0].worst == 1)
    #expect(summary.problems[0].tests == [0, 1, 2])
    #expect(summary.problems[0].sql == "SELECT * FROM book WHERE authorId = ?")
  }

  @Test func aTraceHasTheStatusOfItsTest() throws {
    var trace = OTLPTrace()
    let lines = try tests.map { try trace.line($0, header: RunRecord.Header(process: 1, started: 0)) }
    #expect(lines[0].contains(#""status":{"code":2,"message":"Expected no N+1 queries"#))
    #expect(lines[0].contains(#"{"key":"test.case.result.status","value":{"stringValue":"fail"}}"#))
    #expect(lines[2].contains(#"{"key":"test.case.result.status","value":{"stringValue":"pass"}}"#))
    #expect(!lines[2].contains("\"status\":{"))
    #expect(!lines[3].contains("test.case.result.status"))
  }

  @Test func thePageBeginsWithHowManyFailed() {
    func header(_ tests: [RunRecord.Test]) -> String {
      var page = ReportPage()
      for test in tests { page.add(test) }
      var text = ""
      page.write { text += $0 }
      return text
    }
    #expect(
      header(tests).contains("<dl class=\"tiles\"><div class=\"failed\"><dt>failed, 1 passed</dt><dd>2</dd></div>"))
    #expect(header([tests[2]]).contains("<dl class=\"tiles\"><div class=\"passed\">"))
    #expect(!header([tests[3]]).contains("<div class=\"passed\">"))
  }

  /// An expectation of a recording that had ended already writes its line once more.
  @Test func theLaterOfTwoLinesOfOneCallCounts() throws {
    let folder = try Folder()
    var first = madeUpTest("a()", call: "recordDatabase")
    first.id = 1
    var second = first
    second.failures = [problem("count", "Expected 2 queries, found 9.")]
    var other = first
    other.id = 2
    try folder.write([first, second, other], to: "r/1.jsonl")
    var failures: [Int?] = []
    try RecordFiles([folder.path("r")]).forEachTest { test, _ in failures.append(test.failures?.count) }
    #expect(failures == [1, nil])
  }
}
