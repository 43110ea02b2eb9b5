import DatabaseTesting
import Foundation
import Testing

/// What every expectation says when it fails, as a whole, beside a program that it lets pass.
///
/// To be read from top to bottom, as somebody would who has never seen the package. What is measured is written as `…`: times, steps,
/// the numbers of connections and of lines.
struct Message: Sendable, CustomTestStringConvertible {
  var expectation: DatabaseExpectation
  var passes: @Sendable (Library) throws -> Void
  var fails: @Sendable (Library) throws -> Void
  var text: String

  init(
    _ expectation: DatabaseExpectation, passes: @escaping @Sendable (Library) throws -> Void,
    fails: @escaping @Sendable (Library) throws -> Void, _ text: String
  ) {
    self.expectation = expectation
    self.passes = passes
    self.fails = fails
    self.text = text
  }

  var testDescription: String { expectation.name }
}

@Suite struct MessageTests {
  @Test(arguments: Message.all) func aFailureSays(_ message: Message) throws {
    let (good, bad) = (try Library(), try Library())
    let passing = try recordDatabase { try message.passes(good) }.check(message.expectation)
    #expect(passing.isEmpty, "\(passing)")
    let findings = try recordDatabase { try message.fails(bad) }.check(message.expectation)
    let text = findings.map { Self.withoutMeasures($0.message) }.joined(separator: "\n\n")
    #expect(!findings.isEmpty)
    #expect(text == message.text)
    if text != message.text, ProcessInfo.processInfo.environment["DATABASE_TESTING_MESSAGES"] != nil {
      print("<<<\(message.expectation.name)\n\(text)\n>>>")
    }
  }

  /// Every expectation has one.
  @Test func noneIsMissing() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../Sources/DatabaseRecording/Expectations").standardized
    var names: Set<String> = []
    for file in try FileManager.default.contentsOfDirectory(at: sources, includingPropertiesForKeys: nil) {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: /public static (?:var|func) (\w+)[^\n]*-> Self|public static (?:var|func) (\w+)/) {
        names.insert(String(match.output.1 ?? match.output.2 ?? ""))
      }
    }
    // Of pools, of threads and of automatic indexes there are whole messages in their own suites.
    names.subtract([
      "noLeaks", "balancedCheckouts", "peakLeases", "closedConnections", "noMainThreadQueries", "noBlockingQueries",
    ])
    names.subtract(["insert", "update", "delete", "noAutomaticIndexes"])
    let shown = Message.all.map(\.expectation.name).joined(separator: "\n")
    for name in names.sorted() where !name.isEmpty { #expect(shown.contains(".\(name)"), "\(name)") }
    #expect(names.count > 25)
  }

  static func withoutMeasures(_ text: String) -> String {
    text.replacing(/\d+(\.\d+)? (ns|µs|ms|s)\b/, with: "… ms").replacing(/\d+ steps?/, with: "… steps")
      .replacing(/:memory: \(\d+\)/, with: ":memory: (…)").replacing(/(\w+\.swift):\d+/) { "\($0.output.1):…" }
      .replacing(/found \d+\.(?=\n.*steps)/, with: "found ….")
  }
}
