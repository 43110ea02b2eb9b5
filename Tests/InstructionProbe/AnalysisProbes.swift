internal import DatabaseInstrumentation
internal import DatabaseRecording

func analysisProbes() -> [Probe] {
  [5_000, 10_000, 20_000].map { count in
    Probe("findings of \(count / 1000),000 statements", operations: count) { measure in
      let recording = madeUpRecording(statements: count, shapes: 100)
      measure { use(recording.findings) }
    }
  }
}
