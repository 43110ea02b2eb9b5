#if GRDB
  import DatabaseTesting
  import GRDB
  import GRDBInstrumentation
  import TestSupport
  import Testing

  private struct Author: Codable, FetchableRecord, PersistableRecord {
    var id: Int64?
    var name: String
    var countryCode: String?
    static let books = hasMany(Book.self)
  }

  private struct Book: Codable, FetchableRecord, PersistableRecord {
    var id: Int64?
    var authorId: Int64
    var title: String
    var price: Int
    var cost: Int
    var note: String?
    static let author = belongsTo(Author.self)
  }

  /// What GRDB writes quotes every name, so that a name may stand where a string in double quotes could: its texts and their
  /// fingerprints, which stand in files of users, stay as they are.
  @Suite struct GeneratedSQLTests {
    private static let title = Column("title")
    private static let note = Column("note")
    private static let price = Column("price")
    private static let cost = Column("cost")
    private static let id = Column("id")

    private static func run(_ db: Database) throws {
      let book = Book.all()
      try db.create(table: "draft") { table in
        table.autoIncrementedPrimaryKey("id")
        table.column("title", .text).notNull().collate(.nocase).defaults(to: "untitled")
        table.column("price", .integer).check { $0 > Self.cost }
        table.column("cost", .integer)
        table.column("total", .integer).generatedAs(Self.price + Self.cost)
        table.belongsTo("author", onDelete: .cascade)
        table.uniqueKey(["title", "price"])
        table.check(Self.price >= Self.cost)
      }
      try db.create(index: "draftOnTitle", on: "draft", columns: ["title", "price"])
      try db.create(index: "draftOnPrice", on: "draft", columns: ["price"], condition: Self.price > Self.cost)
      try db.create(virtualTable: "page", using: FTS5()) { table in
        table.column("title")
        table.tokenizer = .porter()
      }
      try db.alter(table: "draft") { $0.add(column: "more", .text).defaults(to: "none") }
      var author = Author(id: 1, name: "Ada", countryCode: "GB")
      try author.insert(db)
      author.name = "Grace"
      try author.update(db)
      try author.upsert(db)
      try author.save(db)
      try Book(id: 1, authorId: 1, title: "Notes", price: 7, cost: 5, note: nil).insert(db)
      _ = try Book(id: 2, authorId: 1, title: "More", price: 9, cost: 5, note: nil).insertAndFetch(db)
      _ = try Author(id: 1, name: "Ada", countryCode: nil).upsertAndFetch(
        db, onConflict: ["id"], doUpdate: { [Column("name").set(to: $0[Column("name")])] })
      _ = try Book.fetchAll(db)
      _ = try Book.fetchOne(db, key: 1)
      _ = try Book.fetchAll(db, keys: [1, 2, 3])
      _ = try Book.exists(db, key: 1)
      _ = try book.fetchCount(db)
      _ = try book.select(Self.title, as: String.self).distinct().fetchCount(db)
      _ = try book.select(Self.title, Self.note).asRequest(of: Row.self).fetchAll(db)
      _ = try book.select(max(Self.price)).asRequest(of: Row.self).fetchOne(db)
      _ = try book.select(min(Self.price), sum(Self.cost), average(Self.price)).asRequest(of: Row.self).fetchOne(db)
      _ = try book.select(count(Self.note), count(distinct: Self.title)).asRequest(of: Row.self).fetchOne(db)
      _ = try book.select(total(Self.price), length(Self.title)).asRequest(of: Row.self).fetchOne(db)
      _ = try book.select(Self.price + Self.cost).asRequest(of: Row.self).fetchAll(db)
      _ = try book.select((Self.price - Self.cost) * Self.price).asRequest(of: Row.self).fetchAll(db)
      _ = try book.select([Self.title, Self.note].joined(operator: .concat)).asRequest(of: Row.self).fetchAll(db)
      _ = try book.select(Self.note ?? Self.title).asRequest(of: Row.self).fetchAll(db)
      _ = try book.select(cast(Self.price, as: .text)).asRequest(of: Row.self).fetchAll(db)
      _ = try book.select(abs(Self.price), Self.title.uppercased).asRequest(of: Row.self).fetchAll(db)
      _ = try book.filter(Self.title == "Notes").fetchAll(db)
      _ = try book.filter(Self.title == Self.note).fetchAll(db)
      _ = try book.filter(Self.title != Self.note).fetchAll(db)
      _ = try book.filter(Self.price > Self.cost && Self.cost >= Self.id).fetchAll(db)
      _ = try book.filter(Self.price < Self.cost || !(Self.cost <= Self.id)).fetchAll(db)
      _ = try book.filter(Self.title == Self.note && Self.title.like("%o%")).fetchAll(db)
      _ = try book.filter(Self.title.like(Self.note)).fetchAll(db)
      _ = try book.filter([Self.price, Self.cost].contains(Self.id)).fetchAll(db)
      _ = try book.filter([1, 2, 3].contains(Self.id)).fetchAll(db)
      _ = try book.filter((1...3).contains(Self.id)).fetchAll(db)
      _ = try book.filter(Self.title.collating(.nocase) == Self.note).fetchAll(db)
      _ = try book.filter(Self.note == nil).fetchAll(db)
      _ = try book.filter(Self.price == max(Self.cost, Self.id)).fetchAll(db)
      _ = try book.filter(Book.select(max(Self.price)) == Self.price).fetchAll(db)
      _ = try book.filter(Book.select(Self.cost).contains(Self.price)).fetchAll(db)
      _ = try book.order(Self.price.desc, Self.title.ascNullsLast).limit(2, offset: 1).fetchAll(db)
      _ = try book.order(Self.price - Self.cost).reversed().fetchAll(db)
      _ = try book.group(Self.authorId).having(max(Self.price) > min(Self.cost)).fetchAll(db)
      _ = try book.annotated(with: (Self.price - Self.cost).forKey("margin")).asRequest(of: Row.self).fetchAll(db)
      _ = try book.including(required: Book.author).asRequest(of: Row.self).fetchAll(db)
      _ = try book.joining(required: Book.author.filter(Column("name") == Column("countryCode"))).fetchAll(db)
      _ = try Author.including(all: Author.books).asRequest(of: Row.self).fetchAll(db)
      _ = try Author.annotated(with: Author.books.count, Author.books.max(Self.price)).asRequest(of: Row.self)
        .fetchAll(db)
      _ = try Author.having(Author.books.isEmpty).fetchAll(db)
      _ = try author.request(for: Author.books).fetchAll(db)
      _ = try Author.with(CommonTableExpression(named: "dear", columns: ["id"], request: book.select(Self.id)))
        .fetchAll(db)
      try book.updateAll(db, Self.price.set(to: Self.cost), Self.note.set(to: Self.title))
      try book.updateAll(db, Self.price += Self.cost, Self.cost.set(to: max(Self.price, Self.id)))
      try book.filter(Self.price < Self.cost).deleteAll(db)
      let pattern = try #require(FTS5Pattern(matchingAnyTokenIn: "notes"))
      _ = try Table("page").filter(Column("page").match(pattern)).fetchCount(db)
      try Book.deleteOne(db, key: 2)
      try Book.deleteAll(db)
      try db.drop(table: "draft")
    }

    private static let authorId = Column("authorId")

    @Test func textsAndFingerprintsStay() throws {
      let queue = try withoutDatabaseRecording { () throws -> DatabaseQueue in
        let queue = try DatabaseQueue()
        try queue.write { db in
          try db.create(table: "author") { table in
            table.autoIncrementedPrimaryKey("id")
            table.column("name", .text)
            table.column("countryCode", .text)
          }
          try db.create(table: "book") { table in
            table.autoIncrementedPrimaryKey("id")
            table.belongsTo("author")
            table.column("title", .text)
            table.column("price", .integer)
            table.column("cost", .integer)
            table.column("note", .text)
          }
        }
        return queue
      }
      let recording = try recordDatabase { try queue.write { try Self.run($0) } }
      let shown = recording.statements.map { statement in
        let digits = String(statement.shape.fingerprint, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits + " " + statement.sql
      }
      for (fingerprint, sql) in GeneratedSQL.statements { #expect(shown.contains("\(fingerprint) \(sql)")) }
      // A test may also name what it means without quotes.
      #expect(recording.queries.matching("SELECT MAX(price) FROM book").count == 1)
      #expect(recording.queries.matching("SELECT * FROM book WHERE title = note").count == 1)
      #expect(recording.queries.matching("SELECT * FROM \"book\" WHERE \"title\" = \"note\"").count == 1)
      #expect(recording.queries.matching("SELECT * FROM \"book\" WHERE \"title\" = \"cost\"").isEmpty)
    }
  }
#endif
