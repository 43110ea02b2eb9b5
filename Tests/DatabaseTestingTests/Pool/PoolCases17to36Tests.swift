import DatabaseSupport
@testable import DatabaseTesting
import Testing

@testable import DatabaseInstrumentation

/// Waiters, invalidation, detaching and returning, numbered as in the specification of pools.
struct PoolCases17to36Tests {
  static let both: [FakePoolOptions.Semantics] = [.strict, .sqlAlchemy]

  @Test(arguments: both) func case17ACheckinServesTheWaiter(_ semantics: FakePoolOptions.Semantics) async throws {
    let pool = stubPool(size: 1, overflow: 0, semantics)
    let first = try await pool.checkout()
    let waiter = await pool.waiter()
    let before = pool.monitor.eventCount
    try first.checkin()
    let second = try await waiter.value
    #expect(pool.log(after: before) == ["reset", "checkin", "checkout"])
    #expect(second.connectionID == first.connectionID)
    try second.checkin()
  }

  @Test(arguments: [FakePoolOptions.Reuse.fifo, .lifo])
  func case18WaitersAreServedInOrder(_ reuse: FakePoolOptions.Reuse) async throws {
    let pool = stubPool(size: 1, overflow: 0) { $0.reuse = reuse }
    let holder = try await pool.checkout()
    let waiters = [await pool.waiter(), await pool.waiter(), await pool.waiter()]
    try holder.checkin()
    for (index, waiter) in waiters.enumerated() {
      let lease = try await waiter.value
      #expect(lease.id == index + 2)
      try lease.checkin()
    }
  }

  @Test(arguments: both) func case19AnOverflowConnectionGoesToTheWaiter(_ semantics: FakePoolOptions.Semantics)
    async throws
  {
    let pool = stubPool(size: 1, overflow: 1, semantics)
    let leases = [try await pool.checkout(), try await pool.checkout()]
    let waiter = await pool.waiter()
    let before = pool.monitor.eventCount
    try leases[1].checkin()
    let lease = try await waiter.value
    #expect(lease.connectionID == leases[1].connectionID)
    #expect(pool.log(after: before) == ["reset", "checkin", "checkout"])
    try leases[0].checkin()
    try lease.checkin()
  }

  @Test(arguments: [
    (FakePoolOptions.Semantics.strict, ["invalidate", "close", "connect", "checkout"]),
    (.sqlAlchemy, ["invalidate", "close", "checkin", "connect", "checkout"]),
  ])
  func case20AnInvalidationMakesRoomForTheWaiter(_ semantics: FakePoolOptions.Semantics, _ expected: [String])
    async throws
  {
    let pool = stubPool(size: 1, overflow: 0, semantics)
    let holder = try await pool.checkout()
    let waiter = await pool.waiter()
    let before = pool.monitor.eventCount
    try holder.invalidate()
    let lease = try await waiter.value
    #expect(pool.log(after: before) == expected)
    try lease.checkin()
  }

  @Test func case21AfterATimeoutTheConnectionGoesIdle() async throws {
    let pool = stubPool(size: 1, overflow: 0)
    let holder = try await pool.checkout()
    let waiter = await pool.waiter(timeout: .seconds(5))
    try pool.advance(by: .seconds(5))
    #expect(await failure { try await waiter.value } == .timeout)
    try holder.checkin()
    #expect(pool.statistics.waiting == 0)
    #expect(pool.counts == [1, 0, 0, 0, 1])
  }

  @Test func case22OfFiveWaitersOneIsCancelled() async throws {
    let pool = stubPool(size: 1, overflow: 0)
    let holder = try await pool.checkout()
    var waiters: [Task<StubPool.Lease, any Error>] = []
    for _ in 1...5 { waiters.append(await pool.waiter()) }
    waiters[2].cancel()
    #expect(await failure { try await waiters[2].value } == .cancelled)
    #expect(pool.statistics.waiting == 4)
    #expect(pool.log().last == "checkoutFailed(cancelled)")
    try holder.checkin()
    for (index, waiter) in [waiters[0], waiters[1], waiters[3], waiters[4]].enumerated() {
      let lease = try await waiter.value
      #expect(lease.id == index + 2)
      try lease.checkin()
    }
    #expect(pool.counts == [1, 0, 0, 0, 1])
  }

