import DatabaseSupport
import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

/// A pool that knows of nothing, behind a monitor.
struct MonitoredPoolTests {
  @Test func leasesAreCounted() async throws {
    let pool = MonitoredPool(ListPool(), name: "list", size: 2)
    try await pool.withConnection { _ in #expect(pool.monitor.statistics.leased == 1) }
    let lease = try await pool.checkout()
    #expect(
      pool.monitor.events.map(\.kind.name) == ["firstConnect", "connect", "checkout", "checkin", "checkout"])
    #expect(pool.monitor.outstandingLeases.map(\.checkoutCount) == [2])
    try await pool.checkin(lease)
    #expect(pool.monitor.count(of: .checkin) == 2)
    #expect(pool.monitor.statistics.waiting == 0)
    pool.closed(lease.connection)
    #expect(pool.monitor.statistics == PoolStatistics())
  }

  @Test func aLeakIsFoundAtItsLine() async throws {
    var line = 0
    let recording = try await recordDatabase {
      let pool = MonitoredPool(ListPool(), name: "list", size: 2)
      line = #line + 1
      _ = try await pool.checkout()
    }
    #expect(recording.check(.noLeaks).map { $0.place?.location.line } == [line])
  }

  /// A closure behind a lock was wrapped once more each time it was read, so that every checkout was slower than the last.
  @Test func aHundredThousandCheckoutsKnowTheirTest() {
    var names: Set<String?> = []
    withDatabaseRecorder { _ in for _ in 0..<100_000 { names.insert(CurrentTest.name) } }
    #expect(names.count == 1)
    #expect(names.first??.contains("aHundredThousandCheckoutsKnowTheirTest") == true)
  }

  @Test func aFailedCheckoutIsNoLease() async throws {
    let pool = MonitoredPool(ListPool(), name: "list", size: 2)
    _ = try await (pool.checkout(), pool.checkout())
    await #expect(throws: ListPool.Empty.self) { try await pool.checkout() }
    #expect(pool.monitor.count(of: .checkoutFailed(.openFailed)) == 1)
    #expect(pool.monitor.statistics.leased == 2)
    #expect(pool.monitor.statistics.waiting == 0)
  }
}

private final class ListPool: MonitorablePool {
  struct Empty: Error {}

  private let idle = Locked([Stub(), Stub()])

  func checkout() async throws -> Stub {
    guard let connection = idle.withLock({ $0.popLast() }) else { throw Empty() }
    return connection
  }

  func checkin(_ connection: Stub) async throws { idle.withLock { $0.append(connection) } }
}
