import DatabaseTelemetry
import TestSupport
import Testing
import Tracing

@testable import DatabaseTesting

private let onPools: [DatabaseExpectation] = [
  .noLeaks, .balancedCheckouts, .peakLeases(...1), .peakLeases(0...2),
]

/// Of a pool that tells nobody what it does nothing is known.
@Suite struct UnwatchedPoolTests {
  /// A pool as an app may have it: its connections are seen, and not who takes them.
  private func usingAnUnwatchedPool() throws -> Recording {
    try recordDatabase {
      let idle = [try SQLiteDatabase(), try SQLiteDatabase()]
      for connection in idle { try connection.execute("BEGIN; SELECT 1; COMMIT") }
      for connection in idle { connection.close() }
    }
  }

  @Test(arguments: onPools) func whatNobodyWatchedProvesNothing(expectation: DatabaseExpectation) throws {
    let recording = try usingAnUnwatchedPool()
    #expect(recording.check(expectation).map(\.kind) == [.blind])
    #expect(
      recording.check(expectation).map(\.headline) == ["\(expectation) cannot be checked: no pool was watched."])
    #expect(recording.check(expectation.allowingNoQueries).isEmpty)
    #expect(recording.check([expectation], isInherited: true).isEmpty)
    #expect(recordDatabase {}.check(expectation).map(\.kind) == [.blind])
  }

  @Test func theMessageSaysHowToWatchOne() throws {
    let finding = try #require(try usingAnUnwatchedPool().check(.noLeaks).first)
    #if !GRDB
      #expect(
        finding.message == """
          .noLeaks cannot be checked: no pool was watched.
            no connection was taken here from a pool that is watched, and no library began a span
            fix: put the pool into a MonitoredPool, or have it tell a PoolMonitor of its checkouts
            or write .noLeaks.allowingNoQueries where nothing is to be taken; .closedConnections needs no pool
          """)
    #else
      #expect(finding.message.contains("fix: have GRDB's pool watched, as in DatabasePool(path: path).watched("))
    #endif
  }

  @Test func theCallFailsWhereItStands() throws {
    var line = 0
    try expectingIssue {
      line = #line + 1
      try expectDatabase(.peakLeases(...1)) { _ = try usingAnUnwatchedPool() }
    } matching: { message, location in
      #expect(message.hasPrefix(".peakLeases(...1) cannot be checked: no pool was watched."))
      #expect(location.line == line)
    }
  }

  @Test(arguments: onPools) func aPoolThatIsWatchedIsSeen(expectation: DatabaseExpectation) throws {
    let pool = stubPool()
    let recording = try recordDatabase { try pool.withConnectionImmediately { _ in } }
    #expect(recording.check(expectation).isEmpty)
  }

  @Test(arguments: onPools) func soIsOneThatRefuses(expectation: DatabaseExpectation) throws {
    let pool = stubPool()
    let recording = recordDatabase {
      pool.script(.open, .fail("refused"))
      _ = try? pool.checkoutImmediately()
    }
    #expect(recording.leases.isEmpty)
    #expect(recording.check(expectation).isEmpty)
  }

  @Test func soIsAReturnOfWhatWasTakenBefore() throws {
    let pool = stubPool()
    let before = try pool.checkoutImmediately()
    try expectDatabase(.noLeaks, .balancedCheckouts) { try before.checkin() }
  }

  @Test func aSpanIsEnoughForNoLeaks() throws {
    let recording = recordDatabase { withSpan("import") { _ in } }
    #expect(recording.check(.noLeaks).isEmpty)
    #expect(recording.check(.balancedCheckouts).map(\.kind) == [.blind])
  }

  /// What this package begins and ends by itself says nothing of the app.
  @Test func aSpanOfAnInstrumentorIsNot() throws {
    let database = try SQLiteDatabase()
    let recording = try recordDatabase { try withTemporaryInstrumentation { _ = try database.rows("SELECT 1") } }
    #expect(recording.spans.count == 1)
    #expect(recording.check(.noLeaks).map(\.kind) == [.blind])
  }

  @Test func noLeaseAtAllIsExpected() throws {
    #expect(try usingAnUnwatchedPool().check(.peakLeases(0), .peakLeases(...0)).isEmpty)
    let pool = stubPool()
    let recording = try recordDatabase { try pool.withConnectionImmediately { _ in } }
    #expect(recording.check(.peakLeases(0)).map(\.kind) == [.count])
  }

  @Test func theOppositeOfWhatWasNotSeen() throws {
    let recording = try usingAnUnwatchedPool()
    #expect(recording.check(.noLeaks.not).map(\.kind) == [.blind])
    #expect(recording.check([.noLeaks.not], isInherited: true).isEmpty)
    let pool = stubPool()
    let seen = try recordDatabase {
      try SQLiteDatabase().rows("SELECT 1")
      try pool.withConnectionImmediately { _ in }
    }
    #expect(seen.check(.noLeaks.not).map(\.kind) == [.composed])
    #expect(seen.check([.noLeaks.not], isInherited: true).map(\.kind) == [.composed])
  }

  @Test(.expectedIssue(".noLeaks cannot be checked: no pool was watched."), .database(.noLeaks))
  func aTestFailsWhereNoPoolIsWatched() throws { try SQLiteDatabase().rows("SELECT 1") }

  @Test(.database(.peakLeases(...1))) func aTestThatTakesAConnection() throws {
    try stubPool().withConnectionImmediately { _ in }
  }
}

/// A suite's expectations are silent in tests that are not about pools.
@Suite(.database(.noLeaks, .balancedCheckouts, .peakLeases(...1))) struct InheritedPoolExpectationTests {
  @Test func aTestWithoutADatabase() {}

  @Test func aTestWithoutAPool() throws { try SQLiteDatabase().rows("SELECT 1") }

  @Test func aTestWithAPool() throws { try stubPool().withConnectionImmediately { _ in } }
}
