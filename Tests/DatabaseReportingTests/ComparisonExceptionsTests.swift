import DatabaseReporting
import Testing

@testable import DatabaseRecording

/// Tests that vary by themselves, each with its reason.
@Suite struct ComparisonExceptionsTests {
  private func compare(_ exceptions: String, isBlind: Bool = false) throws -> Comparison.Result {
    var comparison = Comparison(exceptions: try ComparisonExceptions(text: exceptions, name: "vary.txt"))
    comparison.addToBase(madeUpTest("pages()", [("SELECT 1", 2)]))
    comparison.addToBase(madeUpTest("other()", [("SELECT 1", 2)]))
    comparison.addToHead(madeUpTest("pages()", [("SELECT 1", 5)], isBlind: isBlind))
    comparison.addToHead(madeUpTest("other()", [("SELECT 1", 2)]))
    return try comparison.result()
  }

  @Test(arguments: [
    "BookshopTests/LibraryTests.swift pages() because the number of pages is random",
    "*pages() because the number of pages is random",
    "Bookshop*Tests.swift pages* because the number of pages is random",
    "# some of them vary\n\n  * because the number of pages is random  ",
  ])
  func whatIsExceptedIsShownWithItsReasonAndNoFault(text: String) throws {
    let result = try compare(text)
    #expect(!result.isPast)
    #expect(
      result.text(TextStyle(width: 100, isColoured: false), top: 5) == """
        Compared 2 tests: 1 varies as excepted.

        Vary by themselves
          BookshopTests/LibraryTests.swift pages()
            queries   2  →   5  +3, allowed 0
            steps    24  →  60
              2  →  5  SELECT ?
            because the number of pages is random

        """)
    #expect(result.markdown.contains("<details><summary>Vary by themselves: 1</summary>"))
  }

  @Test(arguments: [
    "pages() because of pages", "*page() because of pages", "BookshopTests/*.swift because of pages", "",
  ])
  func anotherTestIsNotExcepted(text: String) throws {
    let result = try compare(text)
    #expect(result.past.map(\.identity.name) == ["pages()"])
    #expect(result.unusedExceptions.count == (text.isEmpty ? 0 : 1))
  }

  @Test func aTestThatIsBlindNowDoesNotVary() throws {
    #expect(try compare("* because the number of pages is random", isBlind: true).isPast)
  }

  @Test(arguments: ["pages()", "pages() because ", " because of pages", "\npages() becauseof"])
  func anExceptionWithoutAReasonIsRefused(text: String) {
    let error = #expect(throws: ReportError.self) { try ComparisonExceptions(text: text, name: "vary.txt") }
    #expect(
      error?.description.hasPrefix("vary.txt:\(text.hasPrefix("\n") ? 2 : 1) is no exception: write a test") == true)
  }
}
