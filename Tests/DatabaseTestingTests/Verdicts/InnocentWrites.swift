import DatabaseTesting
import TestSupport

extension Programs {
  /// Fixtures, migrations and other writing.
  static let innocentWrites: [Program] = [
    .innocent("row-by-row inserts") { store in
      for author in 10...20 { try store.db.rows("INSERT INTO author (id) VALUES (?)", author) }
    },
    .innocent("row-by-row updates after a list") { store in
      for author in try store.authors() { try store.db.rows("UPDATE author SET bookCount = 1 WHERE id = ?", author) }
    },
    .innocent("row-by-row deletes after a list") { store in
      try store.db.execute("DELETE FROM book_tag; DELETE FROM review")
      for author in try store.authors() { try store.db.rows("DELETE FROM book WHERE authorId = ?", author) }
    },
    .innocent("upserts") { store in
      for key in 1...9 {
        try store.db.rows(
          "INSERT INTO setting VALUES (?, 'x') ON CONFLICT (key) DO UPDATE SET value = excluded.value", key)
      }
    },
    .innocent("upserts with RETURNING") { store in
      for key in 1...9 { try store.db.rows("INSERT OR REPLACE INTO setting VALUES (?, 'x') RETURNING key", key) }
    },
    .innocent("find or create, for a few") { store in
      for name in 1...4 where try store.db.rows("SELECT id FROM tag WHERE name = ?", name).isEmpty {
        try store.db.rows("INSERT INTO tag (name) VALUES (?)", name)
      }
    },
    .innocent("a factory that makes authors with books") { store in
      for author in 10...13 {
        try store.db.rows("INSERT INTO author (id) VALUES (?)", author)
        for _ in 1...2 { try store.db.rows("INSERT INTO book (authorId) VALUES (?)", author) }
      }
    },
    .innocent("a factory that reads back what it made, left out of the recording") { store in
      try withoutRecording {
        for author in try store.authors() { _ = try store.books(of: author) }
      }
      _ = try store.authors()
    },
    .innocent("a factory that checks for a free name") { store in
      for author in 10...13 {
        _ = try store.db.rows("SELECT count(*) FROM author WHERE name = ?", author)
        try store.db.rows("INSERT INTO author (id, name) VALUES (?, ?)", author, author)
      }
    },
    .innocent("a migration that asks for each column") { store in
      for column in ["a", "b", "c", "d", "e", "f"] {
        _ = try store.db.rows("SELECT count(*) FROM pragma_table_info('author') WHERE name = '\(column)'")
        try store.db.execute("ALTER TABLE author ADD COLUMN \(column) TEXT")
      }
      _ = try store.author(1)
    },
    .innocent("migrations that are each asked for by name") { store in
      try store.db.execute("CREATE TABLE migration (id INTEGER PRIMARY KEY)")
      for id in 1...8 where try store.db.rows("SELECT id FROM migration WHERE id = ?", id).isEmpty {
        try store.db.rows("INSERT INTO migration VALUES (?)", id)
      }
    },
    .innocent("the schema, table by table") { store in
      for table in ["author", "book", "review", "tag", "setting", "job"] {
        _ = try store.db.rows("SELECT count(*) FROM sqlite_master WHERE name = '\(table)'")
        try store.db.execute("PRAGMA table_info(\(table))")
      }
      _ = try store.author(1)
    },
    .innocent("a table copied in batches") { store in
      try store.db.execute("CREATE TABLE copy (id INTEGER PRIMARY KEY)")
      for batch in 0..<4 {
        try store.db.rows("INSERT INTO copy SELECT id FROM book WHERE id > ? ORDER BY id LIMIT 3", 3 * batch)
      }
      _ = try store.db.rows("SELECT count(*) FROM copy")
    },
    .innocent("many rows in one insert") { store in
      try store.db.execute("INSERT INTO setting VALUES (11, 'a'), (12, 'b'), (13, 'c')")
    },
    .innocent("a transfer: two reads and two writes") { store in
      try store.db.execute("BEGIN IMMEDIATE")
      let from = try store.db.rows("SELECT stock FROM book WHERE id = ?", 1)[0]
      let to = try store.db.rows("SELECT stock FROM book WHERE id = ?", 2)[0]
      try store.db.rows("UPDATE book SET stock = ? WHERE id = 1", from - 1)
      try store.db.rows("UPDATE book SET stock = ? WHERE id = 2", to + 1)
      try store.db.execute("COMMIT")
    },
    .innocent("a fixture for each of several users, in one pass") { store in
      for id in 1...6 {
        try store.db.rows("INSERT OR IGNORE INTO country (id) VALUES (?)", id)
        try store.db.rows("INSERT OR IGNORE INTO author (id) VALUES (?)", id)
      }
    },
  ]

