import DatabaseSupport

#if GRDB
  import DatabaseTesting
  import GRDB
  import TestSupport
  import Testing

  private struct Volume: Codable, PersistableRecord, FetchableRecord {
    static let databaseTableName = "book"
    var id: Int64
    var title: String
  }

  /// GRDB's own way of seeing transactions.
  private final class Changes: TransactionObserver {
    let rows = Locked<[String]>([])
    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
    func databaseDidChange(with event: DatabaseEvent) {
      rows.withLock { $0.append("\(event.kind) \(event.tableName) \(event.rowID)") }
    }
    func databaseDidCommit(_ db: Database) { rows.withLock { $0.append("commit") } }
    func databaseDidRollback(_ db: Database) { rows.withLock { $0.append("rollback") } }
  }

  @Suite struct GRDBWriteTests {
    private let queue: DatabaseQueue

    init() throws {
      queue = try withoutDatabaseRecording {
        let queue = try DatabaseQueue()
        try queue.write { try $0.execute(sql: "CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT)") }
        return queue
      }
    }

    @Test(.needs(.rowChanges)) func whatAWriteKeeps() throws {
      let recording = try recordDatabase {
        try queue.write { db in
          for id in 1...3 { try Volume(id: Int64(id), title: "a").insert(db) }
          try Volume(id: 1, title: "b").update(db)
          try Volume.deleteOne(db, key: 2)
        }
      }
      #expect(
        recording.check(.flush(inserted: ["book": 3], updated: ["book": 1], deleted: ["book": 1], exactly: true))
          .isEmpty)
      #expect(recording.check(.commits(1), .rollbacks(0), .writesInTransactions, .closedTransactions).isEmpty)
    }

    @Test func aWriteThatThrowsKeepsNothing() throws {
      struct Refused: Error {}
      let recording = recordDatabase {
        try? queue.write { db in
          try Volume(id: 1, title: "a").insert(db)
          throw Refused()
        }
      }
      #expect(recording.check(.noDurableWrites, .rollbacks(1), .commits(0)).isEmpty)
      #expect(recording.flushes.map(\.executed.inserted) == [["book": 1]])
    }

    @Test(.needs(.rowChanges)) func aSavepointThatIsUndone() throws {
      let recording = try recordDatabase {
        try queue.write { db in
          try Volume(id: 1, title: "a").insert(db)
          try db.inSavepoint {
            try Volume(id: 2, title: "b").insert(db)
            return .rollback
          }
        }
      }
      #expect(recording.check(.flush(inserted: ["book": 1], exactly: true), .commits(1)).isEmpty)
    }

    @Test(.needs(.rowChanges)) func gRDBsOwnObservationWorksBesideIt() async throws {
      let changes = Changes()
      queue.add(transactionObserver: changes)
      let counts = Locked<[Int]>([])
      let recording = try await recordDatabase {
        let observation = ValueObservation.tracking { try Volume.fetchCount($0) }
        for try await count in observation.values(in: queue) {
          counts.withLock { $0.append(count) }
          if count == 2 { break }
          try await queue.write { try Volume(id: Int64(count + 1), title: "a").insert($0) }
        }
        try await queue.write { _ = try Volume.deleteAll($0) }
      }
      #expect(counts.withLock { $0 }.last == 2)
      #expect(recording.check(.flush(inserted: ["book": 2], deleted: ["book": 2], exactly: true)).isEmpty)
      let seen = changes.rows.withLock { $0 }
      #expect(seen.filter { $0.contains("insert") }.count == 2)
      #expect(seen.filter { $0.contains("delete") }.count == 2)
      #expect(seen.filter { $0 == "commit" }.count >= 3)
    }
  }
#endif
