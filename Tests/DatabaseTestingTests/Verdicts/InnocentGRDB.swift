#if GRDB
  import DatabaseTesting
  import Foundation
  import GRDB
  import TestSupport

  extension Programs {
    /// Apps on GRDB.
    static let innocentGRDB: [Program] = [
      .innocentGRDB("GRDB: including(all:)") { queue in
        _ = try queue.read { try Author.including(all: Author.books).asRequest(of: AuthorWithBooks.self).fetchAll($0) }
      },
      .innocentGRDB("GRDB: including(all:) twice, in two accesses") { queue in
        _ = try queue.read { try Author.including(all: Author.books).asRequest(of: AuthorWithBooks.self).fetchAll($0) }
        _ = try queue.read { try Book.including(all: Book.reviews).asRequest(of: BookWithReviews.self).fetchAll($0) }
      },
      .innocentGRDB("GRDB: including(all:) of grandchildren") { queue in
        _ = try queue.read { db in
          try Row.fetchAll(db, Author.including(all: Author.books.including(all: Book.reviews)))
        }
      },
      .innocentGRDB("GRDB: including(required:)") { queue in
        _ = try queue.read { try Book.including(required: Book.author).asRequest(of: BookWithAuthor.self).fetchAll($0) }
      },
      .innocentGRDB("GRDB: including(optional:)") { queue in
        _ = try queue.read { try Row.fetchAll($0, Book.including(optional: Book.author)) }
      },
      .innocentGRDB("GRDB: annotated(with:) a count") { queue in
        _ = try queue.read { try Row.fetchAll($0, Author.annotated(with: Author.books.count)) }
      },
      .innocentGRDB("GRDB: one author and its books", isLazy: true) { queue in
        _ = try queue.read { db in
          let author = try Author.fetchOne(db, key: 1)
          return try author?.request(for: Author.books).fetchAll(db)
        }
      },
      .innocentGRDB("GRDB: several fetchOne on lines of their own") { queue in
        _ = try queue.read { db in
          (
            try Author.fetchOne(db, key: 1),
            try Author.fetchOne(db, key: 2),
            try Author.fetchOne(db, key: 3),
            try Author.fetchOne(db, key: 4),
            try Author.fetchOne(db, key: 5),
            try Author.fetchOne(db, key: 6)
          )
        }
      },
      .innocentGRDB("GRDB: fetchAll(keys:)") { queue in
        _ = try queue.read { db in try Author.fetchAll(db, keys: try Book.fetchAll(db).map(\.authorId)) }
      },
      .innocentGRDB("GRDB: save() for each of a list") { queue in
        try queue.write { db in
          for author in try Author.fetchAll(db) { try author.save(db) }
        }
      },
      .innocentGRDB("GRDB: upsert() for each of a list") { queue in
        try queue.write { db in
          for author in try Author.fetchAll(db) { try author.upsert(db) }
        }
      },
      .innocentGRDB("GRDB: insert() with the new ids") { queue in
        try queue.write { db in
          for id in 20...26 { try Author(id: Int64(id), name: "author \(id)").insert(db) }
        }
      },
      .innocentGRDB("GRDB: updateChanges for each of a list") { queue in
        try queue.write { db in
          for var author in try Author.fetchAll(db) { try author.updateChanges(db) { $0.name += "!" } }
        }
      },
      .innocentGRDB("GRDB: migrations") { queue in
        var migrator = DatabaseMigrator()
        for number in 1...6 {
          migrator.registerMigration("\(number)") { try $0.execute(sql: "CREATE TABLE t\(number) (id INTEGER)") }
        }
        try migrator.migrate(queue)
        _ = try queue.read { try migrator.appliedMigrations($0) }
        _ = try queue.read(Author.fetchCount)
      },
      .innocentGRDB("GRDB: table and column checks") { queue in
        _ = try queue.read { db in
          for table in ["author", "book", "review", "tag", "setting", "job"] {
            _ = try db.tableExists(table) && db.columns(in: table).isEmpty
          }
          return try Author.fetchCount(db)
        }
      },
      .innocentGRDB("GRDB: pages") { queue in
        for page in 0..<3 {
          _ = try queue.read { try Book.order(Column("id")).limit(4, offset: 4 * page).fetchAll($0) }
        }
      },
      .innocentGRDB("GRDB: a cursor that is read to its end") { queue in
        try queue.read { db in
          let cursor = try Author.fetchCursor(db)
          while let author = try cursor.next() { _ = author.name }
        }
      },
      .innocentGRDBAsync("GRDB: two awaited reads on two lines", isLazy: true) { queue in
        let queue = GRDBLibrary(queue: queue)
        _ = try await queue.authors()
        _ = try await queue.books(of: 1)
        _ = try await queue.books(of: 2)
      },
      .innocentGRDBAsync("GRDB: five awaited reads on five lines", isLazy: true) { queue in
        let queue = GRDBLibrary(queue: queue)
        _ = try await queue.authors()
        _ = try await queue.books(of: 1)
        _ = try await queue.books(of: 2)
        _ = try await queue.books(of: 3)
        _ = try await queue.books(of: 4)
        _ = try await queue.books(of: 5)
      },
      .innocentGRDBAsync("GRDB: read, write, read again") { queue in
        for number in 1...3 {
          _ = try await queue.read { try Author.fetchOne($0, key: 1) }
          try await queue.write { try Author(id: 1, name: "name \(number)").update($0) }
        }
      },
      .innocentGRDBAsync("GRDB: an observation that is told of a change") { queue in
        var count = 0
        for try await _ in ValueObservation.tracking({ try Author.fetchCount($0) }).values(in: queue) {
          count += 1
          if count == 3 { break }
          let id = Int64(100 + count)
          try await queue.write { try Author(id: id, name: "author \(id)").insert($0) }
        }
      },
      .innocentGRDBAsync("GRDB: polling for a job") { queue in
        for round in 1...5 {
          if round == 4 {
            try await queue.write { try $0.execute(sql: "INSERT INTO job (state, runAt) VALUES (0, 1)") }
          }
          _ = try queue.read { (db: Database) throws -> Row? in
            try Row.fetchOne(db, sql: "SELECT * FROM job WHERE state = 0 ORDER BY runAt LIMIT 1")
          }
        }
      },
    ]
  }

  struct Author: Codable, FetchableRecord, PersistableRecord {
    static let books = hasMany(Book.self)
    var id: Int64
    var name: String
  }

  struct Book: Codable, FetchableRecord, PersistableRecord {
    static let author = belongsTo(Author.self)
    static let reviews = hasMany(Review.self)
    static let tags = hasMany(Tag.self, through: hasMany(BookTag.self), using: BookTag.tag)
    var id: Int64
    var authorId: Int64
    var title: String?
  }

  struct Review: Codable, FetchableRecord, PersistableRecord {
    static let book = belongsTo(Book.self)
    var id: Int64
    var bookId: Int64
  }

  struct Tag: Codable, FetchableRecord, PersistableRecord {
    var id: Int64
    var name: String
  }

  struct BookTag: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "book_tag"
    static let tag = belongsTo(Tag.self)
  }

  struct AuthorWithBooks: Codable, FetchableRecord {
    var author: Author
    var books: [Book]
  }

  struct BookWithReviews: Codable, FetchableRecord {
    var book: Book
    var reviews: [Review]
  }

  struct BookWithAuthor: Codable, FetchableRecord {
    var book: Book
    var author: Author
  }

  /// A repository on GRDB with asynchronous methods.
  struct GRDBLibrary: Sendable {
    let queue: DatabaseQueue

    func authors() async throws -> [Author] { try await queue.read { try Author.fetchAll($0) } }
    func books(of author: Int64) async throws -> [Book] {
      try await queue.read { try Book.filter(Column("authorId") == author).fetchAll($0) }
    }
  }

  extension Bookstore {
    /// A queue of GRDB on the same tables and rows.
    static func queue() throws -> DatabaseQueue {
      try withoutDatabaseRecording {
        let queue = try DatabaseQueue()
        try queue.write { try $0.execute(sql: Bookstore.script) }
        return queue
      }
    }
  }

  extension Program {
    static func innocentGRDB(
      _ name: String, isLazy: Bool = false, _ body: @escaping @Sendable (DatabaseQueue) throws -> Void
    ) -> Program {
      .innocent(name, isLazy: isLazy) { _ in try body(try Bookstore.queue()) }
    }

    static func innocentGRDBAsync(
      _ name: String, isLazy: Bool = false, _ body: @escaping @Sendable (DatabaseQueue) async throws -> Void
    ) -> Program {
      .innocentAsync(name, isLazy: isLazy) { _ in try await body(try Bookstore.queue()) }
    }

    static func guiltyGRDB(
      _ name: String, _ relationship: String, _ count: Int, fix: String,
      _ body: @escaping @Sendable (DatabaseQueue) throws -> Void
    ) -> Program {
      .guilty(name, relationship, count, fix: fix) { _ in try body(try Bookstore.queue()) }
    }

    static func guiltyGRDBAsync(
      _ name: String, _ relationship: String, _ count: Int, fix: String,
      _ body: @escaping @Sendable (DatabaseQueue) async throws -> Void
    ) -> Program {
      .guiltyAsync(name, relationship, count, fix: fix) { _ in try await body(try Bookstore.queue()) }
    }
  }
#endif
