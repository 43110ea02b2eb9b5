internal import Benchmark
internal import CMemory

/// Bytes that a recording keeps for each statement.
func memoryRows() {
  let bytes = BenchmarkMetric.custom("bytes", polarity: .prefersSmaller, useScalingFactor: false)
  let count = 64 * 1024
  Benchmark("bytes kept for each statement", configuration: .init(metrics: [bytes], maxIterations: 5)) { benchmark in
    let held = HeldStatement(HeldStatement.other)
    recording {
      // More than what recordings that are over left for the next ones.
      held.run(20 * 1024)
      let before = allocated_bytes()
      held.run(count)
      benchmark.measurement(bytes, (Int(allocated_bytes()) - Int(before)) / count)
    }
  }
}
