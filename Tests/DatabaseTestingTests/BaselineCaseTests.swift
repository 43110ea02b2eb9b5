import DatabaseRecording
import Foundation
import Testing

@testable import DatabaseTesting

/// Each case of a parameterised test is known by itself, by something that is the same in each process.
@Suite struct BaselineCaseTests {
  struct Described: CustomTestStringConvertible, Sendable {
    var testDescription: String { "described" }
  }

  final class Reference: Sendable {}

  struct Opaque: Sendable { var reference = Reference() }

  enum Kind: Sendable { case one, two }

  @Test func aTestWithoutArgumentsHasNoCase() {
    #expect(Runner.currentTestCase == nil)
  }

  @Test(arguments: [(1, "8e7ef1dbd3eb4c9d"), (2, "")]) func ofWhatCannotBeEncoded(_ pair: (Int, String)) {
    #expect(Runner.currentTestCase == nil)
  }

  @Test(arguments: [1, 2, 3]) func ofNumbers(_ number: Int) {
    let known = [1: "2bf1d029edbcf358", 2: "38f53f8b90431cfa", 3: "45f8aeedcee78d9c"]
    #expect(Runner.currentTestCase == known[number])
  }

  @Test(arguments: ["a secret"], [Kind.one, .two]) func ofTextsAndCases(_ text: String, _ kind: Kind) throws {
    let name = try #require(Runner.currentTestCase)
    #expect(name.utf8.count == 16 && name.allSatisfy(\.isHexDigit))
    #expect(name != (kind == .one ? "?two" : "?one"))
  }

  @Test(arguments: [Described()]) func ofWhatDescribesItself(_ value: Described) {
    #expect(Runner.currentTestCase != nil)
  }

  /// It may have an address in it.
  @Test(arguments: [Opaque()]) func ofWhatDoesNot(_ value: Opaque) {
    #expect(Runner.currentTestCase == nil)
  }

  @Test func anEntryOfOneCaseLeavesTheOthers() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("cases-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    func run(_ mode: String) -> BaselineRun {
      BaselineRun(environment: ["DATABASE_TESTING_BASELINE": mode], directory: directory)
    }
    let load = Finding(kind: .nPlusOne, headline: "Expected no N+1 queries.", relationship: "book.authorId")
    let (one, other) = ("M/T.swift S/lists(_:) [0123456789abcdef]", "M/T.swift S/lists(_:) [fedcba9876543210]")
    #expect(run("record").judge([load], test: one).isEmpty)
    #expect(run("check").judge([load], test: one).isEmpty)
    #expect(run("check").judge([load], test: other).count == 1)
    // What is mended in one case is stale, and the other has it still.
    #expect(run("record").judge([load], test: other).isEmpty)
    let later = run("check")
    _ = later.judge([], test: one)
    _ = later.judge([load], test: other)
    #expect(later.staleReport?.contains("M/T.swift S/lists(_:) [0123456789abcdef]: nPlusOne book.authorId") == true)
    #expect(later.staleReport?.contains("fedcba9876543210") == false)
  }

  /// A file that was recorded before names had their cases, and one from before they had their suites.
  @Test(arguments: ["M/T.swift S/lists(_:)", "M/T.swift lists(_:)"])
  func anOlderFileCoversAllCases(_ recorded: String) throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("cases-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try Data(
      """
      swift-database-testing baseline 1
      # test, kind, subject and function, separated by tabs; sorted
      \(recorded)\tnPlusOne\tbook.authorId\t
      end

      """.utf8
    ).write(to: directory.appendingPathComponent(".database-baseline"))
    let load = Finding(kind: .nPlusOne, headline: "Expected no N+1 queries.", relationship: "book.authorId")
    let run = BaselineRun(environment: [:], directory: directory)
    for name in ["0123456789abcdef", "fedcba9876543210"] {
      #expect(run.judge([load], test: "M/T.swift S/lists(_:) [\(name)]").isEmpty)
    }
    #expect(run.judge([load], test: "M/T.swift S/other(_:) [0123456789abcdef]").count == 1)
    #expect(run.staleReport == nil)
    let mended = BaselineRun(environment: [:], directory: directory)
    _ = mended.judge([], test: "M/T.swift S/lists(_:) [0123456789abcdef]")
    #expect((mended.staleReport != nil) == recorded.contains("S/"))
  }
}
