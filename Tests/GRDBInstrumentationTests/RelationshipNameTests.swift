#if GRDB
  import DatabaseTesting
  import GRDB
  import GRDBInstrumentation
  import Testing

  private struct Author: TableRecord {
    static let books = hasMany(Book.self)
    static let edited = hasMany(Book.self, key: "edited", using: ForeignKey(["editorId"]))
    static let mentor = belongsTo(Author.self)
    static let prizes = hasMany(Prize.self, through: hasMany(Award.self), using: Award.prize)
    static let shelves = hasMany(Shelf.self, using: ForeignKey(["room"], to: ["id"]))
  }

  private struct Book: TableRecord {
    static let author = belongsTo(Author.self, using: ForeignKey(["authorId"]))
    static let shelf = belongsTo(Shelf.self)
  }

  private struct Shelf: TableRecord {}
  private struct Prize: TableRecord {}
  private struct Award: TableRecord { static let prize = belongsTo(Prize.self) }

  @Suite struct RelationshipNameTests {
    private let queue: DatabaseQueue

    init() throws {
      queue = try DatabaseQueue()
      try queue.write { db in
        try db.execute(
          sql: """
            CREATE TABLE author (id INTEGER PRIMARY KEY, mentorId INTEGER REFERENCES author(id));
            CREATE TABLE shelf (room INTEGER, number INTEGER, PRIMARY KEY (room, number));
            CREATE TABLE book (id INTEGER PRIMARY KEY, authorId INTEGER REFERENCES author(id),
              editorId INTEGER REFERENCES author(id), room INTEGER, number INTEGER,
              FOREIGN KEY (room, number) REFERENCES shelf(room, number));
            CREATE TABLE prize (id INTEGER PRIMARY KEY);
            CREATE TABLE award (
              authorId INTEGER REFERENCES author(id), prizeId INTEGER REFERENCES prize(id), PRIMARY KEY (authorId, prizeId));
            """)
      }
    }

    @Test func isThatOfTheForeignKey() throws {
      try queue.read { (db: Database) throws in
        #expect(try db.relationshipName(of: Author.edited) == "book.editorId")
        #expect(try db.relationshipName(of: Author.mentor) == "author.mentorId")
        #expect(try db.relationshipName(of: Author.prizes) == "award.authorId")
        #expect(try db.relationshipName(of: Book.author) == "book.authorId")
        #expect(try db.relationshipName(of: Book.shelf) == "book.(room, number)")
        #expect(try db.relationshipName(of: Author.shelves) == nil)
      }
    }

    @Test func isTheNameThatRecordingsUse() throws {
      let name = try #require(try queue.read { try $0.relationshipName(of: Author.edited) })
      try withoutDatabaseRecording { try queue.write { try $0.execute(sql: "INSERT INTO author VALUES (1, NULL)") } }
      let recording = try recordDatabase {
        _ = try queue.read { try Row.fetchAll($0, Author.including(all: Author.edited)) }
      }
      #expect(recording.check(.loads(.selectIn, of: name, 1)).isEmpty, "\(recording)")
    }
  }
#endif
