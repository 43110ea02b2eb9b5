#if os(Linux)
  import DatabaseTesting
  import Foundation
  import Testing

  /// What must happen before the first connection of a process happens in a process of its own.
  @Suite struct ConfigurationTests {
    @Test func theAppsOwnConfigurationBeforeItsFirstConnectionWorks() throws {
      let lines = try Probe.run("config")
      #expect(lines.contains("installed true"))
      #expect(lines.contains("config memstatus 0"))
      #expect(lines.contains("config log 0"))
      #expect(lines.contains { $0.hasPrefix("app heard 1555: abort at") })
      #expect(lines.contains("recorded 2 inserts"))
      #expect(lines.contains("recorded error UNIQUE constraint failed: author.id (1555)"))
      #expect(lines.contains("hears errors true"))
      #expect(lines.contains("config after open 21"), "SQLITE_MISUSE, as without us")
    }

    #if GRDB
      @Test func grdbsLogErrorBeforeTheFirstConnectionWorks() throws {
        let lines = try Probe.run("logError")
        #expect(lines.contains { $0.hasPrefix("app heard 1555: abort at") })
        #expect(lines.contains("recorded error UNIQUE constraint failed: author.id (1555)"))
      }
    #endif

    @Test func switchedOffNothingIsRegisteredAndRecordingsAreBlind() throws {
      let lines = try Probe.run("config", environment: ["DATABASE_INSTRUMENTATION_ENABLED": "0"])
      #expect(lines.contains("installed false"))
      #expect(lines.contains { $0.hasPrefix("app heard 1555: abort at") })
      #expect(lines.contains("recorded 0 inserts"))
      #expect(lines.contains { $0.contains(".queries(1) cannot be checked: the recording is blind.") })
      #expect(
        lines.contains { $0.contains("DATABASE_INSTRUMENTATION_ENABLED is 0. Remove the variable, or set it to 1.") })
    }

    @Test func aCallOutsideOfATestIsNotLost() throws {
      let lines = try Probe.run("config")
      #expect(lines.contains { $0.hasSuffix("error: outside of a test: Expected 1 query, found none.") })
    }
  }

  private enum Probe {
    static func run(_ mode: String, environment: [String: String] = [:]) throws -> [String] {
      let process = Process()
      let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      process.executableURL = folder.appendingPathComponent("ConfigurationProbe")
      process.arguments = [mode]
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      let output = Pipe()
      process.standardOutput = output
      process.standardError = output
      try process.run()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
  }
#endif
