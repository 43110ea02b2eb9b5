internal import DatabaseInstrumentation
internal import DatabaseTesting

/// A checkout and a checkin, as a pool tells its monitor of them.
func poolProbes() throws -> [Probe] {
  [
    Probe("checkout and checkin, observer", operations: 1_000) { measure in
      let lease = MonitoredLease()
      lease.take(20)
      measure { lease.take(1_000) }
    },
    Probe("checkout and checkin, observer, recorder", operations: 1_000) { measure in
      withDatabaseRecorder { _ in
        let lease = MonitoredLease()
        lease.take(20)
        measure { lease.take(1_000) }
      }
    },
    // More of them than of the others: a thread that is started meanwhile takes as many instructions as a hundred of these.
    Probe("checkout and checkin, bare pool", operations: 10_000) { measure in
      let pool = OneConnection()
      waitFor { try await pool.take(20) }
      measure { waitFor { try await pool.take(10_000) } }
    },
    Probe("checkout and checkin, MonitoredPool", operations: 1_000) { measure in
      let pool = MonitoredPool(OneConnection(), name: "main", size: 1)
      waitFor { try await pool.take(20) }
      measure { waitFor { try await pool.take(1_000) } }
    },
    Probe("checkout and checkin, MonitoredPool, recorder", operations: 1_000) { measure in
      withDatabaseRecorder { _ in
        let pool = MonitoredPool(OneConnection(), name: "main", size: 1)
        waitFor { try await pool.take(20) }
        measure { waitFor { try await pool.take(1_000) } }
      }
    },
  ]
}

/// The least that a pool can be.
private final class OneConnection: MonitorablePool {
  final class Connection: Sendable {}

  private let connection = Connection()

  // Never inlined: calls that did nothing would leave nothing to be compared with.
  @inline(never)
  func checkout() async throws -> Connection { connection }

  @inline(never)
  func checkin(_ connection: Connection) async throws { use(connection) }

  @inline(never)
  func take(_ count: Int) async throws {
    for _ in 0..<count { try await checkin(try await checkout()) }
  }
}

extension MonitoredPool {
  @inline(never)
  fileprivate func take(_ count: Int) async throws {
    for _ in 0..<count { try await checkin(try await checkout()) }
  }
}

private final class MonitoredLease {
  private let monitor = PoolMonitor(name: "main", size: 1)
  private let connection: Int
  private let site = CheckoutSite()

  init() { connection = monitor.observer.connected() }

  @inline(never)
  func take(_ count: Int) {
    let observer = monitor.observer
    for _ in 0..<count { observer.checkedIn(observer.checkedOut(connection, site: site), site: site) }
  }
}
