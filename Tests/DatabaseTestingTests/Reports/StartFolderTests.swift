#if os(Linux)
  import Foundation
  import Testing

  @testable import DatabaseTesting

  /// A test that changes the working directory moves no file that the environment names.
  @Suite struct StartFolderTests {
    private let probe = Probe(name: "ConfigurationProbe")
    private let start = FileManager.default.temporaryDirectory.appendingPathComponent("start-\(UUID().uuidString)")
    private let other = FileManager.default.temporaryDirectory.appendingPathComponent("other-\(UUID().uuidString)")

    init() throws {
      for folder in [start, other] {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      }
    }

    private func files(_ folder: URL) -> [String] {
      (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? []
    }

    private func removeFolders() {
      for folder in [start, other] { try? FileManager.default.removeItem(at: folder) }
    }

    @Test(arguments: ["reports", "./build/reports", "../reports"]) func aReport(folder: String) throws {
      defer { removeFolders() }
      let below = start.appendingPathComponent("package")
      try FileManager.default.createDirectory(at: below, withIntermediateDirectories: true)
      let output = try probe.run(
        ["report", "2", "exit", other.path], environment: ["DATABASE_TESTING_REPORT": folder], directory: below)
      #expect(output == ["ran 2"])
      #expect(files(other).isEmpty)
      #expect(files(below.appendingPathComponent(folder).standardizedFileURL).count == 1)
    }

    @Test func aReportOfAnAbsolutePath() throws {
      defer { removeFolders() }
      let folder = start.appendingPathComponent("reports")
      _ = try probe.run(
        ["report", "1", "exit", other.path], environment: ["DATABASE_TESTING_REPORT": folder.path], directory: start)
      #expect(files(folder).count == 1)
      #expect(files(other).isEmpty)
    }

    @Test(arguments: ["", "known/faults.txt"]) func aBaseline(file: String) throws {
      defer { removeFolders() }
      try FileManager.default.createDirectory(
        at: start.appendingPathComponent("known"), withIntermediateDirectories: true)
      var environment = ["DATABASE_TESTING_BASELINE": "record", "DATABASE_TESTING_BASELINE_FILE": file]
      let recorded = try probe.run(
        ["baseline", "0", "2", "in", other.path], environment: environment, directory: start)
      #expect(recorded == ["judged 0 2: 0 findings"])
      #expect(files(other).isEmpty)
      environment["DATABASE_TESTING_BASELINE"] = "check"
      let checked = try probe.run(["baseline", "0", "3", "in", other.path], environment: environment, directory: start)
      #expect(checked == ["judged 0 3: 1 findings"])
    }
  }
#endif
