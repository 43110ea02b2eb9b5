import DatabaseReporting
import Testing

@testable import DatabaseRecording

@Suite struct RunSummaryTests {
  @Test func aRunIsSummedUp() {
    var summary = RunSummary()
    summary.add(madeUpListing(isGood: false))
    summary.add(madeUpListing(isGood: true))
    summary.add(madeUpTest("counts()", file: "ShopTests.swift", [("SELECT count(*) FROM book", 1)]))
    summary.add(madeUpTest("nothing()"))
    #expect(
      summary.text(TextStyle(width: 90, isColoured: false), top: 3) == """
        4 tests, 12 queries, 12 statements, 144 steps, 60 µs in the database

        Findings: 1
          N+1: Expected no N+1 queries, found 1: 8 of 9 queries load book.authorId one author at …
            at Library.swift:42 in Library.authors()
            in BookshopTests/LibraryTests.swift listsAuthors()

        Most queries
          ████████████████████  9  BookshopTests/LibraryTests.swift listsAuthors()
          ████▌                 2  BookshopTests/LibraryTests.swift listsAuthors()
          ██▎                   1  BookshopTests/ShopTests.swift counts()

        Most steps
          ████████████████████  108  BookshopTests/LibraryTests.swift listsAuthors()
          ████▌                  24  BookshopTests/LibraryTests.swift listsAuthors()
          ██▎                    12  BookshopTests/ShopTests.swift counts()

        Most time in the database
          ████████████████████   45 µs  BookshopTests/LibraryTests.swift listsAuthors()
          ████▌                  10 µs  BookshopTests/LibraryTests.swift listsAuthors()
          ██▎                   5.0 µs  BookshopTests/ShopTests.swift counts()

        Relationships, by the statements that loaded them
          8  lazy      book.authorId
          1  selectIn  book.authorId

        Statements: 4 shapes
          times    time  tests  statement
              8   40 µs      1  SELECT * FROM book WHERE authorId = ?
              2   10 µs      2  SELECT * FROM author
              1  5.0 µs      1  SELECT * FROM book WHERE authorId IN (?)

        """)
  }

  @Test func blindTestsAndMissingStatementsAreSaidFirst() {
    var summary = RunSummary()
    for number in 1...7 { summary.add(madeUpTest("blind\(number)()", isBlind: true, dropped: 200)) }
    #expect(
      summary.text(TextStyle(width: 90, isColoured: false), top: 3) == """
        7 tests, 0 queries, 0 statements, 0 ns in the database
        7 tests are blind: statements are missing, so nothing follows from them
          BookshopTests/LibraryTests.swift blind1()
          BookshopTests/LibraryTests.swift blind2()
          BookshopTests/LibraryTests.swift blind3()
          BookshopTests/LibraryTests.swift blind4()
          BookshopTests/LibraryTests.swift blind5()
          and 2 more
        1,400 statements past the limit of a recording are counted, and missing in the lists below.

        """)
  }

  @Test func namesAndStatementsSteerNoTerminal() {
    var summary = RunSummary()
    summary.add(madeUpTest("a\u{1B}[2J\n()", [("SELECT \"\u{1B}]0;x\u{7}\"", 1)]))
    let text = summary.text(TextStyle(width: 200, isColoured: false), top: 3)
    #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{7}" })
    #expect(text.contains("BookshopTests/LibraryTests.swift a [2J ()\n"))
  }

  @Test func anEmptyRunSaysSo() {
    #expect(
      RunSummary().text(TextStyle(width: 90, isColoured: false), top: 3)
        == "0 tests, 0 queries, 0 statements, 0 ns in the database\n")
  }
}
