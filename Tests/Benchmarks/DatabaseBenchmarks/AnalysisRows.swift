internal import Benchmark
internal import DatabaseInstrumentation
internal import DatabaseRecording

/// Findings of a long recording, next to one pass over its statements: both are linear, so the ratio stays.
func analysisRows() {
  for count in [50_000, 100_000] {
    let configuration = Benchmark.Configuration(
      metrics: [.wallClock], timeUnits: .microseconds, scalingFactor: .one, maxDuration: .seconds(5), maxIterations: 10)
    Benchmark("findings of \(count / 1000),000 statements of 500 shapes", configuration: configuration) { benchmark in
      let recording = madeUpRecording(statements: count, shapes: 500)
      benchmark.startMeasurement()
      blackHole(recording.findings)
      benchmark.stopMeasurement()
    }
    Benchmark("one pass over \(count / 1000),000 statements", configuration: configuration) { benchmark in
      let recording = madeUpRecording(statements: count, shapes: 500)
      benchmark.startMeasurement()
      var rows = 0
      for statement in recording.statements { rows += statement.rowsReturned ?? 0 }
      blackHole(rows)
      benchmark.stopMeasurement()
    }
  }
}
