#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// What a suite is told does not depend on the order of its tests, on threads or on processes.
  @Suite struct DeterminismTests {
    private static let count = 40

    /// One way to run the whole suite: the arguments of each process; several processes run at once.
    struct Way: Sendable, CustomTestStringConvertible {
      var testDescription: String
      var processes: [[String]]
    }

    static let ways = [
      Way(testDescription: "again", processes: [["0", "40"]]),
      Way(testDescription: "backward", processes: [["0", "40", "backward"]]),
      Way(testDescription: "in parallel", processes: [["0", "40", "parallel"]]),
      Way(testDescription: "backward in parallel", processes: [["0", "40", "backward", "parallel"]]),
      Way(testDescription: "in two processes", processes: [["0", "17"], ["17", "40", "backward"]]),
      Way(
        testDescription: "in parallel in two processes",
        processes: [["0", "17", "backward", "parallel"], ["17", "40", "parallel"]]),
    ]

    @Test(.needs(.chains), arguments: ways)
    func everyWayToRunASuiteWritesTheSameFiles(_ way: Way) async throws {
      let directory = FileManager.default.temporaryDirectory.appendingPathComponent("suite-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: directory) }
      let expected = try await files(of: [["0", "40"]], in: directory.appendingPathComponent("first"))
      let found = try await files(of: way.processes, in: directory.appendingPathComponent("second"))
      // For each test its findings and its snapshot, and the baseline of all.
      #expect(expected.count == 2 * Self.count + 1)
      #expect(expected.values.filter(\.isEmpty).count == 8, "only the tests that load together have no finding")
      #expect(found.keys.sorted() == expected.keys.sorted())
      #expect(expected.keys.sorted().filter { found[$0] != expected[$0] } == [])
    }

    private func files(of processes: [[String]], in folder: URL) async throws -> [String: Data] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for arguments in processes {
          group.addTask {
            let output = try Probe(name: "ConfigurationProbe").run(
              ["suite"] + arguments, environment: ["DATABASE_TESTING_BASELINE": "record"], directory: folder)
            #expect(output.count == 1 && output[0].hasPrefix("ran "), "\(output)")
          }
        }
        try await group.waitForAll()
      }
      var files: [String: Data] = [:]
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where !name.hasSuffix(".lock") {
        files[name] = try Data(contentsOf: folder.appendingPathComponent(name))
      }
      return files
    }
  }
#endif
