internal import Benchmark
internal import CSQLiteHooks
internal import DatabaseInstrumentation

/// 100 bytes, as an ORM writes them.
private let hundredBytes =
  #"SELECT "id", "title", "authorId", "price" FROM "book" WHERE "authorId" = 4711 AND "price" < 99 LIMIT 10"#

/// The functions through which SQLite's hooks reach Swift.
@_silgen_name("database_testing_sqlite_callbacks")
private func hooks() -> UnsafeRawPointer

func shapeRows() {
  Benchmark("shape lookup of 100 bytes that are known") { benchmark in
    var text = hundredBytes
    text.withUTF8 { bytes in
      let hash = dbh_hash(bytes.baseAddress, bytes.count)
      let callbacks = hooks().assumingMemoryBound(to: dbh_callbacks.self)
      bytes.withMemoryRebound(to: CChar.self) { text in _ = callbacks.pointee.shape(text.baseAddress, text.count, hash)
      }
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations {
        let hash = dbh_hash(bytes.baseAddress, bytes.count)
        bytes.withMemoryRebound(to: CChar.self) { text in
          blackHole(callbacks.pointee.shape(text.baseAddress, text.count, hash).id)
        }
      }
      benchmark.stopMeasurement()
    }
  }

  // Megabytes for each second: a billion divided by the nanoseconds of a kilobyte.
  for (name, statements) in [("a mix", Corpus.statements)]
    + Corpus.statements.enumerated().map({ ("text \($0.offset + 1)", [$0.element]) })
  {
    let total = statements.reduce(0) { $0 + $1.utf8.count }
    let speed = BenchmarkMetric.custom("MB/s", polarity: .prefersLarger, useScalingFactor: false)
    Benchmark(
      "shape of \(name)", configuration: .init(metrics: [speed], maxDuration: .milliseconds(500), maxIterations: 200)
    ) { benchmark in
      let rounds = max(1, 400_000 / total)
      let clock = ContinuousClock()
      let time = clock.measure {
        for _ in 0..<rounds { for sql in statements { blackHole(StatementShape(sql).fingerprint) } }
      }
      let seconds = Double(time.components.attoseconds) / 1e18 + Double(time.components.seconds)
      benchmark.measurement(speed, Int(Double(total * rounds) / seconds / 1e6))
    }
  }
}
