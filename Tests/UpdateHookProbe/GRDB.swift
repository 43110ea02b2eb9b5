#if GRDB
  import CSQLiteHooks
  import DatabaseTesting
  import GRDB
  import GRDBInstrumentation
  import TestSupport

  private struct Book: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "book"
    var id: Int64
    var title = ""
  }

  private func library() throws -> DatabaseQueue {
    try withoutDatabaseRecording {
      var configuration = Configuration().instrumented(name: "library")
      configuration.foreignKeysEnabled = true
      let queue = try DatabaseQueue(configuration: configuration)
      try queue.write { db in
        try db.execute(
          sql: """
            CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
            CREATE TABLE page (id INTEGER PRIMARY KEY, bookId INTEGER NOT NULL REFERENCES book ON DELETE CASCADE);
            CREATE TABLE log (x); CREATE TABLE tag (name PRIMARY KEY) WITHOUT ROWID;
            CREATE TRIGGER noted AFTER INSERT ON book BEGIN INSERT INTO log VALUES (new.id); END;
            INSERT INTO book VALUES (1, 'a'), (2, 'b'); INSERT INTO page VALUES (1, 1), (2, 1), (3, 2)
            """)
      }
      return queue
    }
  }

  private final class Titles: @unchecked Sendable {  // Written on the connection's queue alone.
    var seen: [Int] = []
  }

  private final class Observer: TransactionObserver {
    var events = 0
    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { eventKind.tableName == "book" }
    func databaseDidChange(with event: DatabaseEvent) { events += 1 }
    func databaseDidCommit(_ db: Database) {}
    func databaseDidRollback(_ db: Database) {}
  }

  @MainActor func showGRDB() throws {
    let queue = try library()
    show("records", try recordDatabase { try queue.write { try Book(id: 3).insert($0) } })
    show("cascade", try recordDatabase { try queue.write { _ = try Book.deleteOne($0, key: 1) } })
    show("all rows", try recordDatabase { try queue.write { try $0.execute(sql: "DELETE FROM page") } })
    show(
      "without rowid", try recordDatabase { try queue.write { try $0.execute(sql: "INSERT INTO tag VALUES (1), (2)") } }
    )
    show("replace", try recordDatabase { try queue.write { try Book(id: 3).insert($0, onConflict: .replace) } })
    show(
      "savepoint that is undone",
      try recordDatabase {
        try queue.write { db in
          try Book(id: 4).insert(db)
          try db.inSavepoint {
            try db.execute(sql: "INSERT INTO tag VALUES (3)")
            try db.execute(sql: "DELETE FROM page")
            return .rollback
          }
        }
      })
    show(
      "savepoint that is kept",
      try recordDatabase {
        try queue.write { db in
          try db.inSavepoint {
            try db.execute(sql: "UPDATE book SET title = 'x' WHERE id = 4")
            return .commit
          }
        }
      })
    show(
      "trigger in a savepoint",
      try recordDatabase {
        try queue.write { db in
          try db.inSavepoint {
            try Book(id: 5).insert(db)
            return .commit
          }
        }
      })

    show("failure", recordDatabase { try? queue.write { try Book(id: 5).insert($0) } })
    show(
      "failure in a savepoint",
      recordDatabase {
        try? queue.write { db in
          try db.inSavepoint {
            try db.execute(sql: "INSERT INTO book VALUES (10, ''), (5, '')")
            return .commit
          }
        }
      })

    let titles = Titles()
    let observation = ValueObservation.tracking { try Book.fetchCount($0) }
    let cancellable = observation.start(in: queue, scheduling: .immediate, onError: { print("failed: \($0)") }) {
      titles.seen.append($0)
    }
    let observer = Observer()
    queue.add(transactionObserver: observer, extent: .observerLifetime)
    show("beside observations", try recordDatabase { try queue.write { try Book(id: 6).insert($0) } })
    show("of another table", try recordDatabase { try queue.write { try $0.execute(sql: "UPDATE log SET x = 1") } })
    cancellable.cancel()
    print("the observer heard \(observer.events), the observation \(titles.seen.first ?? 0)")
    queue.remove(transactionObserver: observer)
    show("without them", try recordDatabase { try queue.write { try Book(id: 7).insert($0) } })

    announce("passes:")
    try expectDatabase(.flush(inserted: ["book": 1, "log": 1]), .commits(1)) {
      try queue.write { try Book(id: 8).insert($0) }
    }
    announce("fails:")
    try expectDatabase(.flush(inserted: ["book": 2])) { try queue.write { try Book(id: 9).insert($0) } }
    try queue.close()
  }
#endif
