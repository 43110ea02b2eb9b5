import DatabaseSupport
import Foundation
import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

/// Drivers whose functions suspend, as those on SwiftNIO do.
struct AsyncDriverTests {
  @Test func everyFunctionMaySuspend() async throws {
    let log = Log()
    let pool = slowPool(log, size: 1)
    let recording = try await recordDatabase {
      for _ in 1...2 { try await pool.withConnection { _ in } }
      pool.close()
      while pool.statistics.live > 0 { await Task.yield() }
    }
    #expect(log.entries == ["open", "setUp", "hook", "reset", "ping", "hook", "reset", "close"])
    #expect(recording.check(.noLeaks, .balancedCheckouts).isEmpty)
    #expect(pool.invariantsHold)
  }

  /// However long it really takes, no virtual time goes by.
  @Test func virtualTimeStandsStill() async throws {
    let pool = slowPool(Log(), size: 1)
    let lease = try await pool.checkout(timeout: .nanoseconds(1))
    #expect(pool.now == .zero)
    try lease.checkin()
  }

  @Test func manyAtATime() async throws {
    let pool = slowPool(Log(), size: 3)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 1...30 { group.addTask { for _ in 1...3 { try await pool.withConnection { _ in await Task.yield() } } } }
      try await group.waitForAll()
    }
    await pool.until { $0.leased == 0 }
    #expect(pool.monitor.totals.leases == 90 && pool.monitor.totals.checkins == 90)
    #expect(pool.statistics.live <= 3)
    #expect(pool.invariantsHold)
  }

  @Test func whatCannotWaitIsAUsageError() async throws {
    let pool = slowPool(Log(), size: 1)
    let error = #expect(throws: PoolUsageError.self) { try pool.checkoutImmediately() }
    #expect(error?.description.hasPrefix("a function of the driver of pool \"slow\" suspends") == true)
    await pool.until { $0.idle == 1 || $0.live == 0 && $0.opening == 0 }
    #expect(pool.statistics.leased == 0 && pool.statistics.waiting == 0)
  }

  /// Those that do not suspend are over at once, and the task that calls goes on as it was.
  @Test func whatDoesNotSuspendIsOverAtOnce() throws {
    let pool = stubPool(size: 1)
    try recordDatabase {
      let before = RecordingScope.current
      try pool.checkoutImmediately().checkin()
      #expect(RecordingScope.current === before && Test.current != nil)
    }.expect(.noLeaks)
  }

  @Test func aFailureAfterASuspension() async {
    var driver = FakePoolDriver<Stub>(open: {
      try await Task.sleep(for: .milliseconds(1))
      throw Refused()
    })
    driver.willCheckOut = nil
    let pool = FakePool(driver: driver, options: FakePoolOptions(size: 1), name: "refusing")
    #expect(await failure { try await pool.checkout() } == .openFailed)
    #expect(pool.statistics == PoolStatistics())
  }

  @Test func aPoolThatIsLetGoClosesWhatItHas() async throws {
    let log = Log()
    do {
      let pool = slowPool(log, size: 1)
      try await pool.withConnection { _ in }
      await pool.until { $0.idle == 1 }
    }
    for _ in 1...1_000 where log.entries.last != "close" { try await Task.sleep(for: .milliseconds(1)) }
    #expect(log.entries.last == "close")
  }

  private func slowPool(_ log: Log, size: PoolSize) -> StubPool {
    var driver = FakePoolDriver(
      open: {
        await log.note("open")
        return Stub()
      }, close: { _ in await log.note("close") })
    driver.setUp = { _ in await log.note("setUp") }
    driver.ping = { _ in await log.note("ping") }
    driver.reset = { _, _ in await log.note("reset") }
    driver.willCheckOut = { _ in await log.note("hook") }
    var options = FakePoolOptions(size: size)
    options.checksBeforeUse = true
    return FakePool(driver: driver, options: options, name: "slow")
  }
}

private final class Log: Sendable {
  private let state = Locked<[String]>([])

  var entries: [String] { state.withLock { $0 } }

  func note(_ entry: String) async {
    try? await Task.sleep(for: .milliseconds(1))
    state.withLock { $0.append(entry) }
  }
}
