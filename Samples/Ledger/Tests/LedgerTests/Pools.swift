import DatabaseTesting

@testable import Ledger

/// The ledger's protocol, with a `FakePool` behind it.
struct TestPool: ConnectionPool {
  let pool: FakePool<Connection>

  func take() throws -> Lease {
    let (number, connection) = try pool.lend()
    return Lease(connection: connection, id: number)
  }

  func giveBack(_ lease: Lease) { try? pool.takeBack(lease.id) }
}

/// The ledger's own pool, which tells a monitor what it does.
struct WatchedPool: ConnectionPool {
  let pool: SmallPool
  let monitor = PoolMonitor(name: "small pool", size: 2)

  func take() throws -> Lease {
    let lease = try pool.take()
    monitor.checkedOut(lease.id, on: ObjectIdentifier(lease.connection))
    return lease
  }

  func giveBack(_ lease: Lease) {
    monitor.checkedIn(lease.id)
    pool.giveBack(lease)
  }
}
