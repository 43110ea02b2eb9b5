import DatabaseSupport
import TestSupport
import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

/// Pools and clients as they are, each with the few lines that have it watched.
struct AdoptedPoolTests {
  @Test(.needs(.lines)) func aClientThatOnlyLendsConnections() async throws {
    let client = Client()
    let line = #line + 3
    let recording = try await recordDatabase {
      try await client.withConnection { _ in #expect(client.monitor.statistics.leased == 1) }
      takeBehindAClient(client.monitor) {}
    }
    #expect(recording.check(.noLeaks, .balancedCheckouts, .peakLeases(1)).isEmpty)
    #expect(recording.leases.map(\.connection) == [1, 1])
    // The synchronous one is outside of the client's file; the other as far as call stacks tell.
    #expect(recording.leases.last?.callSite?.line == line)
    #expect(recording.leases.first?.callSite != nil)
  }

  @Test func anErrorEndsItsLease() async {
    let client = Client()
    await #expect(throws: Refused.self) { try await client.withConnection { _ in throw Refused() } }
    #expect(throws: Refused.self) { try client.withConnectionNow { _ in throw Refused() } }
    #expect(client.monitor.statistics.leased == 0)
    #expect(client.monitor.count(of: .checkin) == 2)
  }

  @Test func twoAtATimeArePeakLeases() async throws {
    let client = Client()
    let recording = try await recordDatabase {
      try await client.withConnection { _ in
        try await client.monitor.withLease(on: "another") { try await client.withConnection { _ in } }
      }
    }
    #expect(recording.check(.peakLeases(...1)).map(\.count) == [3])
  }

  @Test func aClientThatReconnectsSaysSo() {
    let client = Client()
    for number in 1...1_000 {
      client.monitor.withLease(on: number) {}
      client.monitor.closed(id: number)
    }
    #expect(client.monitor.statistics == PoolStatistics())
    client.monitor.closed(id: "unknown")
  }

  @Test func aPoolThatOnlyKnowsItsConnectionsNumbers() async throws {
    let pool = MonitoredPool(EndlessPool(), name: "reconnecting", size: 2)
    for _ in 1...1_000 {
      let lease = try await pool.checkout()
      let id = ObjectIdentifier(lease.connection)
      try await pool.checkin(lease)
      pool.closed(id: id)
    }
    #expect(pool.monitor.statistics == PoolStatistics())
  }

  /// As one that tells a delegate, which is made before the pool is.
  @Test func aPoolThatTellsTheMonitorWhatItClosed() async throws {
    let monitor = PoolMonitor(name: "delegate", size: 2)
    let pool = MonitoredPool(NumberedPool(), monitor: monitor)
    for _ in 1...3 {
      let lease = try await pool.checkout()
      try await pool.checkin(lease)
      monitor.closed(id: "\(lease.connection.number)")
      #expect(monitor.statistics.live == 1)
      monitor.closed(id: lease.connection.number)
      #expect(monitor.statistics == PoolStatistics())
    }
    // A connection that goes away while somebody has it is still to be returned.
    let lease = try await pool.checkout()
    monitor.closed(id: lease.connection.number)
    #expect(monitor.outstandingLeases.map(\.id) == [4])
    try await pool.checkin(lease)
    #expect(monitor.outstandingLeases.isEmpty && monitor.count(of: .doubleCheckin) == 0)
  }

  @Test func aPoolWhoseLeasesHaveNumbers() throws {
    let monitor = PoolMonitor(name: "numbered", size: 2)
    let recording = recordDatabase {
      monitor.checkedOut(7, on: "a")
      monitor.checkedOut(8, on: "b")
      monitor.checkedIn(7)
      monitor.checkedIn(7)
    }
    #expect(recording.check(.noLeaks).map(\.kind) == [.leak])
    #expect(recording.check(.balancedCheckouts).map(\.kind) == [.leak, .doubleCheckin])
    let unknown = recordDatabase { monitor.checkedIn(99) }
    #expect(
      unknown.check(.balancedCheckouts.allowingNoQueries).map(\.headline) == [
        "Expected balanced checkouts: a lease of pool \"numbered\" was returned and never taken."
      ])
  }

