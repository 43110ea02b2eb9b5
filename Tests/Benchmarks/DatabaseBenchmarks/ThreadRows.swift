internal import Benchmark
internal import DatabaseTesting

/// Two threads on two connections: whether they wait for each other.
func threadRows() {
  let configuration = Benchmark.Configuration(
    metrics: [.wallClock], timeUnits: .nanoseconds, warmupIterations: 2, scalingFactor: .kilo, maxDuration: .seconds(2),
    maxIterations: 500)
  for isRecorded in [false, true] {
    for threads in [1, 2] {
      let name = "\(threads) thread\(threads == 1 ? "" : "s"), \(isRecorded ? "recorder" : "off")"
      Benchmark(name, configuration: configuration) { (benchmark: Benchmark) async in
        let held = (0..<threads).map { _ in HeldStatement(HeldStatement.other) }
        // Long enough for the threads to run side by side.
        let count = benchmark.scaledIterations.count
        if isRecorded {
          await withDatabaseRecorder { _ in
            await all(held, count: 20)
            benchmark.startMeasurement()
            await all(held, count: count)
            benchmark.stopMeasurement()
          }
        } else {
          benchmark.startMeasurement()
          await all(held, count: count)
          benchmark.stopMeasurement()
        }
      }
    }
  }
}

private func all(_ held: [HeldStatement], count: Int) async {
  await withTaskGroup(of: Void.self) { group in
    for statement in held { group.addTask { statement.run(count) } }
  }
}
