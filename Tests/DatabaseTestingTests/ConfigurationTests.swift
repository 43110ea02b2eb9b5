#if os(Linux)
  import DatabaseTesting
  import TestSupport
  import Testing

  /// What must happen before the first connection of a process happens in a process of its own.
  @Suite struct ConfigurationTests {
    @Test(.needs(.interposition)) func theAppsOwnConfigurationBeforeItsFirstConnectionWorks() throws {
      let lines = try Probe(name: "ConfigurationProbe").run("config")
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
      @Test(.needs(.interposition)) func grdbsLogErrorBeforeTheFirstConnectionWorks() throws {
        let lines = try Probe(name: "ConfigurationProbe").run("logError")
        #expect(lines.contains { $0.hasPrefix("app heard 1555: abort at") })
        #expect(lines.contains("recorded error UNIQUE constraint failed: author.id (1555)"))
      }
    #endif

    @Test(.needs(.interposition), arguments: ["0", "false", "NO", "Off"])
    func switchedOffNothingIsRegisteredAndRecordingsAreBlind(word: String) throws {
      let lines = try Probe(name: "ConfigurationProbe").run(
        "config", environment: ["DATABASE_INSTRUMENTATION_ENABLED": word])
      #expect(lines.contains("installed false"))
      #expect(lines.contains { $0.hasPrefix("app heard 1555: abort at") })
      #expect(lines.contains("recorded 0 inserts"))
      #expect(lines.contains { $0.contains(".queries(1) cannot be checked: the recording is blind.") })
      #expect(
        lines.contains {
          $0.contains("DATABASE_INSTRUMENTATION_ENABLED switches it off. Remove the variable, or set it to 1.")
        })
      #expect(lines.contains("an open connection: disabled"))
    }

    @Test(.needs(.interposition), arguments: ["1", "true", "yes", "", "of"])
    func whateverElseTheSwitchSaysLeavesItOn(word: String) throws {
      let lines = try Probe(name: "ConfigurationProbe").run(
        "config", environment: ["DATABASE_INSTRUMENTATION_ENABLED": word])
      #expect(lines.contains("installed true"))
      #expect(lines.contains("recorded 2 inserts"))
      #expect(lines.contains("an open connection: instrumented"))
    }

    /// Where an ORM declares a load or a flush, C writes no records; alone in a process, that can be counted.
    @Test func whatWasDeclaredIsOverWithItsScope() throws {
      let lines = try Probe(name: "ConfigurationProbe").run("detours")
      #expect(
        lines == [
          "no observer",
          "a load: 1 inside, 0 afterwards",
          "an identity load: 1 inside, 0 afterwards",
          "a load in a load: 2 inside, 0 afterwards",
          "a load that fails: 1 inside, 0 afterwards",
          "a flush: 1 inside, 0 afterwards",
          "a flush in parts: 1 inside, 0 afterwards",
          "a load with a task that goes on: 1 after its scope",
          "the task: 1 inside, 0 afterwards",
          "declared loads: [\"author.books\", \"author.books\"]",
        ])
    }

    @Test func aRuntimeThatIsNotKnownIsNotTrusted() throws {
      let unknown = "cannot be checked: where 1 query ran is unknown, since this version of Swift's runtime is."
      #expect(
        try Probe(name: "ConfigurationProbe").run("executors") == [
          "known, .noBlockingQueries: Expected no queries that block a shared thread, found 1.",
          "known, .noMainThreadQueries: holds",
          "unknown, .noBlockingQueries: .noBlockingQueries \(unknown)",
          "unknown, .noMainThreadQueries: .noMainThreadQueries \(unknown)",
        ])
    }

    @Test func aCallOutsideOfATestIsNotLost() throws {
      let lines = try Probe(name: "ConfigurationProbe").run("config")
      #expect(lines.contains { $0.hasSuffix("error: outside of a test: Expected 1 query, found none.") })
    }
  }
#endif