  /// Queries that are no lookups.
  static let innocentQueries: [Program] = [
    .innocent("full text search for several words") { store in
      for word in ["text", "book", "story", "of"] {
        _ = try store.db.rows("SELECT rowid FROM book_text WHERE book_text MATCH '\(word)'")
      }
    },
    .innocent("full text search for the words of a list") { store in
      _ = try store.authors()
      for word in ["text", "book", "the", "of", "a", "story"] {
        _ = try store.db.rows("SELECT rowid FROM book_text WHERE book_text MATCH '\(word)'")
      }
    },
    .innocent("JSON, each element of one document") { store in
      _ = try store.db.rows("SELECT value FROM json_each('[1, 2, 3]')")
      _ = try store.db.rows("SELECT json_extract(json, '$.author') FROM document")
    },
    .innocent("JSON paths of one table") { store in
      for path in ["a", "b", "c", "d", "e", "f"] {
        _ = try store.db.rows("SELECT json_extract(json, '$.\(path)') FROM document")
      }
    },
    .innocent("four counts in a loop") { store in
      for state in 0...3 { _ = try store.db.rows("SELECT count(*) FROM job WHERE state = ?", state) }
    },
    .innocent("a report for each month") { store in
      for month in 1...12 { _ = try store.db.rows("SELECT count(*) FROM job WHERE state = 1 AND runAt > ?", month) }
    },
    .innocent("ranges of one index") { store in
      for start in stride(from: 0, to: 12, by: 2) {
        _ = try store.db.rows("SELECT id FROM book WHERE id BETWEEN ? AND ?", start, start + 1)
      }
    },
    .innocent("a search box, letter by letter") { store in
      for text in ["a", "au", "aut", "auth", "autho", "author"] {
        _ = try store.db.rows("SELECT id FROM author WHERE name >= '\(text)' AND name < '\(text)z'")
      }
    },
    .innocent("UNION of two tables") { store in
      _ = try store.db.rows("SELECT id FROM author UNION ALL SELECT id FROM book")
    },
    .innocent("EXISTS instead of a loop") { store in
      _ = try store.db.rows("SELECT id FROM author WHERE EXISTS (SELECT 1 FROM book WHERE authorId = author.id)")
    },
    .innocent("a scalar subquery instead of a loop") { store in
      _ = try store.db.rows("SELECT id, (SELECT count(*) FROM book WHERE authorId = author.id) FROM author")
    },
    .innocent("a self join") { store in
      _ = try store.db.rows("SELECT e.id FROM employee e JOIN employee m ON m.id = e.managerId")
    },
    .innocent("a generated series") { store in
      for count in 1...4 {
        _ = try store.db.rows(
          "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n", count)
      }
    },
    .innocent("queries without a table") { store in
      for number in 1...9 { _ = try store.db.rows("SELECT ? + 1", number) }
    },
    .innocent("pragmas in a loop") { store in
      for _ in 1...9 { try store.db.execute("PRAGMA user_version") }
      _ = try store.author(1)
    },
    .innocent("one aggregate for one parent", isLazy: true) { store in
      _ = try store.author(1)
      _ = try store.db.rows("SELECT count(*) FROM book WHERE authorId = ?", 1)
    },
  ]
}