  /// An object that is a lease again and again, as a connection that is its own lease.
  @Test func aLeaseMayBeCalledTheSameAgain() {
    let monitor = PoolMonitor(name: "objects", size: 1)
    let recording = recordDatabase {
      for _ in 1...2_000 {
        monitor.checkedOut("connection", on: "connection")
        monitor.checkedIn("connection")
      }
    }
    #expect(recording.check(.noLeaks, .balancedCheckouts).isEmpty)
    #expect(recording.leases.count == 2_000)
  }

  @Test func aFakePoolBehindNumbers() throws {
    let pool = stubPool(size: 1, overflow: 0)
    let recording = try recordDatabase {
      let (number, _) = try pool.lend()
      try pool.takeBack(number)
      #expect(throws: PoolUsageError.self) { try pool.takeBack(number) }
      _ = try pool.lend()
    }
    #expect(recording.leases.map(\.state) == [.returned, .leased])
    try pool.takeBack(2)
    #expect(pool.statistics.idle == 1)
  }

  @Test func aReturnThatThrowsIsNone() async throws {
    let base = RefusingPool()
    let pool = MonitoredPool(base, name: "refusing", size: 1)
    let recording = try await recordDatabase {
      let lease = try await pool.checkout()
      await #expect(throws: Refused.self) { try await pool.checkin(lease) }
      #expect(pool.monitor.statistics.leased == 1 && pool.monitor.statistics.idle == 0)
    }
    #expect(recording.check(.noLeaks, .balancedCheckouts).map(\.kind) == [.leak])
    #expect(pool.monitor.count(of: .checkin) == 0)
  }

  @Test func aReturnThatIsTriedAgainIsOne() async throws {
    let base = RefusingPool()
    let pool = MonitoredPool(base, name: "refusing", size: 1)
    let recording = try await recordDatabase {
      let lease = try await pool.checkout()
      try? await pool.checkin(lease)
      base.refuses.withLock { $0 = false }
      try await pool.checkin(lease)
    }
    #expect(recording.check(.noLeaks, .balancedCheckouts).isEmpty)
    #expect(pool.monitor.statistics.idle == 1)
  }

  /// The body's error is the one that is thrown, whatever the return does.
  @Test func aBodysErrorComesFirst() async throws {
    let pool = MonitoredPool(RefusingPool(), name: "refusing", size: 1)
    struct OfTheBody: Error {}
    await #expect(throws: OfTheBody.self) { try await pool.withConnection { _ in throw OfTheBody() } }
    await #expect(throws: Refused.self) { try await pool.withConnection { _ in } }
  }

