import DatabaseInstrumentation
import Testing

@testable import DatabaseRecording

@Suite struct BaselineTests {
  static let load = BaselineEntry(
    test: "LibraryTests/AuthorTests.swift listsAuthors(count:)", kind: "nPlusOne", subject: "book.authorId",
    function: "Library.authorsWithBooks()")
  static let failure = BaselineEntry(
    test: "LibraryTests/AuthorTests.swift adds()", kind: "failure", subject: "00ff00ff00ff00ff", function: "")

  @Test func aTestIsKnownByTheSuitesAroundIt() {
    func entry(_ test: String) -> BaselineEntry {
      BaselineEntry(
        test: "LibraryTests/AuthorTests.swift \(test)", kind: "nPlusOne", subject: "book.authorId", function: "")
    }
    let baseline = Baseline([entry("First/lists()")])
    #expect(baseline.contains(entry("First/lists()")))
    #expect(!baseline.contains(entry("Second/lists()")))
    // A file that was recorded before names had their suites covers both, and says of neither that it is stale.
    let older = Baseline([entry("lists()")])
    #expect(older.contains(entry("First/lists()")) && older.contains(entry("Second/Inner/lists()")))
    #expect(older.stale(seen: [entry("First/lists()")], ran: [entry("lists()").test]) == [])
    // What a parenthesis holds is no suite.
    #expect(entry("lists(_:) [\"a/b\"]").withoutSuites == entry("lists(_:) [\"a/b\"]"))
  }

  @Test func eachStatementThatCannotBePreparedIsItself() throws {
    func failure(_ message: String) -> Finding? {
      let driver = MadeUpDriver()
      let recording = record {
        driver.run("", error: StatementError(code: 1, message: message, isPrepareFailure: true))
      }
      return recording.check(.noFailures).first { $0.kind == .failure }
    }
    let one = try #require(failure("no such table: one"))
    let two = try #require(failure("no such table: two"))
    #expect(BaselineEntry(one, test: "t") != BaselineEntry(two, test: "t"))
    #expect(try BaselineEntry(one, test: "t") == BaselineEntry(#require(failure("no such table: one")), test: "t"))
  }

  @Test func theFileIsSortedWithOneLineForEachFinding() {
    #expect(
      Baseline([Self.load, Self.failure]).text == """
        swift-database-testing baseline 1
        # test, kind, subject and function, separated by tabs; sorted
        LibraryTests/AuthorTests.swift adds()\tfailure\t00ff00ff00ff00ff\t
        LibraryTests/AuthorTests.swift listsAuthors(count:)\tnPlusOne\tbook.authorId\tLibrary.authorsWithBooks()
        end

        """)
  }

  @Test(arguments: [
    ("", "line 1: expected \"swift-database-testing baseline 1\""),
    (
      "swift-database-testing baseline 2\nend\n",
      "line 1: the file is of another version of the format: swift-database-testing baseline 2"
    ),
    ("swift-database-testing baseline 1\n", "line 2: the file ends without the line \"end\": it was cut"),
    ("swift-database-testing baseline 1\n<<<<<<< HEAD\nend\n", "line 2: expected 4 fields separated by tabs, found 1"),
    (
      "swift-database-testing baseline 1\na\tb\tc\\x\td\nend\n",
      "line 2: a backslash is followed by none of \\, #, t, n, r"
    ),
    ("swift-database-testing baseline 1\na\t\tc\td\nend\n", "line 2: the test, the kind or the subject is empty"),
    (
      "swift-database-testing baseline 1\na\tblind\tc\td\nend\n",
      "line 2: a recording that saw nothing cannot be accepted by a baseline"
    ),
    ("swift-database-testing baseline 1\nend\na\tb\tc\td\n", "line 3: there is text after the line \"end\""),
  ])
  func aDamagedFileIsRefusedWithItsLine(text: String, message: String) throws {
    let error = #expect(throws: BaselineError.self) { try Baseline(text: text) }
    #expect(error?.description == message)
  }

  @Test func aFileWithLineEndsOfWindowsIsRead() throws {
    let baseline = Baseline([Self.load])
    let text = baseline.text.split(separator: "\n").joined(separator: "\r\n") + "\r\n"
    #expect(try Baseline(text: text) == baseline)
  }

  @Test func anyEntriesSurviveTheFile() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let baseline = Baseline((0..<Int.random(in: 0...8, using: &random)).map { _ in Self.entry(&random) })
      #expect(try Baseline(text: baseline.text) == baseline)
      #expect(try Baseline(text: baseline.text).text == baseline.text)
    }
  }

  @Test func aCutFileIsRefused() throws {
    let text = Baseline([Self.load, Self.failure]).text
    // Without its last line end it is still whole.
    for length in 0..<(text.unicodeScalars.count - 1) {
      let cut = String(String.UnicodeScalarView(text.unicodeScalars.prefix(length)))
      #expect(throws: BaselineError.self) { try Baseline(text: cut) }
    }
  }

  @Test func aMutatedFileIsReadOrRefused() {
    var random = SystemRandomNumberGenerator()
    let text = Baseline([Self.load, Self.failure]).text
    for _ in 0..<2_000 {
      var scalars = Array(text.unicodeScalars)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        scalars[Int.random(in: 0..<scalars.count, using: &random)] = Self.scalars.randomElement(using: &random) ?? "x"
      }
      guard let read = try? Baseline(text: String(String.UnicodeScalarView(scalars))) else { continue }
      #expect(read.entries.count <= 4)
      #expect((try? Baseline(text: read.text)) == read)
    }
  }

  @Test func mergingIsAUnionInAnyOrder() {
    var (one, other) = (Baseline([Self.load]), Baseline([Self.failure, Self.load]))
    let (first, second) = (one, other)
    one.merge(second)
    other.merge(first)
    #expect(one.text == other.text)
    #expect(one.entries == [Self.load, Self.failure])
  }

  @Test func onlyTestsThatRanHaveStaleEntries() {
    let baseline = Baseline([Self.load, Self.failure])
    #expect(baseline.stale(seen: [], ran: []) == [])
    #expect(baseline.stale(seen: [], ran: [Self.failure.test]) == [Self.failure])
    #expect(baseline.stale(seen: [Self.failure], ran: [Self.failure.test]) == [])
  }

  @Test(arguments: [Finding.Kind.blind, .invalidExpectation, .unusedIgnore])
  func whatProvesNothingIsNeverKept(kind: Finding.Kind) {
    #expect(BaselineEntry(Finding(kind: kind, headline: "x"), test: "t") == nil)
  }

  @Test func howManyWereFoundIsNoPartOfTheKey() {
    let two = BaselineEntry(Finding(kind: .count, headline: "Expected 2 queries, found 12."), test: "t")
    let other = BaselineEntry(Finding(kind: .count, headline: "Expected 2 queries, found 13."), test: "t")
    #expect(two?.subject == "Expected 2 queries")
    #expect(two == other)
  }

  private static let scalars: [Unicode.Scalar] = [
    "a", "b", "é", "\u{301}", "\t", "\n", "\r", "\\", "#", " ", "🙂", "\0", "e", "n", "d", "\u{85}", "\u{2028}",
  ]

  private static func entry(_ random: inout SystemRandomNumberGenerator) -> BaselineEntry {
    func field() -> String {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...6, using: &random) { text.append(scalars.randomElement(using: &random) ?? "x") }
      return String(text)
    }
    return BaselineEntry(
      test: "t" + field(), kind: "k" + field(), subject: "#" + field(), function: field())
  }
}
