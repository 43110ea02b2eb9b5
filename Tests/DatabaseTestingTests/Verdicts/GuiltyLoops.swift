import DatabaseTesting
import TestSupport

private let books = "load them together: SELECT … FROM book WHERE authorId IN (…)"
private let reviews = "load them together: SELECT … FROM review WHERE bookId IN (…)"
private let authors = "load them together: SELECT … FROM author WHERE id IN (…)"

extension Programs {
  /// One relationship in every kind of loop.
  static let guiltyLoops: [Program] = [
    .guilty("for loop", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        // guilty: for loop
        _ = try store.db.rows("SELECT id FROM book WHERE authorId = ?", author)
      }
    },
    .guilty("map", "book.authorId", 6, fix: books) { store in
      _ = try store.authors().map { author in
        // guilty: map
        try store.db.rows("SELECT id FROM book WHERE authorId = ?", author)
      }
    },
    .guilty("forEach", "book.authorId", 6, fix: books) { store in
      try store.authors().forEach { author in
        // guilty: forEach
        if try store.db.rows("SELECT id FROM book WHERE authorId = ?", author).isEmpty { print("no books") }
      }
    },
    .guilty("reduce", "book.authorId", 6, fix: books) { store in
      _ = try store.authors().reduce(0) { sum, author in
        // guilty: reduce
        sum + (try store.db.rows("SELECT id FROM book WHERE authorId = ?", author)).count
      }
    },
    .guilty("filter", "book.authorId", 6, fix: books) { store in
      _ = try store.authors().filter { author in
        // guilty: filter
        try !store.db.rows("SELECT id FROM book WHERE authorId = ?", author).isEmpty
      }
    },
    .guilty("while loop", "book.authorId", 6, fix: books) { store in
      var rest = try store.authors()
      while let author = rest.popLast() {
        // guilty: while loop
        _ = try store.db.rows("SELECT id FROM book WHERE authorId = ?", author)
      }
    },
    .guilty("lazy sequence", "book.authorId", 6, fix: books) { store in
      let books = try store.authors().lazy.map { author in
        // guilty: lazy sequence
        try? store.db.rows("SELECT id FROM book WHERE authorId = ?", author)
      }
      for book in books { _ = book }
    },
    .guilty("a loop in a function within a function", "book.authorId", 6, fix: books) { store in
      func load(_ rest: ArraySlice<Int>) throws {
        guard let author = rest.first else { return }
        try load(rest.dropFirst(), store, author)
      }
      func load(_ rest: ArraySlice<Int>, _ store: Bookstore, _ author: Int) throws {
        for author in [author] + rest {
          // guilty: a loop in a function within a function
          _ = try store.db.rows("SELECT id FROM book WHERE authorId = ?", author)
        }
      }
      try load(try store.authors()[...])
    },
    .guilty("two rows are enough", "book.authorId", 2, fix: books) { store in
      for author in try store.db.rows("SELECT id FROM author WHERE id < 3") {
        // guilty: two rows are enough
        _ = try store.db.rows("SELECT id FROM book WHERE authorId = ?", author)
      }
    },
    .guilty("inside of a transaction", "book.authorId", 6, fix: books) { store in
      try store.db.execute("BEGIN")
      for author in try store.authors() {
        // guilty: inside of a transaction
        _ = try store.db.rows("SELECT id FROM book WHERE authorId = ?", author)
      }
      try store.db.execute("COMMIT")
    },
    .guilty("a transaction for each", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        try store.db.execute("BEGIN")
        // guilty: a transaction for each
        _ = try store.db.rows("SELECT id FROM book WHERE authorId = ?", author)
        try store.db.execute("COMMIT")
      }
    },
    .guilty("while the parents are still read", "book.authorId", 6, fix: books) { store in
      _ = try store.db.rows("SELECT datetime('now')")
      try store.db.forEachRow("SELECT id FROM author") { author in
        // guilty: while the parents are still read
        _ = try store.db.rows("SELECT id FROM book WHERE authorId = ?", author)
      }
    },
    .guilty("parents while children are still read", "book.authorId", 12, fix: authors) { store in
      _ = try store.db.rows("SELECT datetime('now')")
      try store.db.forEachRow("SELECT authorId FROM book") { author in
        // guilty: parents while children are still read
        _ = try store.db.rows("SELECT id FROM author WHERE id = ?", author)
      }
    },
    .guilty("with other queries in between", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        _ = try store.db.rows("SELECT datetime('now')")
        // guilty: with other queries in between
        _ = try store.db.rows("SELECT id FROM book WHERE authorId = ?", author)
      }
    },
    .guilty("with writes in between", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        // guilty: with writes in between
        _ = try store.db.rows("SELECT id FROM book WHERE authorId = ?", author)
        try store.db.rows("UPDATE author SET bookCount = 2 WHERE id = ?", author)
      }
    },
    .guilty("the parents a page at a time", "book.authorId", 6, fix: books) { store in
      for page in 0..<2 {
        for author in try store.db.rows("SELECT id FROM author ORDER BY id LIMIT 3 OFFSET ?", 3 * page) {
          // guilty: the parents a page at a time
          _ = try store.db.rows("SELECT id FROM book WHERE authorId = ?", author)
        }
      }
    },
    .guilty(
      "through a method of the app", "book.authorId", 6,
      fix: "load them together: SELECT … FROM book WHERE authorId IN (…)"
    ) { store in
      struct Author {
        var id: Int
        var store: Bookstore
        func books() throws -> [Int] {
          // guilty: through a method of the app
          try store.db.rows("SELECT id FROM book WHERE authorId = ?", id)
        }
      }
      for author in try store.authors().map({ Author(id: $0, store: store) }) { _ = try author.books() }
    },
    .guilty("to one", "book.authorId", 12, fix: authors) { store in
      for author in try store.db.rows("SELECT authorId FROM book") {
        // guilty: to one
        _ = try store.db.rows("SELECT name FROM author WHERE id = ?", author)
      }
    },
    .guilty("one to one", "profile.authorId", 6, fix: "load them together: SELECT … FROM profile WHERE authorId IN (…)")
    { store in
      for author in try store.authors() {
        // guilty: one to one
        _ = try store.db.rows("SELECT text FROM profile WHERE authorId = ?", author)
      }
    },
    .guilty("grandchildren", "review.bookId", 12, fix: reviews) { store in
      for book in try store.db.rows("SELECT id FROM book WHERE authorId IN (\(store.list(try store.authors())))") {
        // guilty: grandchildren
        _ = try store.db.rows("SELECT id FROM review WHERE bookId = ?", book)
      }
    },
    .guilty("parents that a join found", "review.bookId", 12, fix: reviews) { store in
      for book in try store.db.rows("SELECT book.id FROM author JOIN book ON book.authorId = author.id") {
        // guilty: parents that a join found
        _ = try store.db.rows("SELECT id FROM review WHERE bookId = ?", book)
      }
    },
  ]
}
