import DatabaseTesting
import TestSupport

private let keep = "keep the first result, or ask once before the loop"

extension Programs {
  /// One query that runs again for nothing.
  static let guiltyRereads: [Program] = [
    .guilty(of: .duplicateQuery, "a setting in a loop", 6, fix: keep) { store in
      for _ in try store.authors() {
        // guilty: a setting in a loop
        _ = try store.db.rows("SELECT value FROM setting WHERE key = ?", 1)
      }
    },
    .guilty(of: .duplicateQuery, "a list in a loop", 3, fix: keep) { store in
      _ = try store.db.rows("SELECT datetime('now')")
      for _ in 1...3 {
        // guilty: a list in a loop
        _ = try store.db.rows("SELECT id FROM tag")
      }
    },
    .guilty(of: .duplicateQuery, "one parent in a loop", 6, fix: keep) { store in
      for _ in try store.authors() {
        // guilty: one parent in a loop
        _ = try store.db.rows("SELECT id FROM country WHERE id = ?", 1)
      }
    },
    .guilty(of: .duplicateQuery, "with writes to another table", 4, fix: keep) { store in
      for key in 11...14 {
        // guilty: with writes to another table
        _ = try store.db.rows("SELECT id FROM author WHERE id = ?", 1)
        try store.db.rows("INSERT INTO setting VALUES (?, 'x')", key)
      }
    },
    .guilty(of: .duplicateQuery, "a count in the condition of a loop", 3, fix: keep) { store in
      _ = try store.db.rows("SELECT datetime('now')")
      var index = 0
      while index < 3,
        // guilty: a count in the condition of a loop
        try store.db.rows("SELECT count(*) FROM tag")[0] > 0
      {
        index += 1
      }
      _ = index
    },
    .guilty(of: .duplicateQuery, "values in the text that are the same", 3, fix: keep) { store in
      _ = try store.db.rows("SELECT datetime('now')")
      for _ in 1...3 {
        // guilty: values in the text that are the same
        _ = try store.db.rows("SELECT value FROM setting WHERE key = 1")
      }
    },
    .guilty(of: .duplicateQuery, "nested in the rows of another", 6, fix: keep) { store in
      _ = try store.db.rows("SELECT datetime('now')")
      try store.db.forEachRow("SELECT id FROM author") { _ in
        // guilty: nested in the rows of another
        _ = try store.db.rows("SELECT value FROM setting WHERE key = ?", 2)
      }
    },
    .guilty(of: .duplicateQuery, "in transactions that commit nothing", 3, fix: keep) { store in
      _ = try store.db.rows("SELECT datetime('now')")
      for _ in 1...3 {
        try store.db.execute("BEGIN")
        // guilty: in transactions that commit nothing
        _ = try store.db.rows("SELECT value FROM setting WHERE key = ?", 3)
        try store.db.execute("COMMIT")
      }
    },
  ]

  /// Loops whose lookups are awaited.
  static let guiltyAsync: [Program] = [
    .guiltyAsync(
      "awaited in a loop", "book.authorId", 6, fix: "load them together: SELECT … FROM book WHERE authorId IN (…)"
    ) { store in
      func books(of author: Int) async throws {
        await Task.yield()
        // guilty: awaited in a loop
        _ = try store.db.rows("SELECT id FROM book WHERE authorId = ?", author)
      }
      for author in try store.authors() { try await books(of: author) }
    },
    .guiltyAsync(
      "a task group", "book.authorId", 6, fix: "load them together: SELECT … FROM book WHERE authorId IN (…)"
    ) { store in
      let authors = try store.authors()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for author in authors {
          group.addTask {
            // guilty: a task group
            _ = try store.db.rows("SELECT id FROM book WHERE authorId = ?", author)
          }
        }
        try await group.waitForAll()
      }
    },
    .guiltyAsync(
      "to one, awaited", "book.authorId", 12, fix: "load them together: SELECT … FROM author WHERE id IN (…)"
    ) { store in
      func author(_ id: Int) async throws {
        await Task.yield()
        // guilty: to one, awaited
        _ = try store.db.rows("SELECT id FROM author WHERE id = ?", id)
      }
      for id in try store.db.rows("SELECT authorId FROM book") { try await author(id) }
    },
    .guiltyAsync(
      "an actor's method in a loop", "review.bookId", 12,
      fix: "load them together: SELECT … FROM review WHERE bookId IN (…)"
    ) { store in
      actor Library {
        let store: Bookstore
        init(_ store: Bookstore) { self.store = store }
        func reviews(of book: Int) throws -> [Int] {
          // guilty: an actor's method in a loop
          try store.db.rows("SELECT id FROM review WHERE bookId = ?", book)
        }
      }
      let library = Library(store)
      for book in try store.books() { _ = try await library.reviews(of: book) }
    },
  ]
}
