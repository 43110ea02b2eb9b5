internal import Benchmark
internal import DatabaseInstrumentation
internal import DatabaseTesting

/// A checkout and a checkin; what a row costs beyond the bare pool is the monitor's.
func poolRows() {
  for isRecorded in [false, true] {
    let suffix = isRecorded ? ", recorder" : ""
    Benchmark("checkout and checkin, told to an observer\(suffix)") { benchmark in
      let monitor = PoolMonitor(name: "main", size: 1)
      let observer = monitor.observer
      let connection = observer.connected()
      let site = CheckoutSite()
      func measure() {
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations { observer.checkedIn(observer.checkedOut(connection, site: site)) }
        benchmark.stopMeasurement()
      }
      if isRecorded { recording { measure() } } else { measure() }
    }
  }
  Benchmark("checkout and checkin, bare pool") { (benchmark: Benchmark) async throws in
    let pool = OneConnection()
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations {
      let connection = try await pool.checkout()
      try await pool.checkin(connection)
    }
    benchmark.stopMeasurement()
  }
  Benchmark("checkout and checkin, MonitoredPool") { (benchmark: Benchmark) async throws in
    let pool = MonitoredPool(OneConnection(), name: "main", size: 1)
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations { try await pool.checkin(try await pool.checkout()) }
    benchmark.stopMeasurement()
  }
}

private final class OneConnection: MonitorablePool {
  final class Connection: Sendable {}

  private let connection = Connection()

  func checkout() async throws -> Connection { connection }
  func checkin(_ connection: Connection) async throws {}
}
