import Foundation
import Testing

@testable import DatabaseRecording
@testable import DatabaseReporting
@testable import DatabaseRunRecords

/// Which of the lines in some files count.
@Suite struct RunsOfAFolderTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  private func run(_ id: String, launch: String? = nil, job: String? = nil, platform: String? = "Linux") -> TestRun {
    TestRun(
      id: id, launch: launch ?? id, commit: String(repeating: "a1", count: 20), host: "build-7", platform: platform,
      job: job)
  }

  private func test(
    _ name: String, queries: Int = 1, suite: String? = nil, case testCase: String? = "only", call: String? = nil,
    line: Int = 12, started: Double = 1_700_000_000
  ) -> RunRecord.Test {
    var test = madeUpTest(name, call: call, line: line, [("SELECT 1", queries)], started: started)
    test.suite = suite
    test.case = testCase
    return test
  }

  /// `name queries` of each line that counts, in the order of the names.
  private func read(_ paths: String...) throws -> (lines: [String], outcome: RecordFiles.Outcome) {
    var lines: [String] = []
    let outcome = try RecordFiles(paths).forEachTest { test, _ in lines.append("\(test.name) \(test.queries)") }
    return (lines.sorted(), outcome)
  }

  @Test func theNewestRunOfAFolderIsReadWithAllItsProcesses() throws {
    try folder.write([test("a()", queries: 9)], process: 1, started: 1_700_000_000, run: run("old"), to: "r/1.jsonl")
    try folder.write([test("a()", queries: 2)], process: 2, started: 1_700_003_600, run: run("new"), to: "r/2.jsonl")
    try folder.write([test("b()", queries: 3)], process: 3, started: 1_700_003_700, run: run("new"), to: "r/3.jsonl")
    let (lines, outcome) = try read(folder.path("r"))
    #expect(lines == ["a() 2", "b() 3"])
    #expect(
      outcome.note == """
        the newest run is read, of 2023-11-14 23:13 UTC, commit a1a1a1a1a1, 2 processes on build-7; 1 older run in the \
        same folder is left out.
        """)
  }

  /// After a fixed N+1 the second run into the same folder is compared, and not both.
  @Test func aSecondRunIntoTheSameFolderIsComparedAlone() throws {
    try folder.write([madeUpListing(isGood: true)], run: run("base"), to: "base/1.jsonl")
    try folder.write([madeUpListing(isGood: false)], process: 8, run: run("first"), to: "head/1.jsonl")
    try folder.write(
      [madeUpListing(isGood: true)], process: 9, started: 1_700_000_060, run: run("second"), to: "head/2.jsonl")
    var comparison = Comparison()
    try RecordFiles([folder.path("base")]).forEachTest { test, _ in comparison.addToBase(test) }
    try RecordFiles([folder.path("head")]).forEachTest { test, _ in comparison.addToHead(test) }
    #expect(try !comparison.result().isPast)
  }

  @Test func filesThatWereNamedAreAllRead() throws {
    let old = try folder.write([test("a()")], process: 1, started: 1, run: run("old"), to: "r/1.jsonl")
    let new = try folder.write([test("b()")], process: 2, started: 2, run: run("new"), to: "r/2.jsonl")
    let (lines, outcome) = try read(old, new)
    #expect(lines == ["a() 1", "b() 1"])
    #expect(outcome.note == nil)
  }

  /// Shards of machines that know nothing of each other are of one run once somebody named both folders, or merged them.
  @Test func foldersOfShardsAreReadTogetherAndSoIsTheFileTheyWereMergedInto() throws {
    try folder.write([test("a()")], process: 1, started: 1, run: run("one"), to: "1/1.jsonl")
    try folder.write([test("b()")], process: 2, started: 2, run: run("two"), to: "2/2.jsonl")
    #expect(try read(folder.path("1"), folder.path("2")).lines == ["a() 1", "b() 1"])
    let files = try RecordFiles([folder.path("1"), folder.path("2")])
    _ = try RecordMerge.merge(files, into: folder.path("1/all.jsonl"), replaces: false)
    #expect(try read(folder.path("1")).lines == ["a() 1", "b() 1"])
    #expect(try read(folder.path("1"), folder.path("2")).lines == ["a() 1", "b() 1"])
  }

  @Test func theSameFileInTwoFoldersCountsOnce() throws {
    let whole = try record([test("a()"), test("b()")], run: run("one"))
    try folder.write(Array(whole.prefix(whole.count - 40)), to: "x/1.jsonl")
    try folder.write(whole, to: "y/1.jsonl")
    #expect(try read(folder.path("x"), folder.path("y")).lines == ["a() 1", "b() 1"])
    #expect(try read(folder.path("y"), folder.path("x")).lines == ["a() 1", "b() 1"])
    // As files of the version before have no run.
    try folder.write(record([test("a()")]), to: "z/1.jsonl")
    try folder.write(record([test("a()")]), to: "z/2.jsonl")
    #expect(try read(folder.path("z")).lines == ["a() 1"])
  }

  @Test func ofATestThatWasRunAgainTheLastTimeCounts() throws {
    try folder.write(
      [test("a()", queries: 9, started: 1), test("a()", queries: 2, started: 2), test("b()")], run: run("one"),
      to: "r/1.jsonl")
    #expect(try read(folder.path("r")).lines == ["a() 2", "b() 1"])
    // By the CI, which starts what failed once more.
    try folder.write(
      [test("a()", queries: 1)], process: 8, started: 1_700_000_300, run: run("one", launch: "again"),
      to: "r/2.jsonl")
    #expect(try read(folder.path("r")).lines == ["a() 1", "b() 1"])
  }

  @Test func whatIsNotRunAgainIsAllRead() throws {
    let tests = [
      // Cases of one test, those that cannot be told among them.
      test("cases(_:)", queries: 1, case: "00000000000000a1"), test("cases(_:)", queries: 2, case: "00000000000000a2"),
      test("others(_:)", queries: 1, case: nil), test("others(_:)", queries: 2, case: nil),
      // Calls within one test.
      test("calls()", queries: 1, call: "expectDatabase"), test("calls()", queries: 2, call: "expectDatabase"),
      // Tests of one name in two suites.
      test("same()", queries: 1, suite: "One", line: 3), test("same()", queries: 2, suite: "Two", line: 4),
    ]
    try folder.write(tests, run: run("one"), to: "r/1.jsonl")
    let all = [
      "calls() 1", "calls() 2", "cases(_:) 1", "cases(_:) 2", "others(_:) 1", "others(_:) 2", "same() 1", "same() 2",
    ]
    #expect(try read(folder.path("r")).lines == all)
    // In another job of the same run of a CI, and on another platform.
    try folder.write([test("a()")], process: 2, run: run("ci", launch: "1", job: "debug"), to: "s/1.jsonl")
    try folder.write([test("a()")], process: 3, run: run("ci", launch: "2", job: "release"), to: "s/2.jsonl")
    try folder.write([test("a()")], process: 4, run: run("ci", launch: "3", platform: "macOS"), to: "s/3.jsonl")
    #expect(try read(folder.path("s")).lines == ["a() 1", "a() 1", "a() 1"])
  }

  /// As they were written before a record knew its run.
  @Test func recordsOfTheVersionBeforeAreRead() throws {
    let header = #"{"format":"swift-database-testing\/run","process":PROCESS,"started":1700000000.25,"version":1}"#
    let line = #"""
      {"connections":[],"dropped":0,"duration":0,"excluded":0,"executions":[],"file":"T.swift","findings":[],"isBlind":false,
      "line":3,"loads":[],"module":"M","name":"NAME","queries":0,"shapes":[],"spans":[],"statements":0,"unattributed":0}
      """#.replacing("\n", with: "")
    for (number, name) in ["a()", "b()"].enumerated() {
      let text = header.replacing("PROCESS", with: "\(number + 1)") + "\n" + line.replacing("NAME", with: name) + "\n"
      try folder.write(Array(text.utf8), to: "r/\(number).jsonl")
    }
    let (lines, outcome) = try read(folder.path("r"))
    #expect(lines == ["a() 0", "b() 0"])
    #expect(outcome.note == nil && outcome.runs.isEmpty && outcome.warnings.isEmpty)
    // Beside a newer run they are an older one.
    try folder.write([test("c()")], process: 9, started: 1_700_000_300, run: run("new"), to: "r/new.jsonl")
    #expect(try read(folder.path("r")).lines == ["c() 1"])
  }

  @Test func aSummarySaysWhichRunItIsOfAndCountsTestsAndNotCalls() throws {
    try folder.write(
      [test("a()", call: "expectDatabase"), test("a()", call: "recordDatabase"), test("b()")], run: run("one"),
      to: "r/1.jsonl")
    var summary = RunSummary()
    summary.runs = try RecordFiles([folder.path("r")]).forEachTest { test, _ in summary.add(test) }.runs
    #expect(
      summary.text(TextStyle(width: 90, isColoured: false), top: 3).hasPrefix(
        """
        2 tests, 3 queries, 3 statements, 36 steps, 15 µs in the database
        Run of 2023-11-14 22:13 UTC, commit a1a1a1a1a1, 1 process on build-7

        """))
  }

  @Test(arguments: [
    #"{"name":"a\"}b","module":"M","file":"F","line":7,"executions":[{"name":"x"},"]"],"started":1.5,"case":"only"}"#,
    #"{"executions":[{"name":"x","module":"]"}],"case":"only","file":"F","line":7,"module":"M","name":"a\"}b","started":1.5}"#,
  ])
  func theFieldsOfALineAreFoundWithoutDecodingIt(text: String) {
    let key = Array(text.utf8).withUnsafeBufferPointer { LineKey($0) }
    #expect([key.name, key.module, key.file, key.line, key.testCase] == [#"a"}b"#, "M", "F", "7", "only"])
    #expect(key.started == 1.5)
  }

  @Test func aLineThatIsCutAnywhereTrapsNowhere() {
    let bytes = Array(#"{"name":"a\"}b","executions":[{"name":"x\\"},"]"],"started":1.5}"#.utf8)
    for length in 0...bytes.count { _ = bytes[..<length].withUnsafeBufferPointer { LineKey($0) } }
    for byte in bytes.indices {
      var damaged = bytes
      damaged[byte] = UInt8(ascii: "\"")
      _ = damaged.withUnsafeBufferPointer { LineKey($0) }
    }
  }
}