  /// The pool hands a connection on before it says that it has it back.
  @Test func aConnectionThatIsHandedOnAtOnce() async throws {
    let base = HandingOverPool()
    let pool = MonitoredPool(base, name: "handing over", size: 1)
    let recording = try await recordDatabase {
      let first = try await pool.checkout()
      async let next = pool.checkout()
      while base.waiters.withLock({ $0.isEmpty }) { await Task.yield() }
      try await pool.checkin(first)
      try await pool.checkin(next)
    }
    #expect(recording.check(.noLeaks, .balancedCheckouts).isEmpty, "\(recording.poolEvents)")
    #expect(
      recording.poolEvents.map(\.kind.name) == [
        "firstConnect", "connect", "checkout", "checkin", "checkout", "checkin",
      ])
  }

  @Test func aDoubleReturnNamesBothLinesAndItsConnection() async throws {
    let pool = MonitoredPool(EndlessPool(), name: "twice", size: 1)
    var lines: [Int] = []
    let recording = try await recordDatabase {
      let lease = try await pool.checkout()
      lines.append(#line + 1)
      try await pool.checkin(lease)
      lines.append(#line + 1)
      try await pool.checkin(lease)
    }
    let finding = try #require(recording.check(.balancedCheckouts).first)
    for line in lines { #expect(finding.message.contains("AdoptedPoolTests.swift:\(line) in "), "\(finding.message)") }
    #expect(recording.poolEvents.last { $0.kind == .doubleCheckin }?.connection == 1)
  }

  @Test func aFakePoolsDoubleReturnNamesItsConnection() throws {
    let pool = stubPool()
    let lease = try pool.checkoutImmediately()
    try lease.checkin()
    try? lease.checkin()
    #expect(pool.events.last { $0.kind == .doubleCheckin }?.connection == lease.connectionID)
  }

  @Test(arguments: [
    (DriverError.timedOut, PoolCheckoutFailure.timeout), (.gaveUp, .cancelled), (.refused, .openFailed),
    (.shutDown, .poolClosed),
  ])
  func aPoolNamesItsOwnFailures(_ error: DriverError, _ failure: PoolCheckoutFailure) async throws {
    let pool = MonitoredPool(FailingPool(error: error), name: "failing", size: 1)
    await #expect(throws: DriverError.self) { try await pool.checkout() }
    #expect(pool.monitor.checkouts.failed == [failure: 1])
    #expect(pool.monitor.checkouts.cancelled == (failure == .cancelled ? 1 : 0))
    #expect(pool.monitor.statistics.waiting == 0)
    // What nothing else counts as an error, counts once.
    #expect(pool.monitor.count(of: .connectFailed) == (failure == .openFailed ? 1 : 0))
  }

  @Test func whatACancelledTaskThrowsIsACancellation() async throws {
    let pool = MonitoredPool(UnnamedFailures(), name: "unnamed", size: 1)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await pool.checkout()
    }
    await #expect(throws: DriverError.self) { try await task.value }
    await #expect(throws: DriverError.self) { try await pool.checkout() }
    #expect(pool.monitor.checkouts.failed == [.cancelled: 1, .openFailed: 1])
  }
}

struct Refused: Error {}

enum DriverError: Error, CaseIterable { case timedOut, gaveUp, refused, shutDown }

/// As a client of a database is that has no checkout.
private struct Client {
  let monitor = PoolMonitor(name: "client", size: 4)

  func withConnection(_ body: (String) async throws -> Void) async throws {
    await Task.yield()
    try await monitor.withLease(on: "connection", isolation: nil) { try await body("connection") }
  }

  func withConnectionNow(_ body: (String) throws -> Void) throws {
    try takeBehindAClient(monitor) { try body("connection") }
  }
}

private final class NumberedPool: MonitorablePool {
  struct Connection: Sendable { let number: Int }

  private let last = Locked(0)

  func checkout() async throws -> Connection {
    Connection(
      number: last.withLock {
        $0 += 1
        return $0
      })
  }
  func checkin(_ connection: Connection) async throws {}
  func id(of connection: Connection) -> Int { connection.number }
}

private final class RefusingPool: MonitorablePool {
  let refuses = Locked(true)
  private let connection = Stub()

  func checkout() async throws -> Stub { connection }
  func checkin(_ connection: Stub) async throws { if refuses.withLock({ $0 }) { throw Refused() } }
}

/// Resumes the caller that waits before it returns.
private final class HandingOverPool: MonitorablePool {
  private let idle = Locked<[Stub]>([Stub()])
  let waiters = Locked<[CheckedContinuation<Stub, Never>]>([])

  func checkout() async throws -> Stub {
    if let connection = idle.withLock({ $0.popLast() }) { return connection }
    return await withCheckedContinuation { continuation in waiters.withLock { $0.append(continuation) } }
  }

  func checkin(_ connection: Stub) async throws {
    if let waiter = waiters.withLock({ $0.popLast() }) {
      waiter.resume(returning: connection)
      // Whoever waited runs first.
      try await Task.sleep(for: .milliseconds(20))
    } else {
      idle.withLock { $0.append(connection) }
    }
  }
}

private struct FailingPool: MonitorablePool {
  let error: DriverError

  func checkout() async throws -> Stub { throw error }
  func checkin(_ connection: Stub) async throws {}

  func failure(for error: any Error) -> PoolCheckoutFailure {
    switch error as? DriverError {
    case .timedOut: .timeout
    case .gaveUp: .cancelled
    case .shutDown: .poolClosed
    case .refused, nil: .openFailed
    }
  }
}

private struct UnnamedFailures: MonitorablePool {
  func checkout() async throws -> Stub { throw DriverError.gaveUp }
  func checkin(_ connection: Stub) async throws {}
}
