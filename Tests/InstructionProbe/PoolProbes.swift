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
  ]
}

private final class MonitoredLease {
  private let monitor = PoolMonitor(name: "main", size: 1)
  private let connection: Int
  private let site = CheckoutSite()

  init() { connection = monitor.observer.connected() }

  @inline(never)
  func take(_ count: Int) {
    let observer = monitor.observer
    for _ in 0..<count { observer.checkedIn(observer.checkedOut(connection, site: site)) }
  }
}
