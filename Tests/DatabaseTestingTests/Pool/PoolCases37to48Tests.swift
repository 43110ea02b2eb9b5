import DatabaseSupport
@testable import DatabaseTesting
import Testing

@testable import DatabaseInstrumentation

/// Validation, age, closing and leaks, numbered as in the specification of pools.
struct PoolCases37to48Tests {
  static let both: [FakePoolOptions.Semantics] = [.strict, .sqlAlchemy]

  /// One connection for all: what one of its users began is not ended because another one is done.
  @Test func aSharedConnectionIsResetByItsLastUser() throws {
    let resets = Locked(0)
    let pool = stubPool {
      $0.mode = .static
    } driver: {
      $0.reset = { _, _ in resets.withLock { $0 += 1 } }
    }
    let a = try pool.checkoutImmediately()
    let b = try pool.checkoutImmediately()
    let c = try pool.checkoutImmediately()
    try a.checkin()
    try c.checkin()
    #expect(resets.withLock { $0 } == 0)
    try b.checkin()
    #expect(resets.withLock { $0 } == 1)
    #expect(pool.invariantsHold)
  }

  #if SQLite
    @Test func aTransactionOnASharedConnectionOutlivesTheOtherUser() throws {
      let pool = FakePool.sqlite { $0.mode = .static }
      let a = try pool.checkoutImmediately()
      let b = try pool.checkoutImmediately()
      try b.connection.execute("CREATE TABLE t (x); BEGIN; INSERT INTO t VALUES (1)")
      try a.checkin()
      try b.connection.execute("COMMIT")
      try b.checkin()
    }
  #endif

  @Test(arguments: both) func case37FreshConnectionsAreNotPinged(_ semantics: FakePoolOptions.Semantics) async throws {
    let pool = stubPool(semantics) { $0.checksBeforeUse = true }
    try await pool.checkout().checkin()
    #expect(pool.log() == ["firstConnect", "connect", "checkout", "reset", "checkin"])
    try await pool.checkout().checkin()
    #expect(pool.log(after: 5) == ["ping", "checkout", "reset", "checkin"])
  }

  @Test func case38ADeadConnectionIsReplacedAndSoAreTheOlderOnes() async throws {
    let pool = stubPool(size: 2, overflow: 0) { $0.checksBeforeUse = true }
    let leases = [try await pool.checkout(), try await pool.checkout()]
    for lease in leases { try lease.checkin() }
    pool.script(.ping, .fail("gone"))
    var before = pool.monitor.eventCount
    let first = try await pool.checkout()
    #expect(pool.log(after: before) == ["ping", "pingFailed", "invalidate", "close", "connect", "checkout"])
    before = pool.monitor.eventCount
    let second = try await pool.checkout()
    #expect(pool.log(after: before) == ["close", "connect", "checkout"])
    try first.checkin()
    try second.checkin()
  }

  @Test(arguments: [
    (FakePoolOptions.Semantics.strict, ["ping", "pingFailed", "invalidate", "close"]),
    (.sqlAlchemy, ["ping", "pingFailed", "invalidate", "close"]),
  ])
  func case39NothingToReplaceItWith(_ semantics: FakePoolOptions.Semantics, _ expected: [String]) async throws {
    let pool = stubPool(size: 1, overflow: 0, semantics) { $0.checksBeforeUse = true }
    try await pool.checkout().checkin()
    pool.script(.ping, .fail("gone"))
    pool.script(.open, .fail("refused"))
    let before = pool.monitor.eventCount
    #expect(await failure { try await pool.checkout() } == .openFailed)
    let last = semantics == .strict ? ["connectFailed"] : ["connectFailed", "checkin"]
    #expect(pool.log(after: before) == expected + last + ["checkoutFailed(openFailed)"])
    #expect(pool.counts == [0, 1, 0, 0, 0])
    try await pool.checkout().checkin()
  }

  @Test(arguments: [
    (Duration.seconds(60), ["checkout"]), (.nanoseconds(60_000_000_001), ["close", "connect", "checkout"]),
  ])
  func case40AboveTheAgeLimitAConnectionIsReplaced(_ age: Duration, _ expected: [String]) async throws {
    let pool = stubPool { $0.recycleAfter = .seconds(60) }
    try await pool.checkout().checkin()
    try pool.advance(by: age)
    let before = pool.monitor.eventCount
    let lease = try await pool.checkout()
    #expect(pool.log(after: before) == expected)
    try lease.checkin()
  }

  @Test(arguments: [(FakePoolOptions.Reuse.fifo, 1), (.lifo, 2)])
  func case41WhichIdleConnectionIsNext(_ reuse: FakePoolOptions.Reuse, _ expected: Int) async throws {
    let pool = stubPool { $0.reuse = reuse }
    let leases = [try await pool.checkout(), try await pool.checkout()]
    for lease in leases { try lease.checkin() }
    let lease = try await pool.checkout()
    #expect(lease.connectionID == expected)
    try lease.checkin()
  }

