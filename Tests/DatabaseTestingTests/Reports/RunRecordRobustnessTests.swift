#if os(Linux)
  import DatabaseRecording
  import DatabaseRunRecords
  import DatabaseTesting
  import Foundation
  import TestSupport
  import Testing

  /// What a report keeps when its process ends badly, or cannot write.
  @Suite struct RunRecordRobustnessTests {
    private let probe = Probe(name: "ConfigurationProbe")
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString)")

    private var environment: [String: String] {
      ["DATABASE_TESTING_REPORT": folder.path, "SWIFT_BACKTRACE": "enable=no"]
    }

    /// The calls of the only file in the folder, with how many of its lines are damaged.
    private func record() throws -> (tests: [RunRecord.Test], damagedLines: Int) {
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      let name = try #require(names.first)
      #expect(names.count == 1)
      return try RunRecordReader.tests(in: Data(contentsOf: folder.appendingPathComponent(name)), name: name)
    }

    @Test func aCrashLosesWhatWasRunningAlone() throws {
      defer { try? FileManager.default.removeItem(at: folder) }
      let output = try probe.run(["report", "3", "crash"], environment: environment, exitCode: SIGABRT)
      #expect(output == [])
      let (tests, damagedLines) = try record()
      #expect(tests.map(\.queries) == [2, 2, 2])
      #expect(damagedLines == 0)
    }

    /// Parent and child write to one file at once.
    @Test func aForkThatIsKilledLosesNothing() throws {
      defer { try? FileManager.default.removeItem(at: folder) }
      for count in 1...20 {
        let output = try probe.run(["report", "\(count)", "fork"], environment: environment)
        #expect(output == ["ran \(count)"])
        let (tests, damagedLines) = try record()
        #expect(tests.map(\.queries) == Array(repeating: 2, count: count + 2))
        #expect(damagedLines == 0)
        try FileManager.default.removeItem(at: folder)
      }
    }

    /// A limit of the size of files is met in the middle of a line, as the end of a disk is.
    @Test(.enabled(if: !isThreadSanitized, "the limit is for what the sanitizer maps as well"))
    func aFullDiskIsOneWarningAndNoFailure() throws {
      defer { try? FileManager.default.removeItem(at: folder) }
      let shell = Probe(url: URL(fileURLWithPath: "/bin/sh"))
      let output = try shell.run(
        ["-c", "trap '' XFSZ; ulimit -f 20; exec \"$0\" report 100 exit", probe.url.path], environment: environment)
      #expect(output.count == 2)
      #expect(output.last == "ran 100")
      let warning = try #require(output.first)
      #expect(warning.hasPrefix("warning: DATABASE_TESTING_REPORT: \(folder.path)/run-"))
      #expect(
        warning.hasSuffix(
          ".jsonl cannot be written: File too large. The rest of this run is not recorded; its tests go on."))
      let (tests, damagedLines) = try record()
      #expect(tests.count > 2 && tests.count < 100)
      #expect(tests.allSatisfy { $0.queries == 2 })
      #expect(damagedLines == 1)
    }
  }
#endif
