internal import Benchmark
internal import GRDB

private struct Player: Codable, FetchableRecord, PersistableRecord {
  var id: Int64
  var name: String
  var score: Int
  var team: String
}

private let warmUp = 20

/// GRDB with and without a recorder: the ratios to it are what a user's tests notice.
func libraryRows() {
  for isRecorded in [false, true] {
    let suffix = isRecorded ? "recorder" : "off"
    row("GRDB fetch of a held statement, \(suffix)", isRecorded) { database, count in
      // No column is compared with a value: no key lookup.
      let statement = try database.cachedStatement(sql: "SELECT score FROM player LIMIT 1 OFFSET ?")
      for number in 0..<count { blackHole(try Int.fetchOne(statement, arguments: [number % 90])) }
    }
    row("GRDB Player.fetchOne(db, key:), \(suffix)", isRecorded) { database, count in
      for number in 0..<count { blackHole(try Player.fetchOne(database, key: number % 90 + 1)) }
    }
  }
}

private func row(_ name: String, _ isRecorded: Bool, _ work: @escaping @Sendable (Database, Int) throws -> Void) {
  Benchmark(name) { benchmark in
    let queue = try DatabaseQueue()
    try queue.write { database in
      try database.execute(sql: "CREATE TABLE player (id INTEGER PRIMARY KEY, name TEXT, score INTEGER, team TEXT)")
      for id in 1...100 {
        try Player(id: Int64(id), name: "Player \(id)", score: id % 40, team: "red").insert(database)
      }
    }
    func read() throws {
      try queue.read { database in
        try work(database, warmUp)
        benchmark.startMeasurement()
        try work(database, benchmark.scaledIterations.count)
        benchmark.stopMeasurement()
      }
    }
    if isRecorded { try recording { try read() } } else { try read() }
  }
}
