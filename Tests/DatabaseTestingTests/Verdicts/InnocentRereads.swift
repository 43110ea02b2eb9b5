import DatabaseTesting
import TestSupport

extension Programs {
  /// Reads that happen again for a reason.
  static let innocentRereads: [Program] = [
    .innocent("polling a queue that others fill") { store in
      for round in 1...3 {
        _ = try store.db.rows("SELECT id FROM job WHERE state = ? ORDER BY runAt LIMIT 1", 0)
        try store.db.rows("INSERT INTO job (state, runAt) VALUES (0, ?)", round)
      }
    },
    .innocent("taking jobs from a queue until it is empty") { store in
      try store.db.execute("INSERT INTO job (state, runAt) VALUES (0, 1), (0, 2), (0, 3)")
      while let job = try store.db.rows("SELECT id FROM job WHERE state = ? ORDER BY runAt LIMIT 1", 0).first {
        try store.db.rows("UPDATE job SET state = 1 WHERE id = ?", job)
      }
    },
    .innocent("a retry after a failure", fails: true) { store in
      for _ in 1...3 { _ = try? store.db.rows("SELECT abs(-9223372036854775808) FROM setting WHERE key = ?", 1) }
    },
    .innocent("read, change, read again", isLazy: true) { store in
      for stock in 1...3 {
        _ = try store.books(of: 1)
        try store.db.rows("UPDATE book SET stock = ? WHERE authorId = 1", stock)
      }
    },
    .innocent("read, rolled back, read again") { store in
      for _ in 1...3 {
        try store.db.execute("BEGIN")
        _ = try store.setting(1)
        try store.db.execute("ROLLBACK")
      }
    },
    .innocent("a setting read in two requests") { store in
      _ = try store.setting(1)
      _ = try store.db.rows("SELECT id FROM tag")
      _ = try store.setting(1)
    },
    .innocent("the current user, asked for by two parts of a page") { store in
      func header() throws { _ = try store.db.rows("SELECT id FROM profile WHERE id = ?", 1) }
      func body() throws { _ = try store.db.rows("SELECT id FROM profile WHERE id = ?", 1) }
      try header()
      try body()
    },
    .innocent("now and random") { store in
      for _ in 1...4 { _ = try store.db.rows("SELECT datetime('now')") }
      for _ in 1...4 { _ = try store.db.rows("SELECT random()") }
    },
    .innocent("the last row id after each insert") { store in
      for author in 1...4 {
        try store.db.rows("INSERT INTO book (authorId) VALUES (?)", author)
        _ = try store.db.rows("SELECT last_insert_rowid()")
      }
    },
    .innocent("the number of rows before and after") { store in
      for author in 1...3 {
        _ = try store.db.rows("SELECT count(*) FROM book")
        try store.db.rows("INSERT INTO book (authorId) VALUES (?)", author)
      }
    },
    .innocent("optimistic locking") { store in
      for _ in 1...3 {
        let stock = try store.db.rows("SELECT stock FROM book WHERE id = ?", 1)[0]
        try store.db.rows("UPDATE book SET stock = ? WHERE id = 1 AND stock = ?", stock - 1, stock)
      }
    },
    .innocent("a table made anew in between") { store in
      for _ in 1...3 {
        try store.db.execute("CREATE TABLE scratch (id INTEGER PRIMARY KEY); INSERT INTO scratch VALUES (1)")
        _ = try store.db.rows("SELECT id FROM scratch WHERE id = ?", 1)
        try store.db.execute("DROP TABLE scratch")
      }
    },
    .innocent("a write through a trigger in between") { store in
      try store.db.execute(
        "CREATE TRIGGER counted AFTER INSERT ON book BEGIN UPDATE author SET bookCount = bookCount + 1; END")
      for isbn in 1...3 {
        _ = try store.db.rows("SELECT bookCount FROM author WHERE id = ?", 1)
        try store.db.rows("INSERT INTO book (authorId, isbn) VALUES (1, ?)", isbn)
      }
    },
    .innocent("a write that cascades in between", scans: true) { store in
      try store.db.execute("PRAGMA foreign_keys = ON; DELETE FROM book_tag")
      for book in 1...3 {
        _ = try store.db.rows("SELECT count(*) FROM review WHERE stars = ?", 5)
        try store.db.rows("DELETE FROM book WHERE id = ?", book)
      }
    },
    .innocent("a write by another connection in between") { store in
      let file = try TemporaryFile()
      let (reader, writer) = try withoutRecording { (try Bookstore(file.path), try SQLiteDatabase(file.path)) }
      for stock in 1...3 {
        _ = try reader.db.rows("SELECT stock FROM book WHERE id = ?", 1)
        try writer.rows("UPDATE book SET stock = ? WHERE id = 1", stock)
      }
    },
    .innocent("a table that is attached twice under one name") { store in
      for _ in 1...2 {
        try store.db.execute("ATTACH ':memory:' AS aside; CREATE TABLE aside.note (id INTEGER PRIMARY KEY)")
        _ = try store.db.rows("SELECT id FROM aside.note WHERE id = ?", 1)
        try store.db.execute("DETACH aside")
      }
    },
    .innocent("a view whose table was written in between") { store in
      try store.db.execute("CREATE VIEW shelf AS SELECT id, stock FROM book")
      for stock in 1...3 {
        _ = try store.db.rows("SELECT stock FROM shelf WHERE id = ?", 1)
        try store.db.rows("UPDATE book SET stock = ? WHERE id = 1", stock)
      }
    },
    .innocent("a foreign key followed after each change of it") { store in
      for author in 1...3 {
        try store.db.rows("UPDATE book SET authorId = ? WHERE id = 1", author)
        _ = try store.db.rows("SELECT authorId FROM book WHERE id = ?", 1)
      }
    },
    .innocent("a savepoint for each attempt") { store in
      for attempt in 1...3 {
        try store.db.execute("SAVEPOINT attempt")
        try store.db.rows("UPDATE setting SET value = ? WHERE key = 1", attempt)
        _ = try store.setting(1)
        try store.db.execute("ROLLBACK TO attempt; RELEASE attempt")
      }
    },
    .innocent("waiting for a row to appear, on another table's change") { store in
      for key in 1...3 {
        try store.db.rows("INSERT OR REPLACE INTO setting VALUES (?, 'x')", key)
        _ = try store.setting(1)
      }
    },
  ]
}
