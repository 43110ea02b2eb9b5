#if GRDB
  import DatabaseTesting
  import GRDB
  import GRDBInstrumentation
  import Testing

  private struct Book: TableRecord {}

  @Suite struct QueryPlanTests {
    private let queue: DatabaseQueue

    init() throws {
      queue = try DatabaseQueue()
      try queue.write { db in
        try db.execute(
          sql: """
            CREATE TABLE book (id INTEGER PRIMARY KEY, authorId INTEGER, price INTEGER);
            CREATE INDEX bookByAuthor ON book(authorId);
            CREATE INDEX cheapBook ON book(price) WHERE price < 10;
            """)
      }
    }

    @Test func isThatOfTheRequestWithItsValues() throws {
      try queue.read { (db: Database) throws in
        #expect(
          try db.queryPlan(of: Book.filter(Column("authorId") == 42))
            == ["SEARCH book USING INDEX bookByAuthor (authorId=?)"])
        #expect(try db.queryPlan(of: Book.filter(sql: "price < 5 AND price < 10")).first?.contains("cheapBook") == true)
        #expect(try db.queryPlan(of: Book.filter(Column("price") > 3)) == ["SCAN book"])
      }
    }

    @Test func isNoQueryOfARecording() throws {
      let recording = try recordDatabase {
        _ = try queue.read { try $0.queryPlan(of: Book.all()) }
      }
      #expect(recording.check(.noQueries).isEmpty, "\(recording)")
    }

    @Test func isToldOfAStatementThatWasRecorded() throws {
      let recording = try recordDatabase {
        _ = try queue.read { try Row.fetchAll($0, Book.filter(Column("authorId") == 42)) }
      }
      #expect(
        recording.selects.first?.queryPlan == ["SEARCH book USING INDEX bookByAuthor (authorId=?)"], "\(recording)")
    }
  }
#endif
