import Foundation
import Testing

@testable import DatabaseRecording
@testable import DatabaseReporting
@testable import DatabaseRunRecords

@Suite struct ReportPageTests {
  private func page(_ tests: [RunRecord.Test], title: String = "Run") -> String {
    var page = ReportPage(title: title)
    for test in tests { page.add(test) }
    var text = ""
    page.write { text += $0 }
    return text
  }

  /// Texts that would do something if they were not escaped.
  private static let payload =
    #""'><img src=x onerror="document.title='owned'"></script><!--<script>document.title='owned'</script>"#

  private var hostile: RunRecord.Test {
    var test = madeUpTest(
      Self.payload, file: Self.payload, call: Self.payload, [("SELECT \"\(Self.payload)\" FROM t", 2)],
      loads: [RunRecord.Load(strategy: Self.payload, relationship: Self.payload, statements: [1, 2])],
      findings: [
        RunRecord.Problem(
          kind: Self.payload, headline: Self.payload, count: 1, relationship: Self.payload, site: Self.payload,
          statements: [1],
          stack: [RunRecord.Frame(site: Self.payload), RunRecord.Frame(site: Self.payload, awaits: true)])
      ], isBlind: true)
    test.connections[0].name = Self.payload
    test.leases = [RunRecord.Lease(pool: Self.payload, start: 0, site: Self.payload)]
    test.executions[0].error = Self.payload
    return test
  }

  @Test func aFindingHasTheLinesThatLedToIt() throws {
    var test = madeUpListing(isGood: false)
    test.findings[0].stack = MadeUpStack.frames
    let text = page([test])
    #expect(text.contains(#""callers":[["called","Library.swift:40 in Library.listing()"],"#))
    #expect(text.contains(#"["awaited","Job.swift:7 in Job.run()"],["task created","Server.swift:9 in serve()"]]"#))
  }