  @Test func case23ACancelledCallerFailsEvenWithAnIdleConnection() async throws {
    let pool = stubPool()
    try await pool.checkout().checkin()
    let result = await withTaskGroup(of: PoolCheckoutFailure?.self) { group in
      group.cancelAll()
      group.addTask { await failure { try await pool.checkout() } }
      return await group.next() ?? nil
    }
    #expect(result == .cancelled)
    #expect(pool.counts == [1, 0, 0, 0, 1])
  }

  @Test func case24ABoundedQueueRefusesTheNext() async throws {
    let pool = stubPool(size: 1, overflow: 0) { $0.queueLimit = 1 }
    let holder = try await pool.checkout()
    let waiter = await pool.waiter()
    #expect(await failure { try await pool.checkout() } == .queueFull)
    try holder.checkin()
    try await waiter.value.checkin()
  }

  @Test(arguments: [
    (FakePoolOptions.Semantics.strict, ["invalidate", "close"]), (.sqlAlchemy, ["invalidate", "close", "checkin"]),
  ])
  func case25AHardInvalidationEndsTheLease(_ semantics: FakePoolOptions.Semantics, _ expected: [String]) async throws {
    let pool = stubPool(semantics)
    let lease = try await pool.checkout()
    try lease.invalidate(reason: "server closed the connection")
    #expect(pool.log(after: 3) == expected)
    #expect(pool.events[3].kind == .invalidate("server closed the connection"))
    #expect(pool.counts == [0, 1, 0, 0, 0])
    let before = pool.monitor.eventCount
    try lease.checkin()
    #expect(pool.log(after: before).isEmpty)
  }

  @Test(arguments: both) func case26TheEmptySlotIsFilled(_ semantics: FakePoolOptions.Semantics) async throws {
    let pool = stubPool(semantics)
    try await pool.checkout().invalidate()
    let before = pool.monitor.eventCount
    let lease = try await pool.checkout()
    #expect(pool.log(after: before) == ["connect", "checkout"])
    #expect(pool.counts == [0, 0, 1, 0, 1])
    try lease.checkin()
  }

  @Test(arguments: [(FakePoolOptions.Semantics.strict, [0, 0, 1, 0, 1]), (.sqlAlchemy, [0, 1, 1, 1, 1])])
  func case27AnOverflowSlotGoesWithItsConnection(_ semantics: FakePoolOptions.Semantics, _ counts: [Int]) async throws {
    let pool = stubPool(size: 1, overflow: 1, semantics)
    let leases = [try await pool.checkout(), try await pool.checkout()]
    try leases[1].invalidate()
    #expect(pool.counts == counts)
    try leases[0].checkin()
    #expect(pool.invariantsHold)
  }

  @Test(arguments: both) func case28ASoftInvalidationWaitsForTheNextCheckout(_ semantics: FakePoolOptions.Semantics)
    async throws
  {
    let pool = stubPool(semantics)
    let lease = try await pool.checkout()
    try lease.invalidateSoftly()
    _ = try lease.connection
    try lease.checkin()
    let next = try await pool.checkout()
    #expect(pool.log(after: 3) == ["softInvalidate", "reset", "checkin", "close", "connect", "checkout"])
    try next.checkin()
  }

  @Test(arguments: [false, true]) func case29APoolWideInvalidation(_ closesOnReturn: Bool) async throws {
    let pool = stubPool(size: 3, overflow: 0) { $0.closesInvalidOnReturn = closesOnReturn }
    let idle = try await pool.checkout()
    let other = try await pool.checkout()
    let reporter = try await pool.checkout()
    try idle.checkin()
    let before = pool.monitor.eventCount
    try reporter.invalidateAll(reason: "server restarted")
    #expect(pool.log(after: before) == ["invalidate", "close"])
    try other.checkin()
    #expect(pool.log(after: before + 2) == (closesOnReturn ? ["reset", "checkin", "close"] : ["reset", "checkin"]))
    let between = pool.monitor.eventCount
    let next = try await pool.checkout()
    #expect(pool.log(after: between) == ["close", "connect", "checkout"])
    try next.checkin()
  }

