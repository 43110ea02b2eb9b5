import DatabaseTesting
import Foundation

@testable import Ledger

/// The ledger's protocol, with a `FakePool` behind it.
final class TestPool: ConnectionPool, @unchecked Sendable {  // The leases are touched under the lock alone.
  let pool: FakePool<Connection>
  private let lock = NSLock()
  private var leases: [Int: FakePool<Connection>.Lease] = [:]

  init(size: PoolSize, open: @escaping @Sendable () throws -> Connection) {
    var driver = FakePoolDriver(open: open)
    driver.close = { $0.close() }
    pool = FakePool(driver: driver, options: FakePoolOptions(size: size), name: "ledger")
  }

  func take() throws -> Lease {
    let lease = try pool.checkoutImmediately(at: nil)
    lock.withLock { leases[lease.id] = lease }
    return Lease(connection: try lease.connection, id: lease.id)
  }

  func giveBack(_ lease: Lease) {
    try? lock.withLock { leases.removeValue(forKey: lease.id) }?.checkin()
  }
}

/// The ledger's own pool, which tells a monitor what it does.
final class WatchedPool: ConnectionPool, @unchecked Sendable {  // What changes is touched under the lock alone.
  let pool: SmallPool
  let monitor = PoolMonitor(name: "small pool", size: 2)
  private let lock = NSLock()
  private var numbers: [ObjectIdentifier: Int] = [:]
  private var leases: [Int: PoolObserver.Lease] = [:]

  init(_ pool: SmallPool) { self.pool = pool }

  func take() throws -> Lease {
    let lease = try pool.take()
    lock.withLock {
      let connection = ObjectIdentifier(lease.connection)
      let number = numbers[connection] ?? monitor.observer.connected()
      numbers[connection] = number
      leases[lease.id] = monitor.observer.checkedOut(number)
    }
    return lease
  }

  func giveBack(_ lease: Lease) {
    // Before the pool may hand it to the next.
    if let lease = lock.withLock({ leases.removeValue(forKey: lease.id) }) { monitor.observer.checkedIn(lease) }
    pool.giveBack(lease)
  }
}
