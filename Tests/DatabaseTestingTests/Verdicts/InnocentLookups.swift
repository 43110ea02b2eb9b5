import DatabaseTesting
import TestSupport

extension Programs {
  /// Lookups that were written one by one.
  static let innocentLookups: [Program] = [
    .innocent("two lookups on two lines", isLazy: true) { store in
      _ = try store.authors()
      _ = try store.books(of: 1)
      _ = try store.books(of: 2)
    },
    .innocent("two lookups on one line", isLazy: true) { store in
      _ = try store.authors()
      _ = (try store.books(of: 1), try store.books(of: 2))
    },
    .innocent("the same lookup on two lines", isLazy: true) { store in
      _ = try store.authors()
      _ = try store.books(of: 1)
      _ = try store.books(of: 1)
    },
    .innocent("list, then the details of the first", isLazy: true) { store in
      if let first = try store.authors().first { _ = try store.books(of: first) }
    },
    .innocent("list, then the details of first and last", isLazy: true) { store in
      let authors = try store.authors()
      if let first = authors.first { _ = try store.books(of: first) }
      if let last = authors.last { _ = try store.books(of: last) }
    },
    .innocent("one parent and its children", isLazy: true) { store in
      _ = try store.author(3)
      _ = try store.books(of: 3)
    },
    .innocent("one parent, children of several kinds", isLazy: true) { store in
      _ = try store.author(3)
      _ = try store.books(of: 3)
      _ = try store.db.rows("SELECT id FROM profile WHERE authorId = ?", 3)
    },
    .innocent("one plus one: a child and its parent", isLazy: true) { store in
      _ = try store.db.rows("SELECT id FROM book WHERE id = ?", 4)
      _ = try store.author(2)
    },
    .innocent("a record that was just created, and its children", isLazy: true) { store in
      try store.db.rows("INSERT INTO author (id, name) VALUES (?, 'new')", 100)
      _ = try store.books(of: 100)
    },
    .innocent("uniqueness checks, one for each column") { store in
      _ = try store.db.rows("SELECT 1 FROM author WHERE name = ? LIMIT 1", 1)
      _ = try store.db.rows("SELECT 1 FROM book WHERE isbn = ? LIMIT 1", 1)
      _ = try store.db.rows("SELECT 1 FROM tag WHERE name = ? LIMIT 1", 1)
    },
    .innocent("four uniqueness checks before an insert of several") { store in
      for isbn in 1...4 { _ = try store.db.rows("SELECT 1 FROM book WHERE isbn = ? LIMIT 1", isbn) }
      try store.db.execute("INSERT INTO book (authorId, isbn) VALUES (1, 'a'), (1, 'b'), (1, 'c'), (1, 'd')")
    },
    .innocent("settings, each on its line") { store in
      _ = try store.setting(1)
      _ = try store.setting(2)
      _ = try store.setting(3)
      _ = try store.setting(4)
      _ = try store.setting(5)
      _ = try store.setting(6)
    },
    .innocent("three settings in a loop") { store in
      for key in 1...3 { _ = try store.setting(key) }
    },
    .innocent("the chain of a record's owners") { store in
      var id: Int? = 4
      while let current = id {
        id = try store.db.rows("SELECT parentId FROM category WHERE id = ?", current).first.flatMap {
          $0 == 0 ? nil : $0
        }
      }
    },
    .innocent("lookups by key before any list was read", isLazy: true) { store in
      for author in 1...4 { _ = try store.books(of: author) }
    },
    .innocent("a list that comes after the lookups", isLazy: true) { store in
      for author in 1...4 { _ = try store.books(of: author) }
      _ = try store.authors()
    },
    .innocent("a list with one row", isLazy: true) { store in
      for author in try store.db.rows("SELECT id FROM author WHERE name = 'author 1'") {
        _ = try store.books(of: author)
      }
    },
    .innocent("a list without rows") { store in
      for author in try store.db.rows("SELECT id FROM author WHERE name = 'nobody'") { _ = try store.books(of: author) }
    },
    .innocent("a list of another table", isLazy: true) { store in
      _ = try store.db.rows("SELECT id FROM tag")
      for author in 1...3 { _ = try store.books(of: author) }
    },
    .innocent("the same loop on two databases") { store in
      let other = try withoutRecording { try Bookstore() }
      for shop in [store, other] { _ = try shop.setting(1) }
    },
    .innocent("one query on each of many shards", isLazy: true) { store in
      let shards = try withoutRecording { try (1...6).map { _ in try Bookstore() } }
      for shard in shards { _ = try shard.books(of: 1) }
    },
    .innocent("one lookup on each of many shards") { store in
      let shards = try withoutRecording { try (1...6).map { _ in try Bookstore() } }
      for (number, shard) in shards.enumerated() { _ = try shard.setting(number + 1) }
    },
    .innocent("pages by offset") { store in
      for page in 0..<3 { _ = try store.db.rows("SELECT id FROM book ORDER BY id LIMIT 4 OFFSET ?", 4 * page) }
    },
    .innocent("pages by the last key") { store in
      var last = 0
      while let next = try store.db.rows("SELECT id FROM book WHERE id > ? ORDER BY id LIMIT 4", last).last {
        last = next
      }
    },
    .innocent("a page and the number of pages") { store in
      _ = try store.db.rows("SELECT count(*) FROM book")
      _ = try store.db.rows("SELECT id FROM book ORDER BY id LIMIT 4 OFFSET ?", 4)
    },
    .innocent("three pages of one author's books", isLazy: true) { store in
      for page in 0..<3 {
        _ = try store.db.rows("SELECT id FROM book WHERE authorId = 1 ORDER BY id LIMIT 1 OFFSET ?", page)
      }
    },
  ]
}
