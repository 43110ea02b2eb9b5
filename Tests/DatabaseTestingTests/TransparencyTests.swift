#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// An app on SQLite notices nothing of the hooks: random programs run in one process with them and in one without.
  ///
  /// `DATABASE_TESTING_SEEDS=500` runs as many programs; `Tests/run` does.
  @Suite(.needs(.interposition)) struct TransparencyTests {
    private static let programs =
      ProcessInfo.processInfo.environment["DATABASE_TESTING_SEEDS"].flatMap { Int($0) } ?? 60

    @Test(arguments: 0..<4) func aProgramBehavesAsWithout(part: Int) throws {
      try compare(part)
    }

    /// With row changes on, as in tests, beside a preupdate hook of the app's: any such hook changes what SQLite does.
    @Test(arguments: 0..<4) func aProgramBehavesAsWithoutWhileRowsAreCounted(part: Int) throws {
      try compare(part, "--row-changes")
    }

    /// With the update hook, which the app has one of in every second program.
    @Test(arguments: 0..<4) func aProgramBehavesAsWithoutWhileItsUpdateHookIsShared(part: Int) throws {
      try compare(part, "--update-hook")
    }

    /// With findings, which need the schema of databases that the app has deleted by then.
    @Test func aProgramBehavesAsWithoutWhileItsRunIsReported() throws {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: folder) }
      try compare(0, reports: folder.path)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count >= 1)
    }

    private func compare(_ part: Int, _ options: String..., reports: String? = nil) throws {
      let count = Self.programs / 4
      let probe = Probe(name: "TransparencyProbe")
      let environment = reports.map { ["DATABASE_TESTING_REPORT": $0] } ?? [:]
      let with = try probe.run(["\(part * count)", "\(count)"] + options, environment: environment)
      let without = try probe.run(["\(part * count)", "\(count)"] + options, environment: Self.off)
      #expect(with.last == "recording true")
      #expect(without.last == "recording false")
      #expect(with.count == count + 1)
      for (a, b) in zip(with, without) where a.hasPrefix("seed") && a != b {
        let seed = String(a.split(separator: " ")[1])
        let difference = try firstDifference(seed, options)
        Issue.record("program \(seed) behaves differently: \(difference)")
      }
    }

    private static let off = ["DATABASE_INSTRUMENTATION_ENABLED": "0"]

    private func firstDifference(_ seed: String, _ options: [String]) throws -> String {
      let probe = Probe(name: "TransparencyProbe")
      let with = try probe.run([seed, "1", "--verbose"] + options)
      let without = try probe.run([seed, "1", "--verbose"] + options, environment: Self.off)
      for (a, b) in zip(with, without) where a != b { return "\"\(a)\" instead of \"\(b)\"" }
      return "\(with.count) lines instead of \(without.count)"
    }
  }
#endif
