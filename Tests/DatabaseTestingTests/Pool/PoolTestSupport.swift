import DatabaseSupport
@testable import DatabaseTesting

/// A connection that leads nowhere.
final class Stub: Sendable {}

typealias StubPool = FakePool<Stub>

func stubPool(
  size: PoolSize = 2, overflow: PoolSize = 1, _ semantics: FakePoolOptions.Semantics = .strict, name: String = "main",
  configure: (inout FakePoolOptions) -> Void = { _ in },
  driver configureDriver: (inout FakePoolDriver<Stub>) -> Void = { _ in }
) -> StubPool {
  var options = FakePoolOptions(size: size, maxOverflow: overflow)
  options.semantics = semantics
  configure(&options)
  var driver = FakePoolDriver(open: { Stub() })
  configureDriver(&driver)
  return PoolingSwitch.$forced.withValue(false) { FakePool(driver: driver, options: options, name: name) }
}

extension FakePool {
  /// The names of the events after the first `count`.
  func log(after count: Int = 0) -> [String] {
    events.dropFirst(count).map { event in
      if case .checkoutFailed(let failure) = event.kind { return "checkoutFailed(\(failure))" }
      return event.kind.name
    }
  }

  /// ⟨idle, empty, leased, overflow, live⟩
  var counts: [Int] {
    let s = statistics
    return [s.idle, s.empty, s.leased, s.overflow, s.live]
  }

  var invariantsHold: Bool {
    state.withLock { $0.machine.brokenInvariants(monitor.statistics, monitor.totals).isEmpty }
  }

  /// A task that waits for a connection, once it really waits.
  func waiter(timeout: Duration? = nil) async -> Task<Lease, any Error> {
    let before = statistics.waiting
    let task = Task { try await self.checkout(timeout: timeout) }
    await until { $0.waiting > before }
    return task
  }
}

func failure<R>(_ body: () async throws -> R) async -> PoolCheckoutFailure? {
  do {
    _ = try await body()
    return nil
  } catch { return (error as? PoolCheckoutError)?.failure }
}

/// As an app's own protocol in front of a pool asks, in a file of its own.
@inline(never) func takeBehindAProtocol(_ pool: StubPool) throws -> StubPool.Lease {
  try pool.checkoutImmediately(at: nil)
}

@inline(never) func reportCheckout(to monitor: PoolMonitor, _ connection: Int) {
  _ = monitor.observer.checkedOut(connection)
}

/// As an adapter of a pool whose functions suspend.
@concurrent @inline(never) func reportCheckoutLater(to monitor: PoolMonitor, _ connection: Int) async {
  await Task.yield()
  _ = monitor.observer.checkedOut(connection)
  await Task.yield()
}

@inline(never) func reportCheckin(to monitor: PoolMonitor, _ lease: PoolObserver.Lease) {
  monitor.observer.checkedIn(lease)
}

extension Recording {
  /// Without those on leases that other tests take meanwhile.
  var notesOnStatements: [String] { notes.filter { !$0.hasPrefix("unattributed:") } }
}

@inline(never) func takeBehindAClient(_ monitor: PoolMonitor, _ body: () throws -> Void) rethrows {
  try monitor.withLease(on: "connection") { try body() }
}
