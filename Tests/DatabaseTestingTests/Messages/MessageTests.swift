import DatabaseSupport
import DatabaseTesting
import Foundation
import TestSupport
import Testing

@Suite struct MessageTests {
  @Test(.needs(.lines), arguments: Message.all) func aFailureSays(_ message: Message) throws {
    let (good, bad) = (try Library(), try Library())
    let passing = try recordDatabase { try message.passes(good) }.check(message.expectations, isInherited: false)
    #expect(passing.isEmpty, "\(passing)")
    let findings = try recordDatabase { try message.fails(bad) }.check(message.expectations, isInherited: false)
    let text = findings.map { Self.withoutMeasures($0.message) }.joined(separator: "\n\n")
    #expect(!findings.isEmpty)
    #expect(text == message.text)
    if text != message.text, ProcessInfo.processInfo.environment["DATABASE_TESTING_MESSAGES"] != nil {
      print("<<<\(message.testDescription)\n\(text)\n>>>")
    }
  }

  @Test(.needs(.lines), arguments: PoolMessage.all) func aFailureOfAPoolSays(_ message: PoolMessage) throws {
    let passing = try recordDatabase { try message.passes() }.check(message.expectation)
    #expect(passing.isEmpty, "\(passing)")
    let findings = try recordDatabase { try message.fails() }.check(message.expectation)
    let text = findings.map { Self.withoutMeasures($0.message) }.joined(separator: "\n\n")
    PoolMessage.kept.withLock { $0 = [] }
    #expect(text == message.text)
    if text != message.text, ProcessInfo.processInfo.environment["DATABASE_TESTING_MESSAGES"] != nil {
      print("<<<\(message.expectation.name)\n\(text)\n>>>")
    }
  }

  /// On the main actor, where a test can be.
  @Test(.needs(.lines)) @MainActor func aQueryOnTheMainThreadSays() async throws {
    let library = try Library()
    let recording = try recordDatabase { try library.authors() }
    #expect(
      recording.check(.noMainThreadQueries).map { Self.withoutMeasures($0.message) } == [
        """
        Expected no queries on the main thread, found 1.
          1×  SELECT * FROM author    #1
               at SQLiteDatabase.swift:… in SQLiteDatabase.rows(_:_:)
          fix: await an asynchronous read of the database
        """
      ])
    let elsewhere = try await recordDatabase { try await Task.detached { try library.authors() }.value }
    #expect(elsewhere.check(.noMainThreadQueries.allowingNoQueries).isEmpty)
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
    names.subtract(["insert", "update", "delete"])
    let shown =
      Message.all.map(\.testDescription).joined(separator: "\n")
      + PoolMessage.all.map(\.testDescription).joined(separator: "\n") + ".noMainThreadQueries"
    for name in names.sorted() where !name.isEmpty { #expect(shown.contains(".\(name)"), "\(name)") }
    #expect(names.count > 25)
  }

  static func withoutMeasures(_ text: String) -> String {
    text.replacing(/\d+(\.\d+)? (ns|µs|ms|s)\b/, with: "… ms").replacing(/\d+ steps?/, with: "… steps")
      .replacing(/(:memory:|shop|orders) \(\d+\)/) { "\($0.output.1) (…)" }.replacing(/(\w+\.swift):\d+/) {
        "\($0.output.1):…"
      }
      .replacing(/found \d+\.(?=\n.*steps)/, with: "found ….")
  }
}
