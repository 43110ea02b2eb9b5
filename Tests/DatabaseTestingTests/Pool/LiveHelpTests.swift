import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

/// What a pool says while it runs.
struct LiveHelpTests {
  @Test func aLeaseThatIsHeldTooLongIsToldOnce() async throws {
    let monitor = PoolMonitor(name: "main", size: 2, heldTooLongAfter: .milliseconds(30))
    var line = 0
    let recording = try await recordDatabase {
      line = #line + 1
      let lease = monitor.observer.checkedOut(monitor.observer.connected(), site: CheckoutSite())
      while monitor.count(of: .heldTooLong) == 0 { try await Task.sleep(for: .milliseconds(2)) }
      try await Task.sleep(for: .milliseconds(100))
      monitor.observer.checkedIn(lease)
    }
    let events = recording.poolEvents.filter { $0.kind == .heldTooLong }
    #expect(events.map(\.lease) == [1])
    let detail = try #require(events.first?.detail)
    #expect(detail.hasPrefix("lease 1 on connection 1, for "), "\(detail)")
    #expect(detail.contains(", at LiveHelpTests.swift:\(line) in "), "\(detail)")
    #expect(recording.check(.noLeaks, .balancedCheckouts).isEmpty)
  }

  /// After a pause, too, in which nobody had to be looked after.
  @Test func theNextOneIsToldAsWell() async throws {
    let monitor = PoolMonitor(name: "main", size: 2, heldTooLongAfter: .milliseconds(10))
    let connection = monitor.observer.connected()
    for round in 1...3 {
      let lease = monitor.observer.checkedOut(connection)
      while monitor.count(of: .heldTooLong) < round { try await Task.sleep(for: .milliseconds(2)) }
      monitor.observer.checkedIn(lease)
      try await Task.sleep(for: .milliseconds(round == 2 ? 50 : 1))
    }
    #expect(monitor.count(of: .heldTooLong) == 3)
  }

  @Test func aLeaseThatComesBackInTimeIsNotTold() async throws {
    let monitor = PoolMonitor(name: "main", size: 2, heldTooLongAfter: .seconds(60))
    monitor.observer.checkedIn(monitor.observer.checkedOut(monitor.observer.connected()))
    #expect(monitor.count(of: .heldTooLong) == 0)
  }

  /// It is only there as long as somebody keeps it.
  @Test func nobodyKeepsTheMonitor() async throws {
    weak var monitor: PoolMonitor?
    do {
      let made = PoolMonitor(name: "main", size: 2, heldTooLongAfter: .milliseconds(5))
      made.observer.checkedIn(made.observer.checkedOut(made.observer.connected()))
      monitor = made
    }
    for _ in 1...500 where monitor != nil { try await Task.sleep(for: .milliseconds(2)) }
    #expect(monitor == nil)
  }

  @Test func aTimeoutSaysWhoHasTheConnections() throws {
    let monitor = PoolMonitor(name: "main", size: 1)
    let observer = monitor.observer
    let line = #line + 1
    let lease = observer.checkedOut(observer.connected(), site: CheckoutSite())
    #expect(monitor.holders.hasPrefix("lease 1 on connection 1, for "))
    observer.waitBegan()
    observer.checkoutFailed(.timeout, wasWaiting: true)
    observer.checkedIn(lease)
    let event = try #require(monitor.events.last { $0.kind == .checkoutFailed(.timeout) })
    #expect(event.detail?.contains("at LiveHelpTests.swift:\(line) in \(#function), of \(#function)") == true)
    #expect(monitor.holders == "")
  }

  @Test func checkoutsAreCountedByHowTheyWent() async throws {
    let pool = stubPool(size: 1, overflow: 0)
    let held = try await pool.checkout()
    let cancelled = await pool.waiter()
    let served = await pool.waiter()
    cancelled.cancel()
    await #expect(throws: PoolCheckoutError.self) { try await cancelled.value }
    #expect(throws: PoolCheckoutError.self) { try pool.checkoutImmediately() }
    try held.checkin()
    try await served.value.checkin()
    let counts = pool.monitor.checkouts
    #expect(counts.succeeded == 2 && counts.empty == 1 && counts.cancelled == 1)
    #expect(counts.failed == [.cancelled: 1, .timeout: 1])
  }
}
