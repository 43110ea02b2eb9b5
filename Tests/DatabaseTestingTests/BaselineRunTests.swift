import Foundation
import Testing

@testable import DatabaseRecording
@testable import DatabaseTesting

@Suite struct BaselineRunTests {
  private let directory: URL
  private let known = Finding(kind: .nPlusOne, headline: "Expected no N+1 queries.", relationship: "book.authorId")
  private let new = Finding(
    kind: .nPlusOne, headline: "Expected no N+1 queries.", relationship: "page.bookId",
    callSite: CallSite(function: "Library.pages()", module: nil, filePath: nil))

  init() throws {
    directory = FileManager.default.temporaryDirectory.appendingPathComponent("baseline-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  private func run(_ mode: String?, file: String? = nil) -> BaselineRun {
    var environment: [String: String] = [:]
    environment["DATABASE_TESTING_BASELINE"] = mode
    environment["DATABASE_TESTING_BASELINE_FILE"] = file
    return BaselineRun(environment: environment, directory: directory)
  }

  @Test func onlyNewFindingsFailOnceTheKnownOnesAreRecorded() {
    defer { try? FileManager.default.removeItem(at: directory) }
    #expect(run("record").judge([known], test: "T a()").isEmpty)
    #expect(run(nil).judge([known, new], test: "T a()").map(\.relationship) == ["page.bookId"])
    #expect(run("check").judge([known], test: "T b()").map(\.relationship) == ["book.authorId"])
    #expect(run("off").judge([known], test: "T a()").count == 1)
  }

  @Test func whatATestExpectsItselfIsNotRecorded() {
    defer { try? FileManager.default.removeItem(at: directory) }
    let found = run("record").judge([known, new], test: "T a()") { $0.relationship == "book.authorId" }
    #expect(found.isEmpty)
    #expect(run("check").judge([known, new], test: "T a()").map(\.relationship) == ["book.authorId"])
  }

  /// A warning is heard by `withKnownIssue`, and tells that it was.
  @Test func whatIsKnownIsNoFailure() throws {
    withKnownIssue {
      let isFailure = IssueReporter.recordIssue("expected", at: CodeLocation("M/F.swift", "F.swift", 1, 1))
      #expect(!isFailure)
    } matching: {
      $0.comments.map(\.rawValue) == ["expected"]
    }
  }

  @Test func aRecordingThatSawNothingFailsAlsoWhileRecording() {
    defer { try? FileManager.default.removeItem(at: directory) }
    let blind = Finding(kind: .blind, headline: "Nothing was seen.")
    #expect(run("record").judge([blind, known], test: "T a()").map(\.kind) == [.blind])
    #expect(run("check").judge([blind, known], test: "T a()").map(\.kind) == [.blind])
  }

  @Test func aDamagedFileFailsEveryTestAndIsNotOverwritten() throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    let file = directory.appendingPathComponent(".database-baseline")
    try Data("swift-database-testing baseline 1\n<<<<<<< HEAD\n".utf8).write(to: file)
    for mode in ["record", "check", nil] {
      let findings = run(mode).judge([], test: "T a()")
      #expect(
        findings.map(\.message) == [
          """
          The baseline of findings cannot be used, so nothing was compared with it: \(file.path):2: expected 4 fields \
          separated by tabs, found 1.
            fix: correct that line, take the file from version control again, or delete it and run the tests with \
          DATABASE_TESTING_BASELINE=record
          """
        ])
    }
    #expect(try Data(contentsOf: file).count == 47)
  }

  @Test func aPathOutsideAnUnknownModeAndAMissingFileAreRefused() {
    defer { try? FileManager.default.removeItem(at: directory) }
    for path in ["../x", "/tmp/x", "a/../../x"] {
      #expect(run("record", file: path).judge([known], test: "T a()").first?.kind == .invalidExpectation)
    }
    #expect(run("recrod").judge([], test: "T a()").map(\.kind) == [.invalidExpectation])
    #expect(run("check").judge([], test: "T a()").map(\.kind) == [.invalidExpectation])
    #expect(run(nil).judge([], test: "T a()").isEmpty)
  }

  @Test func whatATestNoLongerHasIsStaleAndWhatDidNotRunIsNot() {
    defer { try? FileManager.default.removeItem(at: directory) }
    for test in ["T a()", "T b()", "T c()", "File.swift"] { _ = run("record").judge([known, new], test: test) }
    let later = run(nil)
    #expect(later.staleReport == nil)
    _ = later.judge([known, new], test: "T a()")
    _ = later.judge([], test: "File.swift", isNamed: false)
    #expect(later.staleReport == nil)
    _ = later.judge([known], test: "T b()")
    #expect(
      later.staleReport == """
        note: 1 entry of .database-baseline is stale: the test ran and did not have the finding.
          T b(): nPlusOne page.bookId in Library.pages()
          fix: delete its line, or the file and record again

        """)
    // Another `expectDatabase` of the same test has it after all.
    _ = later.judge([new], test: "T b()")
    #expect(later.staleReport == nil)
  }

  @Test func aSnapshotIsNeverAcceptedByABaseline() {
    defer { try? FileManager.default.removeItem(at: directory) }
    let changed = Finding(kind: .snapshot, headline: "Expected the queries of a.txt, but they differ.")
    #expect(run("record").judge([changed, known], test: "T a()").map(\.kind) == [.snapshot])
    #expect(run("check").baseline.entries.count == 1)
    #expect(run(nil).judge([changed], test: "T a()").map(\.kind) == [.snapshot])
  }

  #if os(Linux)
    @Test func twoProcessesThatRecordAtOnceMakeTheFileThatOneMakes() async throws {
      defer { try? FileManager.default.removeItem(at: directory) }
      let probe = Probe(name: "ConfigurationProbe")
      let mode = ["DATABASE_TESTING_BASELINE": "record"]
      func folder(_ name: String) throws -> URL {
        let folder = directory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
      }
      func bytes(_ folder: URL) throws -> Data {
        try Data(contentsOf: folder.appendingPathComponent(".database-baseline"))
      }
      let alone = try folder("alone")
      _ = try probe.run(["baseline", "0", "120"], environment: mode, directory: alone)
      let expected = try bytes(alone)
      #expect(expected.split(separator: UInt8(ascii: "\n")).count == 120 + 3)
      for round in 0..<5 {
        let shared = try folder("shared \(round)")
        try await withThrowingTaskGroup(of: Void.self) { group in
          for first in [0, 40, 80] {
            group.addTask {
              _ = try probe.run(["baseline", "\(first)", "\(first + 40)"], environment: mode, directory: shared)
            }
          }
          try await group.waitForAll()
        }
        #expect(try bytes(shared) == expected)
      }
    }

    @Test func theEndOfAProcessTellsOfStaleEntries() throws {
      defer { try? FileManager.default.removeItem(at: directory) }
      let probe = Probe(name: "ConfigurationProbe")
      _ = try probe.run(
        ["baseline", "0", "3"], environment: ["DATABASE_TESTING_BASELINE": "record"], directory: directory)
      #expect(try probe.run(["baseline", "0", "2"], directory: directory) == ["judged 0 2: 0 findings"])
      #expect(
        try probe.run(["baseline", "1", "2", "mended"], directory: directory) == [
          "judged 1 2: 0 findings",
          "note: 1 entry of .database-baseline is stale: the test ran and did not have the finding.",
          "  Probe/Tests.swift test1(): nPlusOne book.authorId",
          "  fix: delete its line, or the file and record again",
        ])
    }
  #endif

  @Test func nothingIsLostWhenManyWriteAtOnce() async throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<40 {
        group.addTask { _ = run("record").judge([known], test: "T test\(number)()") }
      }
    }
    #expect(run("check").baseline.entries.count == 40)
  }
}
