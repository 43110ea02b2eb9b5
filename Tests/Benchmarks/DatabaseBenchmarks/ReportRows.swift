internal import Benchmark
internal import DatabaseRecording

/// What a failing test prints of its recording. The record of a whole run is measured by `./Tests/run --reports`.
func reportRows() {
  let configuration = Benchmark.Configuration(
    metrics: [.wallClock], timeUnits: .microseconds, scalingFactor: .one, maxDuration: .seconds(3), maxIterations: 50)
  Benchmark("report: timeline of 1,000 statements", configuration: configuration) { benchmark in
    let recording = madeUpRecording(statements: 1_000, shapes: 20)
    benchmark.startMeasurement()
    blackHole(recording.description)
    benchmark.stopMeasurement()
  }
}