  @Test func theTablesHoldTheNumbersOfTheRun() throws {
    let text = page([madeUpListing(isGood: false), madeUpListing(isGood: true), madeUpTest("nothing()")])
    #expect(text.contains("<div><dt>tests</dt><dd>3</dd></div><div><dt>queries</dt><dd>11</dd></div>"))
    #expect(
      text.contains(
        """
        <li><p class="what"><span class="kind bad">N+1</span> Expected no N+1 queries, found 1: 8 of 9 queries load \
        book.authorId one author at a time.</p>\
        <p class="sql">8 × <code>SELECT * FROM book WHERE authorId = ?</code></p>\
        <p class="quiet">found in <a href="#t0">listsAuthors()</a></p>\
        <p class="site">at <code>Library.swift:42 in Library.authors()</code></p></li>
        """))
    #expect(
      text.contains(
        """
        <tr><td><a href="#t0">listsAuthors()</a></td><td data-n="9">9</td><td data-n="108">108</td>\
        <td data-n="45000">45 µs</td><td data-n="1"><b>1</b></td></tr>
        """))
    #expect(
      text.contains(
        """
        <tr><td><code>SELECT * FROM book WHERE authorId = ?</code></td><td>8</td><td>40 µs</td><td>96</td><td>1</td></tr>
        """))
    #expect(
      text.contains(
        """
        <tr><td><code>book.authorId</code></td><td class="text">lazy</td><td>8</td></tr>
        """))
  }

  /// A finding says what to do about which statement, and shows the line, as the console does.
  @Test func aFindingHasItsStatementItsParentItsFixAndTheLinesAroundIt() throws {
    let folder = try Folder()
    let source = (1...50).map { "    line \($0) <of> it" }.joined(separator: "\n")
    try folder.write(Array(source.utf8), to: "Sources/App/Library.swift")
    var test = madeUpListing(isGood: false)
    test.started = Date().timeIntervalSince1970 + 60
    test.findings[0].path = "Sources/App/Library.swift"
    test.findings[0].parent = 1
    test.findings[0].fix = "load them together: SELECT … FROM book WHERE authorId IN (…)"
    test.failures = test.findings
    func page(_ test: RunRecord.Test) -> String {
      var page = ReportPage(sources: folder.url)
      page.add(test)
      var text = ""
      page.write { text += $0 }
      return text
    }
    let text = page(test)
    #expect(text.contains(#"<p class="sql quiet">after <code>SELECT * FROM author</code></p>"#))
    #expect(
      text.contains(#"<p class="fix"><b>Fix</b> load them together: SELECT … FROM book WHERE authorId IN (…)</p>"#))
    #expect(text.contains(##"<p class="quiet">fails <a href="#t0">listsAuthors()</a></p>"##))
    #expect(text.contains("at <code>Sources/App/Library.swift:42 in Library.authors()</code>"))
    #expect(text.contains(#"<mark><span class="quiet">42</span> line 42 &lt;of&gt; it</mark>"#))
    #expect(text.contains("</span> line 40 &lt;of&gt;") && !text.contains("</span> line 39 "))
    // A file that was changed since has other lines, and one outside of the checkout is nobody's business.
    test.started = 1
    #expect(!page(test).contains("<mark>"))
    test.started = Date().timeIntervalSince1970 + 60
    test.findings[0].path = "../" + folder.url.lastPathComponent + "/Sources/App/Library.swift"
    test.failures = nil
    #expect(!page(test).contains("<mark>"))
  }

  @Test func aTestIsCalledByWhatItsAuthorCallsIt() {
    var named = madeUpTest("reviews(of:)", [("SELECT 1 FROM review", 1)])
    named.displayName = "Who reviewed a book"
    named.suite = "CatalogueTests/Reviews"
    named.case = "0123456789abcdef"
    var kept = named
    kept.arguments = ["7", "<large>"]
    var only = madeUpTest("listsAuthors()")
    only.case = "only"
    let text = page([named, kept, only])
    #expect(
      text.contains(
        ##"<a href="#t0">Who reviewed a book case 012345</a> <span class="quiet">CatalogueTests.Reviews</span>"##))
    #expect(text.contains(##"<a href="#t1">Who reviewed a book [7, &lt;large&gt;]</a>"##))
    #expect(text.contains(##"<a href="#t2">listsAuthors()</a></td>"##))
    #expect(text.contains(#""name":"Who reviewed a book [7, \u003clarge\u003e]""#))
  }

  @Test func largeNumbersHaveRoomInTheirTiles() {
    var test = madeUpTest("a()", [("SELECT 1 FROM t", 1)])
    test.steps = 10_522_791
    #expect(page([test]).contains("<div><dt>steps of SQLite</dt><dd>10.5 M</dd></div>"))
    #expect([999_999, 1_000_000, 123_456_789, 2_500_000_000].map(\.short) == ["999,999", "1.0 M", "123 M", "2.5 G"])
  }

  @Test func whatIsWrongWithOneLineStandsTogether() {
    var test = madeUpListing(isGood: false)
    var other = test.findings[0]
    other.kind = "duplicateQuery"
    other.headline = "Expected no duplicate queries, found 1."
    test.findings.append(other)
    let text = page([test])
    #expect(text.components(separatedBy: "<p class=\"site\">").count == 2)
    #expect(text.components(separatedBy: "<p class=\"what\">").count == 3)
  }

  @Test func aBlindTestIsNoSuccess() {
    #expect(
      page([madeUpTest("a()", isBlind: true)]).contains("<strong>1 test is blind:</strong> statements are missing"))
    #expect(!page([madeUpTest("a()")]).contains("blind:</strong>"))
  }

  @Test func anEmptyRunIsAPage() {
    let text = page([])
    #expect(text.contains("<dd>0</dd>") && text.hasSuffix("</html>\n"))
  }

  @Test func nothingThatARecordHoldsEndsAnElement() {
    let text = page([hostile], title: Self.payload)
    #expect(!text.contains("<img") && !text.contains("onerror=\""))
    // The script, and the data of the test and of the statements.
    #expect(text.components(separatedBy: "</script>").count == 4)
    #expect(text.components(separatedBy: "<!--").count == 1)
  }

  @Test func dataForTheScriptIsJSONWithoutWhatEndsItsElement() throws {
    let texts = ["</script>", "<!--", "\u{2028}&", "a\"\\"]
    let json = safeJSON(texts)
    #expect(!json.contains("<") && !json.contains("\u{2028}") && !json.contains("&"))
    #expect(try JSONDecoder().decode([String].self, from: Data(json.utf8)) == texts)
  }

  @Test func statementsOfManyTestsStandInThePageOnce() {
    let text = page((0..<50).map { _ in madeUpTest("a()", [("SELECT something FROM somewhere", 3)]) })
    // In the table of statements, and in the texts of the script.
    #expect(text.components(separatedBy: "SELECT something FROM somewhere").count == 3)
  }

  #if os(Linux) || os(macOS)
    @Suite(.enabled(if: Browser.path != nil, "\(Browser.missing)"), .serialized) struct InABrowser {
      private let folder: Folder

      init() throws { folder = try Folder() }

      private func write(_ tests: [RunRecord.Test]) throws -> String {
        try folder.write(Array(ReportPageTests().page(tests).utf8), to: "page.html")
      }

      @Test func openingATestDrawsItsWaterfall() throws {
        let file = try write([madeUpListing(isGood: true), madeUpListing(isGood: false)])
        let text = try Browser.document(of: file, fragment: "t1")
        #expect(text.contains("data-ready=\"yes\""), "the script ran to its end")
        #expect(
          text.contains("data-test=\"1\"")
            && text.contains("<dialog id=\"detail\" aria-labelledby=\"detail-title\" open"))
        #expect(
          text.components(separatedBy: "<rect class=\"select\"").count - 1 == 9 + 1, "nine statements and the legend")
        #expect(
          text.contains(
            "<title>#2 SELECT * FROM book WHERE authorId = ?, 5.0 µs, 1 row, 12 steps, at Library.swift:42 in"))
        #expect(text.contains("<input type=\"search\""))
      }

      @Test func theTablesAreThereWithoutScripts() throws {
        let page = ReportPageTests().page([madeUpListing(isGood: true), madeUpListing(isGood: false)])
        let silent = page.replacing(/script-src 'nonce-[a-z0-9]+'/, with: "script-src 'none'")
        let text = try Browser.document(of: folder.write(Array(silent.utf8), to: "page.html"))
        #expect(!text.contains("data-ready"))
        #expect(text.contains("<td data-n=\"9\">9</td>"))
        #expect(text.contains("<code>SELECT * FROM book WHERE authorId = ?</code>"))
      }

      @Test(arguments: [390, 1_280]) func whatARecordHoldsIsNeverRun(width: Int) throws {
        let file = try write([ReportPageTests().hostile])
        let text = try Browser.document(of: file, fragment: "t0", width: width)
        #expect(text.contains("data-ready=\"yes\"") && text.contains("data-test=\"0\""))
        #expect(!text.contains("<title>owned</title>"))
        #expect(!text.contains("<img"))
      }

      /// `DATABASE_REPORT_TESTS=10000 swift test -c release --filter aLargePage` prints how large a page is and how fast it opens.
      @Test(.enabled(if: ReportPageTests.size != nil, "DATABASE_REPORT_TESTS is not set"))
      func aLargePage() throws {
        let count = try #require(ReportPageTests.size)
        let files = max(1, count / 25)
        let tests = (0..<count).map { index in
          madeUpTest(
            "test\(index)()", file: "File\(index % files)Tests.swift",
            (0..<(index % 12)).map { ("SELECT column\($0) FROM table\(index % 97) WHERE id = 1", 1 + $0 % 4) })
        }
        let clock = ContinuousClock()
        var text = ""
        let writing = clock.measure { text = ReportPageTests().page(tests) }
        // What a browser knows of its own loading, in a copy of the page that may tell it.
        let probe = """
          <script>addEventListener("load", () => { document.body.dataset.load = Math.round(performance.now());
          document.body.dataset.paint =
          Math.round((performance.getEntriesByName("first-contentful-paint")[0] || {}).startTime || 0); });</script>
          """
        let nonce = try #require(text.firstMatch(of: /script-src '(nonce-[a-z0-9]+)'/)).output.1.dropFirst(6)
        let told = text.replacing(
          "</body>", with: probe.replacing("<script>", with: "<script nonce=\"\(nonce)\">") + "</body>")
        let file = try folder.write(Array(told.utf8), to: "large.html")
        let document = try Browser.document(of: file)
        let load = document.firstMatch(of: /data-load="(\d+)"/)?.output.1 ?? "?"
        let paint = document.firstMatch(of: /data-paint="(\d+)"/)?.output.1 ?? "?"
        print(
          "\(count) tests: \(text.utf8.count >> 10) KB, written in \(writing), painted after \(paint) ms, loaded after \(load) ms"
        )
        #expect(document.contains("data-ready=\"yes\""))
        // Two seconds from the record to the page, and from the page to what can be read.
        #expect(Int(load) ?? .max < 2_000)
        #if !DEBUG
          #expect(writing < .seconds(2))
        #endif
      }
    }
  #endif

  private static let size = ProcessInfo.processInfo.environment["DATABASE_REPORT_TESTS"].flatMap { Int($0) }
}
