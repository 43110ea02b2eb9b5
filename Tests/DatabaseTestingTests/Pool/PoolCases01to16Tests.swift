import CoreMetrics
import DatabaseSupport
@testable import DatabaseTesting
import MetricsTestKit
import Testing

@testable import DatabaseInstrumentation

/// Opening and capacity, numbered as in the specification of pools.
struct PoolCases01to16Tests {
  static let both: [FakePoolOptions.Semantics] = [.strict, .sqlAlchemy]

  @Test(arguments: both) func case01ANewPoolHasDoneNothing(_ semantics: FakePoolOptions.Semantics) {
    let pool = stubPool(semantics)
    #expect(pool.log().isEmpty)
    #expect(pool.statistics == PoolStatistics())
  }

  @Test(arguments: both) func case02TheFirstCheckoutOpens(_ semantics: FakePoolOptions.Semantics) async throws {
    let pool = stubPool(semantics)
    let lease = try await pool.checkout()
    #expect(pool.log() == ["firstConnect", "connect", "checkout"])
    #expect(pool.counts == [0, 0, 1, 0, 1])
    try lease.checkin()
  }

  @Test(arguments: both) func case03ACheckinResets(_ semantics: FakePoolOptions.Semantics) async throws {
    let pool = stubPool(semantics)
    try await pool.checkout().checkin()
    #expect(pool.log(after: 3) == ["reset", "checkin"])
    #expect(pool.counts == [1, 0, 0, 0, 1])
  }

  @Test(arguments: both) func case04AnIdleConnectionIsJustTaken(_ semantics: FakePoolOptions.Semantics) async throws {
    let pool = stubPool(semantics)
    try await pool.checkout().checkin()
    let lease = try await pool.checkout()
    #expect(pool.log(after: 5) == ["checkout"])
    try lease.checkin()
  }

  @Test func case05ThreeLeasesAreAccountedFor() async throws {
    let metrics = TestMetrics()
    let pool = stubPool()
    for _ in 1...3 {
      try await withMetricsFactory(metrics) {
        let lease = try await pool.checkout()
        try pool.advance(by: .milliseconds(250))
        try lease.checkin()
      }
    }
    let record = try #require(pool.monitor.connections.first)
    #expect(record.checkoutCount == 3)
    #expect(record.createdAt == 0)
    #expect(record.checkedOutAt == 500_000_000)
    #expect(record.checkedInAt == 750_000_000)
    #expect(!record.isDetached)
    let uses = try metrics.expectRecorder(
      "db.client.connection.use_time", [("db.client.connection.pool.name", "main")])
    #expect(uses.values == [0.25, 0.25, 0.25])
  }

  @Test(arguments: both) func case06AnOpenThatFailsLeavesNothing(_ semantics: FakePoolOptions.Semantics) async throws {
    let pool = stubPool(semantics)
    pool.script(.open, .fail("refused"))
    #expect(await failure { try await pool.checkout() } == .openFailed)
    #expect(pool.log() == ["connectFailed", "checkoutFailed(openFailed)"])
    #expect(pool.statistics == PoolStatistics())
    try await pool.checkout().checkin()
    #expect(pool.log(after: 2) == ["firstConnect", "connect", "checkout", "reset", "checkin"])
  }

  @Test func case07AConnectionThatCannotBeSetUpIsClosed() async {
    struct NoSuchRole: Error {}
    let closed = Locked(0)
    let pool = stubPool(driver: {
      $0.setUp = { _ in throw NoSuchRole() }
      $0.close = { _ in closed.withLock { $0 += 1 } }
    })
    #expect(await failure { try await pool.checkout() } == .openFailed)
    #expect(pool.log() == ["firstConnect", "connect", "close", "checkoutFailed(openFailed)"])
    #expect(closed.withLock { $0 } == 1)
    #expect(pool.statistics == PoolStatistics())
  }

  @Test func case08AnOpenThatHangsBlocksNobodyElse() async throws {
    let pool = stubPool()
    pool.script(.open, .hang)
    let slow = Task { try await pool.checkout() }
    await pool.reached(.open)
    #expect(pool.statistics.opening == 1)
    #expect(pool.statistics.live == 0)
    let quick = try await pool.checkout()
    try pool.release(.open)
    try await slow.value.checkin()
    try quick.checkin()
    #expect(pool.counts == [2, 0, 0, 0, 2])
  }

  @Test(arguments: [
    (FakePoolOptions.Semantics.strict, ["invalidate", "close"]),
    (.sqlAlchemy, ["checkout", "invalidate", "close", "checkin"]),
  ])
  func case09AHookRejects(_ semantics: FakePoolOptions.Semantics, _ middle: [String]) async {
    struct WrongTenant: Error {}
    let pool = stubPool(semantics, driver: { $0.willCheckOut = { _ in throw WrongTenant() } })
    #expect(await failure { try await pool.checkout() } == .rejected)
    #expect(pool.log() == ["firstConnect", "connect"] + middle + ["checkoutFailed(rejected)"])
    #expect(pool.statistics.leased == 0)
    #expect(pool.monitor.totals.leases == 0)
    #expect(pool.statistics.live == 0)
    #expect(pool.invariantsHold)
  }