  @Test(arguments: [(FakePoolOptions.Semantics.strict, [0, 0, 0, 0, 1]), (.sqlAlchemy, [0, 1, 0, 0, 1])])
  func case30ADetachedConnectionLeavesThePool(_ semantics: FakePoolOptions.Semantics, _ counts: [Int]) async throws {
    let pool = stubPool(semantics)
    let lease = try await pool.checkout()
    let detached = try lease.detach()
    #expect(pool.log(after: 3) == ["detach"])
    #expect(pool.statistics.detachedOpen == 1)
    #expect(pool.counts == counts)
    detached.close()
    #expect(pool.log(after: 4) == ["reset", "closeDetached"])
    #expect(pool.statistics.live == 0)
    detached.close()
    #expect(pool.monitor.eventCount == 6)
    #expect(pool.invariantsHold)
  }

  @Test(arguments: both) func case31ADetachMakesRoomForTheWaiter(_ semantics: FakePoolOptions.Semantics) async throws {
    let pool = stubPool(size: 1, overflow: 0, semantics)
    let holder = try await pool.checkout()
    let waiter = await pool.waiter()
    let before = pool.monitor.eventCount
    let detached = try holder.detach()
    let lease = try await waiter.value
    #expect(pool.log(after: before) == ["detach", "connect", "checkout"])
    detached.close()
    try lease.checkin()
  }

  @Test func case32ADetachAfterTheCheckinIsAMistake() async throws {
    let pool = stubPool()
    let lease = try await pool.checkout()
    try lease.checkin()
    let error = #expect(throws: PoolUsageError.self) { try lease.detach() }
    #expect(error?.description == "lease 1 of pool \"main\" is over and cannot be detached: take a new one.")
    #expect(pool.log().last == "usageViolation")
  }

  @Test func case33TheSameLeaseTwiceIsNotedWithBothLines() async throws {
    let pool = stubPool()
    let lease = try await pool.checkout()
    try lease.checkin()
    let error = #expect(throws: PoolUsageError.self) { try lease.checkin() }
    let line = #line - 1
    #expect(
      error?.description == """
        lease 1 of pool "main" was returned at PoolCases17to36Tests.swift:\(line - 1) in \(#function) \
        and again at PoolCases17to36Tests.swift:\(line) in \(#function).
        """)
    #expect(pool.log(after: 5) == ["doubleCheckin"])
    #expect(pool.counts == [1, 0, 0, 0, 1])
  }

  @Test func case34AStrangersLeaseIsRefused() async throws {
    let pool = stubPool(name: "main")
    let other = stubPool(name: "reports")
    let lease = try await other.checkout()
    let error = #expect(throws: PoolUsageError.self) { try pool.checkin(lease) }
    #expect(
      error?.description
        == "lease 1 of pool \"reports\" was returned to pool \"main\": return it where it came from.")
    #expect(pool.log() == ["usageViolation"])
    try lease.checkin()
  }

  @Test(arguments: [
    (FakePoolOptions.Semantics.strict, ["reset", "invalidate", "close"]),
    (.sqlAlchemy, ["reset", "invalidate", "close", "checkin"]),
  ])
  func case35AFailedResetIsNotTheCallersProblem(_ semantics: FakePoolOptions.Semantics, _ expected: [String])
    async throws
  {
    let pool = stubPool(semantics)
    pool.script(.reset, .fail("gone"))
    try await pool.checkout().checkin()
    #expect(pool.log(after: 3) == expected)
    #expect(pool.statistics.live == 0)
    #expect(pool.invariantsHold)
  }

  @Test(arguments: [
    (FakePoolOptions.Semantics.strict, FakePoolOptions.ResetPolicy.rollback, ["reset", "checkin"]),
    (.strict, .commit, ["reset", "checkin"]), (.strict, .none, ["checkin"]),
    (.sqlAlchemy, .none, ["reset", "checkin"]),
  ])
  func case36ResetPolicies(
    _ semantics: FakePoolOptions.Semantics, _ policy: FakePoolOptions.ResetPolicy, _ expected: [String]
  ) async throws {
    let seen = Locked<[FakePoolOptions.ResetPolicy]>([])
    let pool = stubPool(
      semantics, configure: { $0.reset = policy },
      driver: { $0.reset = { _, policy in seen.withLock { $0.append(policy) } } })
    try await pool.checkout().checkin()
    #expect(pool.log(after: 3) == expected)
    #expect(seen.withLock { $0 } == (expected.contains("reset") ? [policy] : []))
  }
}
