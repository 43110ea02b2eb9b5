import DatabaseReporting
import Testing

@testable import DatabaseRecording
@testable import DatabaseRunRecords

@Suite struct ComparisonTests {
  private func compare(
    _ base: [RunRecord.Test], _ head: [RunRecord.Test], _ allowances: Comparison.Allowances = Comparison.Allowances()
  ) throws -> Comparison.Result {
    var comparison = Comparison(allowances: allowances)
    for test in base { comparison.addToBase(test) }
    for test in head { comparison.addToHead(test) }
    return try comparison.result()
  }

  private let style = TextStyle(width: 100, isColoured: false)

  @Test func aTestThatSendsMoreIsNamedWithItsStatementsAndLoads() throws {
    let result = try compare([madeUpListing(isGood: true)], [madeUpListing(isGood: false), madeUpTest("new()")])
    #expect(
      result.text(style, top: 10) == """
        Compared 1 test: 1 past what is allowed, 1 is new.

        Past what is allowed
          BookshopTests/LibraryTests.swift listsAuthors()
            queries   2  →    9  +7, allowed 0
            steps    24  →  108
            loads     1  →    8  +7, allowed 0
              0  →  8  load of book.authorId lazy
              1  →  0  load of book.authorId selectIn
              0  →  8  SELECT * FROM book WHERE authorId = ?
              1  →  0  SELECT * FROM book WHERE authorId IN (?)

        New
          BookshopTests/LibraryTests.swift new()

        """)
    #expect(
      result.markdown == """
        ### Database: Compared 1 test: 1 past what is allowed, 1 is new.

        **Past what is allowed**

        | test | queries | steps | loads |
        |---|---:|---:|---:|
        | `listsAuthors()` `LibraryTests.swift`<br>0 → 8 `load of book.authorId lazy`<br>1 → 0 `load of book.authorId \
        selectIn`<br>0 → 8 `SELECT * FROM book WHERE authorId = ?` | 2 → **9** | 24 → 108 | 1 → **8** |

        """)
    #expect(
      result.gitHubCommands { _ in "Tests/Library, Tests.swift" } == """
        ::error file=Tests/Library%2C Tests.swift,line=12,title=listsAuthors()%3A 9 queries instead of 2::listsAuthors() asks more of the database:%0A\
        queries 2 → 9 (allowed growth: 0)%0Asteps 24 → 108%0Aloads 1 → 8 (allowed growth: 0)%0A\
          0 → 8 load of book.authorId lazy%0A  1 → 0 load of book.authorId selectIn%0A\
          0 → 8 SELECT * FROM book WHERE authorId = ?%0A  1 → 0 SELECT * FROM book WHERE authorId IN (?)
        Compared 1 test: 1 past what is allowed, 1 is new.

        """)
  }

  @Test func theSameRunTwiceIsNoDifference() throws {
    let run = [madeUpListing(isGood: false), madeUpTest("b()", [("SELECT 1", 2)])]
    let result = try compare(run, run.reversed())
    #expect(!result.isPast)
    #expect(result.text(style, top: 10) == "Compared 2 tests: none asks more or less of the database.\n")
  }

  @Test func aTestThatSendsLessIsNoFault() throws {
    let result = try compare([madeUpListing(isGood: false)], [madeUpListing(isGood: true)])
    #expect(!result.isPast)
    #expect(result.shrunk.map(\.identity.name) == ["listsAuthors()"])
  }

  @Test(arguments: [
    (Allowance.number(6), true), (.number(7), false), (.percent(349), true), (.percent(350), false), (.any, false),
  ])
  func growthUpToTheAllowanceIsShownAndNoFault(allowance: Allowance, isPast: Bool) throws {
    let allowances = Comparison.Allowances(queries: allowance, steps: .any, loads: .any)
    let result = try compare([madeUpListing(isGood: true)], [madeUpListing(isGood: false)], allowances)
    #expect(result.isPast == isPast)
    #expect(result.grown.isEmpty == isPast)
  }

  @Test func stepsAreJudgedWhereThatIsAsked() throws {
    let base = [madeUpTest("a()", [("SELECT 1", 2)])]
    var more = base
    more[0].steps = 30
    #expect(try !compare(base, more).isPast)
    #expect(try compare(base, more, Comparison.Allowances(steps: .percent(20))).past[0].exceeded == [.steps])
    more[0].steps = nil
    #expect(try !compare(base, more, Comparison.Allowances(steps: .number(0))).isPast)
  }

  @Test(arguments: ["", "-1", "ten", "10 %", "nan%", "inf%", "-3%", "1e400%"])
  func anAllowanceThatIsNoneIsRefused(text: String) {
    let error = #expect(throws: ReportError.self) { try Allowance(text) }
    #expect(error?.description == "\"\(text)\" is no allowance: write a number (2), a percentage (10%), or any.")
  }

  /// A new case of a parameterised test is no growth; a case that sends more is.
  @Test func casesOfATestAreComparedByTheLargestWhereTheirNumberDiffers() throws {
    func cases(_ counts: Int...) -> [RunRecord.Test] { counts.map { madeUpTest("lists(count:)", [("SELECT 1", $0)]) } }
    #expect(try !compare(cases(2, 3), cases(2, 3, 3)).isPast)
    #expect(try compare(cases(2, 3), cases(2, 3, 4)).past[0].measures[.queries] == Comparison.Pair(3, 4))
    #expect(try compare(cases(2, 3), cases(3, 3)).past[0].measures[.queries] == Comparison.Pair(5, 6))
  }

  @Test func aTestIsFoundAgainWhereItsLineMoved() throws {
    let result = try compare(
      [madeUpTest("a()", line: 3, [("SELECT 1", 1)])], [madeUpTest("a()", line: 9, [("SELECT 1", 2)])])
    #expect(result.past.map(\.line) == [9])
  }

  /// A run that saw nothing must not pass as one that asks less.
  @Test func aRunThatSawNothingIsNotPassed() throws {
    let blind = try compare(
      [madeUpTest("a()", [("SELECT 1", 2)]), madeUpTest("b()", [("SELECT 1", 2)])],
      [madeUpTest("a()", isBlind: true), madeUpTest("b()", [("SELECT 1", 2)])])
    #expect(blind.past.map(\.isBlindNow) == [true])
    #expect(
      blind.text(style, top: 1).contains(
        """
          BookshopTests/LibraryTests.swift a()
            blind in head: statements are missing, so nothing follows
        """))
    let silent = try compare([madeUpTest("a()", [("SELECT 1", 2)])], [madeUpTest("a()")])
    #expect(silent.isPast)
    #expect(
      silent.text(style, top: 1).hasPrefix(
        """
        Compared 1 test: 1 shrank.

        No test of head sent a query, and those of base did: head's databases were not recorded.
        """))
    #expect(throws: ReportError.nothingInCommon) { try compare([madeUpTest("a()")], [madeUpTest("b()")]) }
  }

  @Test func textsOfOthersBreakNoTableAndNoCommand() throws {
    let sql = "SELECT \"a`b|c\u{1B}[31m\u{2028}\u{202E}<b>\" FROM \"t\""
    let result = try compare([madeUpTest("x|`y``\n::error::z")], [madeUpTest("x|`y``\n::error::z", [(sql, 1)])])
    let row = try #require(result.markdown.split(separator: "\n").last { $0.hasPrefix("| `") })
    #expect(
      row.hasPrefix(
        #"| ```x\|`y`` ::error::z``` `LibraryTests.swift`<br>0 → 1 "# + #"``SELECT "a`b\|c [31m  <b>" FROM "t"`` |"#)
    )
    for text in [result.markdown, result.text(style, top: 5), result.gitHubCommands { _ in nil }] {
      #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{2028}" || $0 == "\u{202E}" })
      #expect(text.split(separator: "\n").filter { $0.hasPrefix("::") }.count <= 1)
    }
  }

  @Test func numbersAtTheEndsOfTheirRangeTrapNowhere() throws {
    var huge = madeUpTest("a()", [("SELECT 1", 1)])
    huge.queries = .max
    huge.steps = .max
    var tiny = huge
    tiny.queries = .min
    tiny.steps = .min
    tiny.executions[0].shape = -1
    tiny.executions[0].start = .min
    tiny.executions[0].duration = .min
    huge.executions[0].start = .max
    huge.executions[0].duration = .max
    for (base, head) in [(tiny, huge), (huge, tiny), (huge, huge)] {
      let result = try compare([base, base], [head, head], Comparison.Allowances(steps: .percent(1e300)))
      #expect(!result.text(style, top: 10).isEmpty && !result.markdown.isEmpty)
      var summary = RunSummary()
      var trace = OTLPTrace()
      for test in [base, head, head] {
        summary.add(test)
        #expect(try !trace.line(test, header: RunRecord.Header(process: 1, started: .infinity)).isEmpty)
      }
      #expect(!summary.text(style, top: 10).isEmpty)
    }
  }

  @Test func aLongCommentIsCutBelowTheLimitOfGitHub() throws {
    let long = String(repeating: "é", count: 3_000)
    let base = (0..<400).map { madeUpTest("\(long)\($0)") }
    let head = (0..<400).map { madeUpTest("\(long)\($0)", [("SELECT \"\(long)\"", 1), ("SELECT \"a\(long)\"", 1)]) }
    let text = try compare(base, head).markdown
    #expect(text.count < 65_536)
  }
}
