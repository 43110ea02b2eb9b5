import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseRecording

/// A client is in the process, and nobody tells of its statements.
@Suite struct UnwatchedClientTests {
  private static let postgres = WatchedClients.client(named: "PostgresNIO", of: .postgreSQL)
  private static let mySQL = WatchedClients.client(named: "MySQLNIO", of: .mySQL)

  private func findings(_ clients: [WatchedClients.Client], _ expectation: DatabaseExpectation) -> [Finding] {
    WatchedClients.$inProcess.withValue(clients) { record {}.check(expectation) }
  }

  @Test func aTestThatSawNothingNamesIt() {
    let message = findings([Self.postgres], .noNPlusOne).first?.message ?? ""
    #expect(message.contains("  PostgresNIO is in this process and nothing watches it."))
    #expect(message.contains("  fix: tell of PostgresNIO's statements through an InstrumentedConnection"))
    let both = findings([Self.postgres, Self.mySQL], .noNPlusOne).first?.message ?? ""
    #expect(both.contains("  PostgresNIO and MySQLNIO are in this process and nothing watches them."))
  }

  @Test func whereNoneIsThereNothingIsSaid() {
    let message = findings([], .noNPlusOne).first?.message ?? ""
    #expect(message.hasPrefix(".noNPlusOne saw no query, so it proves nothing."))
    #expect(!message.contains("watches"))
  }

  /// The hooks of its system have told of a connection.
  @Test func oneThatIsWatchedIsNotNamed() {
    _ = InstrumentedConnection("watched", system: "a system of its own")
    #expect(WatchedClients.unwatched.isEmpty)
  }

  private func suite(
    _ clients: [WatchedClients.Client], seen: [Bool], _ expectations: DatabaseExpectation...
  ) -> Finding? {
    let suite = SuiteTally()
    SuiteTally.$current.withValue(suite) {
      for seen in seen {
        _ = record {
          if seen { MadeUpDriver("CREATE TABLE a (id)").run("SELECT * FROM a") }
        }
      }
    }
    return WatchedClients.$inProcess.withValue(clients) {
      UnwatchedClients.finding(of: suite, expecting: expectations)
    }
  }

  @Test func aSuiteWhoseTestsAllSawNothingSaysSo() {
    let finding = suite([Self.postgres], seen: [false, false], .queries(...3), .noNPlusOne)
    #expect(finding?.kind == .blind)
    #expect(
      finding?.headline == """
        .noNPlusOne saw no statement in any of 2 tests of this suite, so it proves nothing: PostgresNIO is in this process and \
        nothing watches it.
        """)
  }

  @Test func aSuiteIsLeftAloneOtherwise() {
    #expect(suite([Self.postgres], seen: [false, true], .noNPlusOne) == nil)
    #expect(suite([], seen: [false], .noNPlusOne) == nil)
    #expect(suite([Self.postgres], seen: [], .noNPlusOne) == nil)
    #expect(suite([Self.postgres], seen: [false], .queries(0)) == nil)
    #expect(suite([Self.postgres], seen: [false], .noNPlusOne.allowingNoQueries) == nil)
  }
}
