internal import Benchmark
internal import CMemory
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
  for isRecorded in [false, true] {
    let suffix = isRecorded ? ", recorder" : ""
    Benchmark("checkout and checkin, MonitoredPool\(suffix)") { (benchmark: Benchmark) async throws in
      let pool = MonitoredPool(OneConnection(), name: "main", size: 1)
      func measure() async throws {
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations { try await pool.checkin(try await pool.checkout()) }
        benchmark.stopMeasurement()
      }
      if isRecorded { try await withDatabaseRecorder { _ in try await measure() } } else { try await measure() }
    }
  }
}

/// Bytes that a recording keeps for each checkout and return: the lease, and its two events while events are kept.
func poolMemoryRows() {
  let bytes = BenchmarkMetric.custom("bytes", polarity: .prefersSmaller, useScalingFactor: false)
  for (name, count) in [("lease with its events", 8 * 1024), ("lease beyond the events", 64 * 1024)] {
    Benchmark("bytes kept for each \(name)", configuration: .init(metrics: [bytes], maxIterations: 5)) { benchmark in
      let observer = PoolMonitor(name: "main", size: 1).observer
      let connection = observer.connected()
      let site = CheckoutSite()
      func take(_ count: Int) {
        for _ in 0..<count { observer.checkedIn(observer.checkedOut(connection, site: site)) }
      }
      recording {
        take(count == 8 * 1024 ? 20 : 10_000)
        let before = allocated_bytes()
        take(count)
        benchmark.measurement(bytes, (Int(allocated_bytes()) - Int(before)) / count)
      }
    }
  }
}

private final class OneConnection: MonitorablePool {
  final class Connection: Sendable {}

  private let connection = Connection()

  // Never inlined: calls that did nothing would leave nothing to be compared with.
  @inline(never)
  func checkout() async throws -> Connection { connection }

  @inline(never)
  func checkin(_ connection: Connection) async throws { blackHole(connection) }
}
