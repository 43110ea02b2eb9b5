import DatabaseSupport
import TestSupport
import Testing

@testable import DatabaseTesting

@Suite struct AnnotationTests {
  private let test = CodeLocation(
    fileID: "AppTests/LibraryTests.swift", filePath: "/home/ci/app/Tests/LibraryTests.swift", line: 12, column: 4)

  private func finding(_ headline: String, details: [String] = [], site: CallSite? = nil) -> Finding {
    Finding(kind: .nPlusOne, headline: headline, details: details, callSite: site)
  }

  @Test func aFindingStandsAtTheLineOfTheApp() {
    let site = CallSite(
      function: "Library.books(of:)", module: "App", filePath: "/home/ci/app/Sources/Library.swift", line: 42)
    let annotation = GitHubAnnotation(
      finding("Expected no N+1 queries, found 1: 100% of it.", details: ["  fix: do"], site: site), test: test,
      workspace: "/home/ci/app")
    #expect(
      annotation.text() == """
        ::error file=Sources/Library.swift,line=42,title=N+1::Expected no N+1 queries, found 1: 100%25 of it.%0A\
          fix: do%0A  in the test at LibraryTests.swift:12
        """)
  }

  @Test func aFindingStandsAtTheColumnOfItsCall() {
    let site = CallSite(function: "f()", module: "App", filePath: "/home/ci/app/a.swift", line: 42, column: 16)
    let text = GitHubAnnotation(finding("None.", site: site), test: test, workspace: "/home/ci/app").text()
    #expect(text.hasPrefix("::error file=a.swift,line=42,col=16,title=N+1::None."))
  }

  @Test func withoutACallSiteAtTheLineOfTheTest() {
    let annotation = GitHubAnnotation(finding("None."), test: test, workspace: nil)
    #expect(annotation.text() == "::error file=/home/ci/app/Tests/LibraryTests.swift,line=12,title=N+1::None.")
    let unknown = CallSite(function: "f()", module: nil, filePath: nil, line: nil)
    #expect(GitHubAnnotation(finding("None.", site: unknown), test: test, workspace: nil) == annotation)
  }

  @Test func nothingInAFindingEndsOrForgesACommand() {
    let site = CallSite(function: "f()", module: nil, filePath: "/a/b,line=1::x%\r\n::warning ::y.swift", line: 3)
    let annotation = GitHubAnnotation(
      finding("one\r\n::error ::two\u{1B}[31m", site: site), test: test, workspace: "/a")
    #expect(
      annotation.text() == """
        ::error file=b%2Cline=1%3A%3Ax%25  %3A%3Awarning %3A%3Ay.swift,line=3,title=N+1::one  ::error ::two [31m%0A\
          in the test at LibraryTests.swift:12
        """)
    #expect(!annotation.text().contains("\n"))
  }

  @Test func aPathIsMadeRelativeToItsOwnWorkspaceOnly() {
    for (workspace, path) in [
      ("/home/ci/app/", "Tests/LibraryTests.swift"), ("/home/ci/ap", test.filePath), ("", test.filePath),
    ] {
      let text = GitHubAnnotation(finding("x"), test: test, workspace: workspace).text()
      #expect(text == "::error file=\(path),line=12,title=N+1::x")
    }
  }

  /// A line that ten tests run into is one annotation, with the numbers of the worst.
  @Test func aLineHasOneAnnotationForWhatIsWrongWithIt() {
    let site = CallSite(function: "f()", module: "App", filePath: "/app/a.swift", line: 42)
    var annotations = Annotations()
    for count in [3, 60, 7] {
      let finding = Finding(kind: .nPlusOne, headline: "\(count) queries.", count: count, callSite: site)
      annotations.add(GitHubAnnotation(finding, test: test, workspace: "/app"))
    }
    let other = Finding(kind: .duplicateQuery, headline: "Twice.", count: 2, callSite: site)
    annotations.add(GitHubAnnotation(other, test: test, workspace: "/app"))
    #expect(
      annotations.text == """
        ::error file=a.swift,line=42,title=N+1 in 3 tests::60 queries.%0A  in the test at LibraryTests.swift:12
        ::error file=a.swift,line=42,title=Duplicate query::Twice.%0A  in the test at LibraryTests.swift:12

        """)
  }

  /// GitHub shows ten of a step.
  @Test func theWorstTenAreWritten() {
    var annotations = Annotations()
    for line in 1...20 {
      let site = CallSite(function: "f()", module: "App", filePath: "/app/a.swift", line: line)
      let kind: Finding.Kind = line <= 15 ? .failure : .nPlusOne
      annotations.add(
        GitHubAnnotation(
          Finding(kind: kind, headline: "x", count: line, callSite: site), test: test, workspace: "/app"))
    }
    let lines = annotations.text.split(separator: "\n").compactMap { $0.split(separator: ",").dropFirst().first }
    #expect(lines == [20, 19, 18, 17, 16, 15, 14, 13, 12, 11].map { "line=\($0)" })
    #expect(Annotations().text == "")
  }

  #if os(Linux)
    @Test func theyAreWrittenInGitHubActionsOnly() throws {
      let probe = Probe(name: "ConfigurationProbe")
      let isAnnotation = { (line: String) in line.hasPrefix("::error file=") }
      let lines = try probe.run("config", environment: ["GITHUB_ACTIONS": "true", "DATABASE_TESTING_ANNOTATIONS": ""])
      let found = lines.filter(isAnnotation)
      #expect(found.count == 1)
      #expect(found.first?.contains("ConfigurationProbe/main.swift,line=") == true)
      #expect(found.first?.contains(",title=Number of statements::Expected 1 query, found none.") == true)
      let others = [["GITHUB_ACTIONS": ""], ["GITHUB_ACTIONS": "true", "DATABASE_TESTING_ANNOTATIONS": "0"]]
      for environment in others {
        #expect(try !probe.run("config", environment: environment).contains(where: isAnnotation))
      }
    }
  #endif
}

