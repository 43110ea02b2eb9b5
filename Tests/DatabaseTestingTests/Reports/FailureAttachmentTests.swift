#if os(Linux)
  import DatabaseRecording
  import DatabaseRunRecords
  import Foundation
  import FoundationXML
  import TestSupport
  import Testing

  @testable import DatabaseTesting

  private let isChild = ProcessInfo.processInfo.environment["FAILURE_ATTACHMENT_EXAMPLES"] == "1"

  /// Run by ``FailureAttachmentTests`` in a process of their own, where they fail.
  @Suite(.enabled(if: isChild)) struct FailureAttachmentExamples {
    @Test(.database(.queries(1))) func readsOneByOne() throws {
      try withoutDatabaseRecording { try Shop(authors: 2) }.authorsWithBooksOneByOne()
    }

    /// Two recordings that fail in one test, and the test itself.
    @Test(.database(.queries(1)), arguments: [2, 3]) func failsTwice(authors: Int) throws {
      let shop = try withoutDatabaseRecording { try Shop(authors: authors) }
      for _ in 0..<2 { try expectDatabase(.queries(1)) { try shop.authorsWithBooksOneByOne() } }
    }

    @Test(.database(.queries(3))) func readsAsExpected() throws {
      let shop = try withoutDatabaseRecording { try Shop(authors: 2) }
      try expectDatabase(.queries(3)) { try shop.authorsWithBooksOneByOne() }
    }

    @Test func recordsByItself() throws {
      let shop = try withoutDatabaseRecording { try Shop(authors: 2) }
      try expectDatabase(.queries(1)) { _ = try shop.authors() }
      _ = try recordDatabase {
        try expectDatabase(.queries(2)) { try shop.authorsWithBooks() }
      }
    }
  }

  struct FailureAttachmentTests {
    @Test func aFailingTestCarriesTimelineAndWaterfallAndEachCallAloneIsALine() throws {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attachments-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: folder) }
      let (attachments, reports) = (folder.appendingPathComponent("a"), folder.appendingPathComponent("r"))
      try FileManager.default.createDirectory(at: attachments, withIntermediateDirectories: true)
      let began = Date().timeIntervalSince1970
      try Child(
        filter: "FailureAttachmentExamples",
        environment: ["FAILURE_ATTACHMENT_EXAMPLES": "1", "DATABASE_TESTING_REPORT": reports.path]
      ).run(attachments: attachments.path)

      let files = try FileManager.default.contentsOfDirectory(atPath: attachments.path).sorted()
      // One of a kind for each case; a second file of a name gets a number from Swift Testing.
      #expect(files.count { $0.hasPrefix("failsTwice-") && $0.hasSuffix(".txt") } == 2)
      #expect(files.count { $0.hasPrefix("failsTwice-") && $0.hasSuffix(".svg") } == 2)
      #expect(
        files.filter { !$0.hasPrefix("failsTwice") } == ["readsOneByOne-timeline.txt", "readsOneByOne-waterfall.svg"])
      let drawing = try Data(contentsOf: attachments.appendingPathComponent("readsOneByOne-waterfall.svg"))
      #expect(XMLParser(data: drawing).parse())
      #expect(String(decoding: drawing, as: UTF8.self).contains("#2 SELECT id FROM book WHERE authorId = ?, "))
      let timeline = try String(
        contentsOf: attachments.appendingPathComponent("readsOneByOne-timeline.txt"), encoding: .utf8)
      #expect(timeline.hasPrefix("Recording: 3 queries, 3 statements on "))
      #expect(timeline.contains("SELECT id FROM book WHERE authorId = ?"))
      #expect(timeline.hasSuffix("\n"))

      let file = try #require(try FileManager.default.contentsOfDirectory(atPath: reports.path).first)
      let bytes = try Data(contentsOf: reports.appendingPathComponent(file))
      let (tests, damaged) = try RunRecordReader.tests(in: bytes, name: file)
      #expect(damaged == 0)
      let lines = tests.map { "\($0.name) \($0.call ?? "test") \($0.queries)" }
      // What is recorded inside of another recording is in its line.
      #expect(
        lines.sorted() == [
          "failsTwice(authors:) test 6", "failsTwice(authors:) test 8", "readsAsExpected() test 3",
          "readsOneByOne() test 3", "recordsByItself() expectDatabase 1",
          "recordsByItself() recordDatabase 2",
        ])
      let now = Date().timeIntervalSince1970
      #expect(tests.allSatisfy { began - 1 <= $0.started ?? 0 && $0.started ?? 0 <= now + 1 })
    }

    @Test(
      arguments: [
        (["tests.xctest", "--attachments-path", "a"], [:], true),
        (["tests.xctest", "--attachments-path=a"], [:], true),
        (["tests.xctest", "--experimental-attachments-path", "a"], [:], true),
        (["tests.xctest", "--event-stream-output-path", "a"], [:], true),
        (["tests.xctest"], ["XCTestSessionIdentifier": "1"], true), (["tests.xctest"], [:], false),
        (["tests.xctest", "--filter", "attachments-path"], [:], false),
      ] as [([String], [String: String], Bool)])
    func attachmentsAreMadeWhereSomebodyKeepsThem(arguments: [String], environment: [String: String], areKept: Bool) {
      #expect(FailureAttachment.areKept(by: arguments, environment: environment) == areKept)
    }

    @Test(arguments: [
      ("savesOnce()", "savesOnce-timeline.txt"),
      ("transfers(amount:)", "transfers-timeline.txt"),
      ("`a / b: ../c`()", "-a---b-----c--timeline.txt"),
      ("()", "test-timeline.txt"),
      ("über 7()", "über-7-timeline.txt"),
    ])
    func whateverATestIsCalledNamesAFile(test: String, file: String) {
      #expect(FailureAttachment.name(for: test, of: "timeline.txt") == file)
    }
  }

  /// This test program in a process of its own.
  private struct Child {
    var filter: String
    var environment: [String: String]

    func run(attachments: String) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
      process.arguments = [
        "--testing-library", "swift-testing", "--filter", filter, "--attachments-path", attachments,
      ]
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      let output = Pipe()
      process.standardOutput = output
      process.standardError = output
      try process.run()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 1, "one example fails:\n\(text)")
      #expect(text.contains("Expected 1 query, found 3."))
    }
  }
#endif
