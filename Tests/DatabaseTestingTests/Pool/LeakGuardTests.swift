#if os(Linux)
  import DatabaseTesting
  import Testing

  struct LeakGuardTests {
    @Test func whatOutlivesTheProcessFailsIt() throws {
      let lines = try Probe(name: "ConfigurationProbe").run("leak", exitCode: 1)
      #expect(
        lines == [
          "the program ends",
          "error: 1 database connection outlived every test:",
          "  lease 2 of pool \"main\" on connection 1: leased, at Leak.swift:12 in leakAtExit()",
        ])
    }
  }
#endif
