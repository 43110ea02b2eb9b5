import Foundation
import Testing

@testable import DatabaseRecording
@testable import DatabaseTesting

@Suite struct BaselineRunTests {
  private let directory: URL
  private let known = Finding(kind: .nPlusOne, headline: "Expected no N+1 queries.", relationship: "book.authorId")
  private let new = Finding(kind: .nPlusOne, headline: "Expected no N+1 queries.", relationship: "page.bookId")

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
