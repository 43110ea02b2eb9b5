#if GRDB
  internal import DatabaseInstrumentation
  internal import DatabaseRecording
  internal import GRDB

  private struct Player: Codable, FetchableRecord, PersistableRecord {
    var id: Int64
    var name: String
    var score: Int
    var team: String
  }

  private let fetches = 200

  func libraryProbes() throws -> [Probe] {
    func probe(_ name: String, _ isRecorded: Bool, _ work: @escaping (Database, Int) throws -> Void) -> Probe {
      Probe(name, operations: fetches) { measure in
        let queue = try DatabaseQueue()
        try queue.write { database in
          try database.execute(sql: "CREATE TABLE player (id INTEGER PRIMARY KEY, name TEXT, score INTEGER, team TEXT)")
          for id in 1...100 {
            try Player(id: Int64(id), name: "Player \(id)", score: id % 40, team: "red").insert(database)
          }
        }
        func read() throws {
          try queue.read { database in
            try work(database, 20)
            var failure: (any Error)?
            measure { do { try work(database, fetches) } catch { failure = error } }
            if let failure { throw failure }
          }
        }
        if isRecorded { try recording(read) } else { try read() }
      }
    }

    return [
      probe("GRDB fetch of a held statement, without recorder", false, heldFetch),
      probe("GRDB fetch of a held statement, recorder", true, heldFetch),
      probe("peer: GRDB fetch of a held statement, its own trace", false) { database, count in
        // As a test keeps what ran, to count it afterwards.
        var texts: [String] = []
        database.trace { texts.append($0.description) }
        try heldFetch(database, count)
        database.trace(nil)
        use(texts.count)
      },
      probe("GRDB fetchOne by key, without recorder", false, fetchByKey),
      probe("GRDB fetchOne by key, recorder", true, fetchByKey),
    ]
  }

  /// No key lookup: no column is compared with a value.
  @inline(never)
  private func heldFetch(_ database: Database, _ count: Int) throws {
    let statement = try database.cachedStatement(sql: "SELECT score FROM player LIMIT 1 OFFSET ?")
    for number in 0..<count { use(try Int.fetchOne(statement, arguments: [number % 90])) }
  }

  @inline(never)
  private func fetchByKey(_ database: Database, _ count: Int) throws {
    for number in 0..<count { use(try Player.fetchOne(database, key: number % 90 + 1)) }
  }
#else
  func libraryProbes() throws -> [Probe] { [] }
#endif