  @Test(arguments: both) func case42ClosingTwiceIsTheSameAsOnce(_ semantics: FakePoolOptions.Semantics) async throws {
    let pool = stubPool(semantics)
    try await pool.checkout().checkin()
    #expect(pool.close().isEmpty)
    let count = pool.monitor.eventCount
    #expect(pool.log().last == "close")
    #expect(pool.close().isEmpty)
    #expect(pool.monitor.eventCount == count)
  }

  @Test(arguments: both) func case43AClosedPoolGivesNothing(_ semantics: FakePoolOptions.Semantics) async {
    let pool = stubPool(semantics)
    pool.close()
    #expect(await failure { try await pool.checkout() } == .poolClosed)
    #expect(pool.log() == ["checkoutFailed(poolClosed)"])
  }

  @Test func case43AWaiterIsWokenWhenThePoolCloses() async throws {
    let pool = stubPool(size: 1, overflow: 0)
    let holder = try await pool.checkout()
    let waiter = await pool.waiter()
    pool.close()
    #expect(await failure { try await waiter.value } == .poolClosed)
    try holder.checkin()
  }

  @Test func case44ACheckinAfterTheCloseCloses() async throws {
    let pool = stubPool()
    let lease = try await pool.checkout()
    #expect(pool.close().map(\.id) == [1])
    try lease.checkin()
    #expect(pool.log(after: 3) == ["checkin", "close"])
    #expect(pool.statistics == PoolStatistics())
  }

  @Test func case45AGracePeriodDrains() async throws {
    let pool = stubPool()
    let lease = try await pool.checkout()
    async let closing = pool.close(grace: .seconds(10))
    while await failure({ try await pool.checkout(timeout: .zero) }) == nil { await Task.yield() }
    try lease.checkin()
    #expect(await closing.isEmpty)
  }

  @Test func case45AtItsDeadlineTheLeasesAreNamed() async throws {
    let pool = stubPool()
    let lease = try await pool.checkout()
    let line = #line - 1
    let closing = Task { await pool.close(grace: .seconds(10)) }
    while pool.state.withLock({ $0.machine.phase == .open }) { await Task.yield() }
    try pool.advance(by: .seconds(10))
    let out = await closing.value
    #expect(out.map(\.id) == [1])
    #expect(out.first?.callSite?.line == line)
    try lease.checkin()
  }

  @Test(arguments: [
    (FakePoolOptions.Semantics.strict, ["leaseAbandoned", "invalidate", "close"], [0, 1, 0, 0, 0]),
    (.sqlAlchemy, ["leaseAbandoned", "reset", "checkin"], [1, 0, 0, 0, 1]),
  ])
  func case46ADroppedLeaseIsALeak(_ semantics: FakePoolOptions.Semantics, _ expected: [String], _ counts: [Int])
    async throws
  {
    let pool = stubPool(semantics)
    _ = try await pool.checkout()
    let line = #line - 1
    #expect(pool.log(after: 3) == expected)
    #expect(pool.counts == counts)
    let leak = try #require(pool.monitor.outstandingLeases.first)
    #expect(leak.state == .abandoned)
    #expect(leak.isLeak)
    #expect(leak.callSite?.line == line)
    #expect(pool.invariantsHold)
  }

  @Test func case47AnExclusivePoolNamesTheHolder() async throws {
    let pool = stubPool { $0.mode = .exclusive }
    let lease = try await pool.checkout()
    let line = #line - 1
    let error = await #expect(throws: PoolCheckoutError.self) { try await pool.checkout() }
    #expect(
      error?.description == """
        Pool "main" allows one lease at a time. It is held by:
          lease 1 on connection 1, for 0 ns, at PoolCases37to48Tests.swift:\(line) in \(#function), of \(#function)
        """)
    #expect(error?.failure == .exclusive)
    try lease.checkin()
  }

  @Test(arguments: both) func case48WithoutPoolingEachCheckoutOpens(_ semantics: FakePoolOptions.Semantics) async throws
  {
    let pool = stubPool(semantics) { $0.mode = .none }
    try await pool.checkout().checkin()
    #expect(pool.log() == ["firstConnect", "connect", "checkout", "reset", "checkin", "close"])
    #expect(pool.statistics == PoolStatistics())
  }

  @Test func aStaticPoolSharesOneConnection() async throws {
    let pool = stubPool { $0.mode = .static }
    let leases = [try await pool.checkout(), try await pool.checkout()]
    #expect(leases[0].connectionID == leases[1].connectionID)
    #expect(pool.log() == ["firstConnect", "connect", "checkout", "checkout"])
    for lease in leases { try lease.checkin() }
    #expect(pool.counts == [1, 0, 0, 0, 1])
    #expect(pool.invariantsHold)
  }

  @Test func withoutPoolingByTheEnvironment() {
    let pool = PoolingSwitch.$forced.withValue(true) { FakePool(driver: FakePoolDriver(open: { Stub() })) }
    #expect(pool.options.mode == .none)
  }

  @Test func aLeaseThatCannotBeCopiedIsReturnedOnce() async throws {
    let pool = stubPool()
    let lease = try await pool.checkoutUnique()
    try lease.checkin()
    #expect(pool.counts == [1, 0, 0, 0, 1])
  }
}
