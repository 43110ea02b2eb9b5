#if GRDB
  import DatabaseTesting
  import GRDB
  import TestSupport
  import Testing

  @Suite struct GRDBCatalogueTests {
    private func queue() throws -> DatabaseQueue {
      try withoutDatabaseRecording {
        let queue = try DatabaseQueue()
        try queue.write { db in
          try db.execute(
            sql: """
              CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT);
              CREATE TABLE book (id INTEGER PRIMARY KEY, authorId INTEGER NOT NULL REFERENCES author(id), title TEXT);
              CREATE INDEX book_author ON book (authorId);
              """)
          for id in 1...9 {
            try db.execute(sql: "INSERT INTO author VALUES (?, 'name')", arguments: [id])
            try db.execute(sql: "INSERT INTO book VALUES (?, ?, ?)", arguments: [id, id, "title \(id)"])
          }
        }
        return queue
      }
    }

    private func ids(_ queue: DatabaseQueue) throws -> [Int] {
      try queue.read { try Int.fetchAll($0, sql: "SELECT id FROM author") }
    }

    @Test func whatIsAwaitedBlocksNothing() async throws {
      let queue = try queue()
      try await expectDatabase(.noBlockingQueries, .noMainThreadQueries, .queries(2)) {
        _ = try await queue.read { try Int.fetchAll($0, sql: "SELECT id FROM author") }
        try await queue.write { try $0.execute(sql: "UPDATE author SET name = 'x' WHERE id = 1") }
      }
    }

    @Test func theSameReadWithoutAwaitBlocksTheTask() async throws {
      let queue = try queue()
      let recording = try await recordDatabase { try await Task { try ids(queue) }.value }
      #expect(recording.check(.noBlockingQueries).map(\.count) == [1])
    }

    @Test func theFixOfAFullScanIsGRDBs() throws {
      let queue = try queue()
      let recording = try recordDatabase {
        try queue.read { db in
          _ = try Int.fetchAll(db, sql: "SELECT id FROM book WHERE title = ?", arguments: ["title 7"])
          _ = try Row.fetchAll(
            db, sql: "SELECT b.id FROM author a JOIN book b ON b.authorId = a.id WHERE b.title LIKE ?",
            arguments: ["%7"])
        }
      }
      let fixes = recording.check(.noFullScans).flatMap {
        $0.message.split(separator: "\n").filter { $0.hasPrefix("  fix") }
      }
      #expect(
        fixes == [
          #"  fix: an index, e.g. db.create(indexOn: "book", columns: ["title"]), or .noFullScans(except: ["book"])"#,
          #"  fix: a full-text index (FTS5), or .noFullScans(except: ["book"])"#,
        ])
    }

    @Test(.needs(.lines)) func theFixOfALazyLoadIsTheAssociation() throws {
      let queue = try queue()
      let recording = try recordDatabase {
        try queue.read { db in
          let author = try Int.fetchOne(db, sql: "SELECT id FROM author WHERE name = 'name'")
          _ = try Row.fetchAll(db, sql: "SELECT * FROM book WHERE authorId = ?", arguments: [author])
        }
      }
      let message = try #require(recording.check(.noLazyLoads).first?.message)
      #expect(message.hasSuffix("\n  fix: load it with its parent: Author.including(all: Author.books)"))
    }
  }
#endif