@Suite struct HostileTextTests {
  /// Everything that could break a line, colour or clear a terminal, or turn a text around.
  private let hostile = "\u{1B}[2J\u{9B}31m\u{7}\r\n\u{2028}\u{202E}\u{2066}\u{0}x"

  @Test func namesInSQLCannotChangeTheOutput() throws {
    let database = try SQLiteDatabase()
    let name = "\"" + hostile.replacing("\u{0}", with: "") + "\""
    try database.execute("CREATE TABLE \(name) (id INTEGER PRIMARY KEY, v INTEGER)")
    try database.execute("INSERT INTO \(name) (v) VALUES (1), (2), (3), (4), (5), (6)")
    let recording = try recordDatabase(hostile) {
      for key in 1...6 { try database.rows("SELECT v FROM \(name) WHERE id = ?", key) }
      for _ in 1...2 { try database.rows("SELECT id FROM \(name) WHERE v = 3") }
      _ = try? database.execute("SELECT * FROM \(name.dropLast())2\"")
    }
    let expectations: [DatabaseExpectation] = [
      .noNPlusOne, .noFailures, .queries(1), .noFullScans, .executes("SELECT 1 FROM \(name)"), .steps(1), .rows(1),
      .executes(inOrder: ["SELECT 2 FROM \(name)"]), .noWrites.not, .fails(7), .queries(1, on: hostile, in: hostile),
      .any(of: [.queries(1), .noFullScans]), .noFailures.ignoring("SELECT 9 FROM \(name)", because: hostile),
      .loads(.lazy, of: hostile, 3),
    ]
    for expectation in expectations {
      let findings = recording.check(expectation)
      #expect(!findings.isEmpty, "\(expectation.name.singleLine)")
      for finding in findings { #expect(isHarmless(finding.message), "\(expectation)") }
    }
    let text = IssueReporter.text(for: recording.check(.queries(1)), of: recording)
    #expect(isHarmless(text))
    #expect(isHarmless(recording.description))
    #expect(recording.statements.allSatisfy { isHarmless($0.description) && !$0.description.contains("\n") })
  }

  /// Line feeds are ours, and between lines only: every line of a message begins as ours do.
  private func isHarmless(_ text: String) -> Bool {
    text.split(separator: "\n", omittingEmptySubsequences: false).allSatisfy { line in
      !line.unicodeScalars.contains {
        $0.properties.generalCategory == .control || "\u{2028}\u{202E}\u{2066}".unicodeScalars.contains($0)
      }
    }
  }
}
