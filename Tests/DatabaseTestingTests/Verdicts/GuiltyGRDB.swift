#if GRDB
  import GRDB
  import TestSupport

  private let books = "load them together: Author.including(all: Author.books)"
  private let author = "load them together: Book.including(required: Book.author)"
  private let reviews = "load them together: Book.including(all: Book.reviews)"

  extension Programs {
    /// Apps on GRDB.
    ///
    /// Their closures differ where they can: of equal ones the optimiser makes one, which has no line.
    static let guiltyGRDB: [Program] = [
      .guiltyGRDB("GRDB: request(for:) in a loop", "book.authorId", 6, fix: books) { queue in
        try queue.read { db in
          for author in try Author.fetchAll(db) {
            // guilty: GRDB: request(for:) in a loop
            _ = try author.request(for: Author.books).fetchAll(db)
          }
        }
      },
      .guiltyGRDB("GRDB: request(for:) in a map", "book.authorId", 6, fix: books) { queue in
        _ = try queue.read { db in
          try Author.fetchAll(db).map { author in
            // guilty: GRDB: request(for:) in a map
            try author.request(for: Author.books).fetchAll(db)
          }
        }
      },
      .guiltyGRDB("GRDB: fetchOne(key:) in a loop", "book.authorId", 12, fix: author) { queue in
        try queue.read { db in
          for book in try Book.fetchAll(db) {
            // guilty: GRDB: fetchOne(key:) in a loop
            _ = try Author.fetchOne(db, key: book.authorId)
          }
        }
      },
      .guiltyGRDB("GRDB: to one by request(for:)", "book.authorId", 12, fix: author) { queue in
        try queue.read { db in
          for book in try Book.fetchAll(db) {
            // guilty: GRDB: to one by request(for:)
            _ = try book.request(for: Book.author).fetchOne(db)
          }
        }
      },
      .guiltyGRDB("GRDB: filter in a loop", "book.authorId", 6, fix: books) { queue in
        try queue.read { db in
          for author in try Author.fetchAll(db) {
            // guilty: GRDB: filter in a loop
            _ = try Book.filter(Column("authorId") == author.id).fetchAll(db)
          }
        }
      },
      .guiltyGRDB("GRDB: fetchCount in a loop", "book.authorId", 6, fix: books) { queue in
        try queue.read { db in
          for author in try Author.fetchAll(db) {
            // guilty: GRDB: fetchCount in a loop
            _ = try author.request(for: Author.books).fetchCount(db)
          }
        }
      },
      .guiltyGRDB("GRDB: children while the cursor is open", "book.authorId", 6, fix: books) { queue in
        try queue.read { db in
          let cursor = try Author.fetchCursor(db)
          while let author = try cursor.next() {
            // guilty: GRDB: children while the cursor is open
            _ = try author.request(for: Author.books).fetchAll(db)
          }
        }
      },
      .guiltyGRDB("GRDB: raw SQL in a loop", "review.bookId", 12, fix: reviews) { queue in
        try queue.read { db in
          for id in try Int.fetchAll(db, sql: "SELECT id FROM book") {
            // guilty: GRDB: raw SQL in a loop
            _ = try Row.fetchAll(db, sql: "SELECT * FROM review WHERE bookId = ?", arguments: [id])
          }
        }
      },
      .guiltyGRDB("GRDB: SQL interpolation in a loop", "review.bookId", 12, fix: reviews) { queue in
        try queue.read { db in
          for book in try Book.fetchAll(db) {
            // guilty: GRDB: SQL interpolation in a loop
            _ = try SQLRequest<Row>("SELECT * FROM review WHERE bookId = \(book.id)").fetchAll(db)
          }
        }
      },
      .guiltyGRDB("GRDB: in a write", "book.authorId", 6, fix: books) { queue in
        try queue.write { db in
          for author in try Author.fetchAll(db) {
            // guilty: GRDB: in a write
            if try author.request(for: Author.books).fetchAll(db).isEmpty { print("nothing was written by an author") }
          }
        }
      },
      .guiltyGRDB("GRDB: an access for each", "book.authorId", 6, fix: books) { queue in
        for author in try queue.read({ try Author.fetchAll($0) }) {
          // guilty: GRDB: an access for each
          _ = try queue.read { try author.request(for: Author.books).fetchAll($0) }
        }
      },
      .guiltyGRDB(
        "GRDB: through a pivot", "book_tag.bookId", 12, fix: "load them together: Book.including(all: Book.tags)"
      ) { queue in
        try queue.read { db in
          for book in try Book.fetchAll(db) {
            // guilty: GRDB: through a pivot
            _ = try book.request(for: Book.tags).fetchAll(db)
          }
        }
      },
      .guiltyGRDBAsync("GRDB: an awaited access for each", "book.authorId", 6, fix: books) { queue in
        for author in try await queue.read({ try Author.fetchAll($0) }) {
          _ = try await queue.read {
            // guilty: GRDB: an awaited access for each
            try author.request(for: Author.books).fetchAll($0).count
          }
        }
      },
      .guiltyGRDBAsync("GRDB: an awaited loop in one access", "book.authorId", 6, fix: books) { queue in
        try await queue.read { db in
          for author in try Author.fetchAll(db) {
            // guilty: GRDB: an awaited loop in one access
            if try author.request(for: Author.books).fetchAll(db).isEmpty { print("an author whose books are awaited") }
          }
        }
      },
    ]
  }
#endif