  @Test(arguments: [
    (FakePoolOptions.Semantics.strict, ["invalidate", "close", "connect", "checkout"]),
    (.sqlAlchemy, ["checkout", "invalidate", "close", "connect", "checkout"]),
  ])
  func case10AHookFindsItDisconnectedOnce(_ semantics: FakePoolOptions.Semantics, _ rest: [String]) async throws {
    let seen = Locked(0)
    let pool = stubPool(
      semantics,
      driver: { driver in
        driver.willCheckOut = { _ in
          let isFirst = seen.withLock { seen in
            seen += 1
            return seen == 1
          }
          if isFirst { throw FakePoolDisconnected() }
        }
      })
    let lease = try await pool.checkout()
    #expect(pool.log() == ["firstConnect", "connect"] + rest)
    #expect(pool.monitor.totals.leases == 1)
    #expect(pool.counts == [0, 0, 1, 0, 1])
    try lease.checkin()
  }

  @Test(arguments: both) func case11TheOverflowIsUsed(_ semantics: FakePoolOptions.Semantics) async throws {
    let pool = stubPool(size: 1, overflow: 1, semantics)
    let leases = [try await pool.checkout(), try await pool.checkout()]
    #expect(pool.counts == [0, 0, 2, 1, 2])
    for lease in leases { try lease.checkin() }
  }

  @Test func case12AThirdTimesOutAndSaysWhoHoldsTheConnections() async throws {
    let pool = stubPool(size: 1, overflow: 1)
    let leases = [try await pool.checkout(), try await pool.checkout()]
    let line = #line - 1
    let third = await pool.waiter(timeout: .seconds(5))
    try pool.advance(by: .milliseconds(4_999))
    #expect(pool.statistics.waiting == 1)
    try pool.advance(by: .milliseconds(1))
    #expect(pool.statistics.waiting == 0)
    let error = await #expect(throws: PoolCheckoutError.self) { try await third.value }
    #expect(
      error?.description == """
        Pool "main" (size 1, overflow 1) gave no connection within 5.0 s. Its connections are held by:
          lease 1 on connection 1, for 5.0 s, at PoolCases01to16Tests.swift:\(line) in \(#function), of \(#function)
          lease 2 on connection 2, for 5.0 s, at PoolCases01to16Tests.swift:\(line) in \(#function), of \(#function)
        """)
    #expect(pool.log(after: 5) == ["waitBegan", "checkoutFailed(timeout)"])
    for lease in leases { try lease.checkin() }
  }

  @Test(arguments: both) func case13OfTwoReturnedOneStays(_ semantics: FakePoolOptions.Semantics) async throws {
    let pool = stubPool(size: 1, overflow: 1, semantics)
    let leases = [try await pool.checkout(), try await pool.checkout()]
    let before = pool.monitor.eventCount
    try leases[0].checkin()
    #expect(pool.counts == [1, 0, 1, 1, 2])
    try leases[1].checkin()
    #expect(pool.log(after: before) == ["reset", "checkin", "reset", "checkin", "close"])
    #expect(pool.counts == [1, 0, 0, 0, 1])
  }

  @Test func case14UnlimitedIsSpelledOut() async throws {
    let pool = stubPool(size: .unlimited, overflow: 0)
    var leases: [StubPool.Lease] = []
    for _ in 1...50 { leases.append(try await pool.checkout()) }
    #expect(pool.counts == [0, 0, 50, 0, 50])
    for lease in leases { try lease.checkin() }
    #expect(pool.counts == [50, 0, 0, 0, 50])
  }

  @Test func case15ATimeoutOfZeroFailsAtOnceAndANegativeOneIsAMistake() async throws {
    let pool = stubPool(size: 1, overflow: 0)
    let lease = try await pool.checkout()
    #expect(await failure { try await pool.checkout(timeout: .zero) } == .timeout)
    let error = await #expect(throws: PoolUsageError.self) { try await pool.checkout(timeout: .seconds(-1)) }
    #expect(error?.description == "a timeout of -1.0 seconds is in the past; write .zero to fail at once.")
    #expect(pool.log(after: 3) == ["checkoutFailed(timeout)", "usageViolation"])
    try lease.checkin()
  }

  @Test(arguments: both) func case16FortyTasksShareEightConnections(_ semantics: FakePoolOptions.Semantics) async throws
  {
    let pool = stubPool(size: 3, overflow: 5, semantics)
    let peak = Locked(0)
    pool.monitor.addListener { event in peak.withLock { $0 = max($0, event.statistics.live) } }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 1...40 {
        group.addTask {
          for _ in 1...30 { try await pool.withConnection { _ in await Task.yield() } }
        }
      }
      try await group.waitForAll()
    }
    #expect(peak.withLock { $0 } <= 8)
    #expect(pool.monitor.count(of: .checkout) == 1_200)
    #expect(pool.monitor.count(of: .checkin) == 1_200)
    #expect(pool.counts == [3, 0, 0, 0, 3])
    #expect(pool.invariantsHold)
  }
}
