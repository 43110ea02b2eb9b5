import Benchmark
import CMemory

/// All rows. Each group is a function in a file of its own.
let benchmarks: @Sendable () -> Void = {
  // Two threads would wait for the lock of these statistics, whatever is recorded.
  disable_memory_statistics()
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock], timeUnits: .nanoseconds, warmupIterations: 3, scalingFactor: .kilo, maxDuration: .seconds(1),
    maxIterations: 1_000)
  statementRows()
  libraryRows()
  threadRows()
  memoryRows()
  poolMemoryRows()
  shapeRows()
  analysisRows()
  writeRows()
  poolRows()
  reportRows()
}
