import DatabaseTesting
import TestSupport

/// A program that the audit finds, and what it says.
struct GuiltyAudit: Sendable, CustomStringConvertible {
  var program: AuditProgram
  var kind: Finding.Kind
  /// The rest of the line that begins with `  fix: `.
  var fix: String
  /// What SQLite says with it; `nil` where nothing can be tried.
  var says: String?
  /// Whether ten rows are enough, since it is no matter of their number.
  var isFoundInSmall: Bool
  /// The program without its fault; empty: the indexes that the fix names.
  var mended: [String]

  var description: String { program.name }

  init(
    _ kind: Finding.Kind, _ name: String, _ sql: String..., fix: String, says: String? = nil, small: Bool = false,
    mended: [String] = []
  ) {
    self.init(
      kind, AuditProgram(name) { shop in for sql in sql { try shop.database.execute(sql) } }, fix: fix, says: says,
      small: small, mended: mended)
  }

  init(
    _ kind: Finding.Kind, _ program: AuditProgram, fix: String, says: String? = nil, small: Bool = false,
    mended: [String] = []
  ) {
    self.kind = kind
    self.program = program
    self.fix = fix
    self.says = says
    isFoundInSmall = small
    self.mended = mended
  }

  static let all: [GuiltyAudit] = scans + joins + unused + pages + keys + writes

  private static func index(_ text: String) -> String { "an index, e.g. CREATE INDEX \(text)" }

  private static let title = index("book_title ON book (title)")

  private static let scans: [GuiltyAudit] = [
    GuiltyAudit(
      .fullScan, "by a column", "SELECT * FROM book WHERE title = 'title 7'", fix: title,
      says: "SEARCH book USING INDEX book_title (title=?)"),
    GuiltyAudit(
      .fullScan, "by a column of an alias", "SELECT * FROM book AS b WHERE b.title = 'title 7'", fix: title,
      says: "SEARCH b USING INDEX book_title (title=?)"),
    GuiltyAudit(
      .fullScan, "by a list", "SELECT * FROM book WHERE title IN ('title 7', 'title 8')", fix: title,
      says: "SEARCH book USING INDEX book_title (title=?)"),
    GuiltyAudit(
      .fullScan, "the first of a kind", "SELECT * FROM book WHERE title = 'title 9999' LIMIT 1", fix: title,
      says: "SEARCH book USING INDEX book_title (title=?)"),
    GuiltyAudit(
      .fullScan, "what is not there", "SELECT * FROM book WHERE title = 'nothing'", fix: title,
      says: "SEARCH book USING INDEX book_title (title=?)"),
    GuiltyAudit(
      .fullScan, "how many of a kind", "SELECT count(*) FROM page WHERE bookId = 7",
      fix: index("page_bookId ON page (bookId)"), says: "SEARCH page USING COVERING INDEX page_bookId (bookId=?)"),
    GuiltyAudit(
      .fullScan, "a sum of a few", "SELECT sum(number) FROM page WHERE bookId = 7",
      fix: index("page_bookId ON page (bookId)"), says: "SEARCH page USING INDEX page_bookId (bookId=?)"),
    GuiltyAudit(
      .fullScan, "the end of a range", "SELECT * FROM book WHERE price > 9990",
      fix: index("book_price ON book (price)"), says: "SEARCH book USING INDEX book_price (price>?)"),
    GuiltyAudit(
      .fullScan, "a short range", "SELECT * FROM book WHERE price BETWEEN 70 AND 77",
      fix: index("book_price ON book (price)"), says: "SEARCH book USING INDEX book_price (price>? AND price<?)"),
    GuiltyAudit(
      .fullScan, "the few that are null", "SELECT * FROM book WHERE returnedAt IS NULL",
      fix: index("book_returnedAt ON book (returnedAt)"), says: "SEARCH book USING INDEX book_returnedAt (returnedAt=?)"
    ),
    GuiltyAudit(
      .fullScan, "two columns", "SELECT * FROM page WHERE bookId = 7 AND number = 0",
      fix: index("page_bookId_number ON page (bookId, number)"),
      says: "SEARCH page USING INDEX page_bookId_number (bookId=? AND number=?)"),
    GuiltyAudit(
      .fullScan, "a column and a range", "SELECT * FROM page WHERE bookId = 7 AND number >= 0",
      fix: index("page_bookId_number ON page (bookId, number)"),
      says: "SEARCH page USING INDEX page_bookId_number (bookId=? AND number>?)"),
    GuiltyAudit(
      .fullScan, "one of two columns", "SELECT * FROM book WHERE title = 'title 7' OR price = 8",
      fix: "indexes, e.g. CREATE INDEX book_title ON book (title); CREATE INDEX book_price ON book (price)",
      says: "SEARCH book USING INDEX book_title (title=?), SEARCH book USING INDEX book_price (price=?)"),
    GuiltyAudit(
      .fullScan, "in lower case", "SELECT * FROM book WHERE lower(title) = 'title 7'",
      fix: index("book_lower_title ON book (lower(title))"), says: "SEARCH book USING INDEX book_lower_title (<expr>=?)"
    ),
    GuiltyAudit(
      .fullScan, "in any case", "SELECT * FROM book WHERE title = 'TITLE 7' COLLATE NOCASE",
      fix: index("book_title ON book (title COLLATE NOCASE)"), says: "SEARCH book USING INDEX book_title (title=?)"),
    GuiltyAudit(
      .fullScan, "an update", "UPDATE book SET price = 3 WHERE title = 'title 7'", fix: title,
      says: "SEARCH book USING INDEX book_title (title=?)"),
    GuiltyAudit(
      .fullScan, "a delete", "DELETE FROM page WHERE bookId = 7", fix: index("page_bookId ON page (bookId)"),
      says: "SEARCH page USING INDEX page_bookId (bookId=?)"),
    GuiltyAudit(
      .fullScan, "what has expired", "DELETE FROM session WHERE expires < 3",
      fix: index("session_expires ON session (expires)"), says: "SEARCH session USING INDEX session_expires (expires<?)"
    ),
    GuiltyAudit(
      .fullScan,
      AuditProgram("one by one") { shop in
        for id in 1...3 { try shop.database.rows("SELECT text FROM page WHERE bookId = ?", id) }
      }, fix: index("page_bookId ON page (bookId)"), says: "SEARCH page USING INDEX page_bookId (bookId=?)"),
  ]

  private static let joins: [GuiltyAudit] = [
    GuiltyAudit(
      .fullScan, "pages of a title",
      "SELECT p.text FROM book b JOIN page p ON p.bookId = b.id WHERE b.title = 'title 7'",
      fix: "indexes, e.g. CREATE INDEX book_title ON book (title); CREATE INDEX page_bookId ON page (bookId)", says: nil
    ),
    GuiltyAudit(
      .fullScan, "reviews of a title",
      "SELECT r.stars FROM review r JOIN book b ON b.id = r.bookId WHERE b.title = 'title 7'", fix: title, says: nil),
    GuiltyAudit(
      .automaticIndex, "a join without an index", "SELECT b.id, p.text FROM book b LEFT JOIN page p ON p.bookId = b.id",
      fix: index("page_bookId ON page (bookId)"), says: "SEARCH p USING INDEX page_bookId (bookId=?) LEFT-JOIN"),
    GuiltyAudit(
      .automaticIndex, "a join by two columns",
      "SELECT p.text FROM shelf s LEFT JOIN page p ON p.bookId = s.bookId AND p.number = s.place",
      fix: index("page_bookId_number ON page (bookId, number)"),
      says: "SEARCH p USING INDEX page_bookId_number (bookId=? AND number=?) LEFT-JOIN"),
  ]

  private static let unused: [GuiltyAudit] = [
    GuiltyAudit(
      .unusedIndex, "a sum of an indexed column", "SELECT * FROM book WHERE year + 0 = 1907",
      fix: "compare year itself", says: "SEARCH book USING INDEX book_year (year=?)",
      mended: ["SELECT * FROM book WHERE year = 1907"]),
    GuiltyAudit(
      .unusedIndex, "a cast of an indexed column", "SELECT * FROM book WHERE CAST(year AS TEXT) = '1907'",
      fix: "compare year itself", says: "SEARCH book USING INDEX book_year (year=?)",
      mended: ["SELECT * FROM book WHERE year = 1907"]),
    GuiltyAudit(
      .unusedIndex, "an indexed column in lower case", "SELECT * FROM book WHERE lower(isbn) = 'isbn 7'",
      fix: "compare isbn itself", says: "SEARCH book USING INDEX sqlite_autoindex_book_1 (isbn=?)",
      mended: ["SELECT * FROM book WHERE isbn = 'isbn 7'"]),
    GuiltyAudit(
      .unusedIndex, "a part of an indexed column", "SELECT * FROM book WHERE substr(isbn, 6) = '7'",
      fix: "compare isbn itself", says: "SEARCH book USING INDEX sqlite_autoindex_book_1 (isbn=?)",
      mended: ["SELECT * FROM book WHERE isbn = 'isbn 7'"]),
    GuiltyAudit(
      .unusedIndex, "a text around an indexed column", "SELECT * FROM book WHERE isbn || '!' = 'isbn 7!'",
      fix: "compare isbn itself", says: "SEARCH book USING INDEX sqlite_autoindex_book_1 (isbn=?)",
      mended: ["SELECT * FROM book WHERE isbn = 'isbn 7'"]),
    GuiltyAudit(
      .unusedIndex, "the day of an indexed time", "SELECT * FROM event WHERE date(at) = '2020-01-05'",
      fix: "compare at itself", says: "SEARCH event USING INDEX event_at (at=?)",
      mended: ["SELECT * FROM event WHERE at >= '2020-01-05' AND at < '2020-01-06'"]),
    GuiltyAudit(
      .unusedIndex, "the month of an indexed time", "SELECT * FROM event WHERE strftime('%Y-%m', at) = '2020-02'",
      fix: "compare at itself", says: "SEARCH event USING INDEX event_at (at=?)",
      mended: ["SELECT * FROM event WHERE at >= '2020-02' AND at < '2020-03'"]),
    GuiltyAudit(
      .unusedIndex, "the end of an indexed name", "SELECT * FROM author WHERE name LIKE '%77'",
      fix: "a full-text index of trigrams", says: "SCAN author_text VIRTUAL TABLE INDEX 0:L0",
      mended: ["SELECT * FROM author WHERE name LIKE 'author 77%'"]),
    GuiltyAudit(
      .unusedIndex, "the end of an indexed number", "SELECT * FROM book WHERE isbn GLOB '*977'",
      fix: "a full-text index of trigrams", says: "SCAN book_text_2 VIRTUAL TABLE INDEX 0:G0",
      mended: ["SELECT * FROM book WHERE isbn GLOB 'isbn 977*'"]),
  ]

  private static let pages: [GuiltyAudit] = [
    GuiltyAudit(
      .sortedPage, "the cheapest", "SELECT * FROM book ORDER BY price LIMIT 10",
      fix: index("book_price ON book (price)"), says: "SCAN book USING INDEX book_price"),
    GuiltyAudit(
      .sortedPage, "the dearest", "SELECT * FROM book ORDER BY price DESC LIMIT 10",
      fix: index("book_price ON book (price)"), says: "SCAN book USING INDEX book_price"),
    GuiltyAudit(
      .sortedPage, "by two columns", "SELECT * FROM book ORDER BY price DESC, title LIMIT 1",
      fix: index("book_price_title ON book (price DESC, title)"), says: "SCAN book USING INDEX book_price_title"),
    GuiltyAudit(
      .sortedPage, "in lower case", "SELECT * FROM book ORDER BY lower(title) LIMIT 10",
      fix: index("book_lower_title ON book (lower(title))"), says: "SCAN book USING INDEX book_lower_title"),
    GuiltyAudit(
      .sortedPage, "the cheapest of one author", "SELECT * FROM book WHERE authorId = 1 ORDER BY price LIMIT 5",
      fix: index("book_authorId_price ON book (authorId, price)"),
      says: "SEARCH book USING INDEX book_authorId_price (authorId=?)"),
    GuiltyAudit(
      .skippedRows, "a page far back", "SELECT * FROM book ORDER BY id LIMIT 10 OFFSET 9000",
      fix: "begin behind the last row of the page before, WHERE id > ?, instead of OFFSET",
      says: "SEARCH book USING INTEGER PRIMARY KEY (rowid>?)",
      mended: ["SELECT * FROM book WHERE id > 9000 ORDER BY id LIMIT 10"]),
    GuiltyAudit(
      .skippedRows, "a page far back, from the end", "SELECT * FROM book ORDER BY id DESC LIMIT 10 OFFSET 9000",
      fix: "begin behind the last row of the page before, WHERE id < ?, instead of OFFSET",
      says: "SEARCH book USING INTEGER PRIMARY KEY (rowid>?)",
      mended: ["SELECT * FROM book WHERE id < 1000 ORDER BY id DESC LIMIT 10"]),
    GuiltyAudit(
      .skippedRows, "a page far back by a unique column", "SELECT * FROM book ORDER BY isbn LIMIT 10 OFFSET 9000",
      fix: "begin behind the last row of the page before, WHERE isbn > ?, instead of OFFSET",
      says: "SEARCH book USING INDEX sqlite_autoindex_book_1 (isbn>?)",
      mended: ["SELECT * FROM book WHERE isbn > 'isbn 8' ORDER BY isbn LIMIT 10"]),
    GuiltyAudit(
      .unorderedPage, "pages in no order", "SELECT * FROM book LIMIT 3 OFFSET 0", "SELECT * FROM book LIMIT 3 OFFSET 3",
      fix: "ORDER BY id", small: true,
      mended: ["SELECT * FROM book ORDER BY id LIMIT 3 OFFSET 0", "SELECT * FROM book ORDER BY id LIMIT 3 OFFSET 3"]),
    GuiltyAudit(
      .unorderedPage, "pages of one author's books by title",
      "SELECT * FROM book WHERE authorId = 1 ORDER BY title LIMIT 1 OFFSET 0",
      "SELECT * FROM book WHERE authorId = 1 ORDER BY title LIMIT 1 OFFSET 0", fix: "id at the end of ORDER BY",
      small: true,
      mended: [
        "SELECT * FROM book WHERE authorId = 1 ORDER BY title, id LIMIT 1 OFFSET 0",
        "SELECT * FROM book WHERE authorId = 1 ORDER BY title, id LIMIT 1 OFFSET 0",
      ]),
    GuiltyAudit(
      .unorderedPage, "pages of a table without a key", "SELECT * FROM shelf ORDER BY bookId LIMIT 2 OFFSET 0",
      "SELECT * FROM shelf ORDER BY bookId LIMIT 2 OFFSET 2", fix: "rowid at the end of ORDER BY", small: true,
      mended: ["SELECT * FROM shelf WHERE room = 'room 3' ORDER BY bookId, rowid LIMIT 2 OFFSET 0"]),
  ]

  private static let keys: [GuiltyAudit] = [
    GuiltyAudit(
      .unindexedKey, "a book that has pages is deleted", "PRAGMA foreign_keys = ON", "DELETE FROM review",
      "UPDATE page SET bookId = 1 WHERE id = 7", "DELETE FROM book WHERE id = 7",
      fix: index("page_bookId ON page (bookId)"), says: "SEARCH page USING COVERING INDEX page_bookId (bookId=?)"),
    GuiltyAudit(
      .unindexedKey, "a book gets another id", "PRAGMA foreign_keys = ON",
      "UPDATE review SET bookId = 1 WHERE bookId = 7", "UPDATE page SET bookId = 1 WHERE id = 7",
      "UPDATE book SET id = 99999 WHERE id = 7", fix: index("page_bookId ON page (bookId)"),
      says: "SEARCH page USING COVERING INDEX page_bookId (bookId=?)"),
    GuiltyAudit(
      .unindexedKey, "an author's drafts go with him", "PRAGMA foreign_keys = ON",
      "INSERT INTO author (id, name) VALUES (-1, 'x')", "DELETE FROM author WHERE id = -1",
      fix: index("draft_authorId ON draft (authorId)"),
      says: "SEARCH draft USING COVERING INDEX draft_authorId (authorId=?)"),
  ]

  private static let write = "a WHERE; if all rows are meant, .ignoring(_:because:)"

  private static let writes: [GuiltyAudit] = [
    GuiltyAudit(
      .unconditionalWrite, "all prices", "UPDATE book SET price = 0", fix: write, small: true,
      mended: ["UPDATE book SET price = 0 WHERE id = 7"]),
    GuiltyAudit(
      .unconditionalWrite, "all settings", "UPDATE setting SET value = 'dark'", fix: write, small: true,
      mended: ["UPDATE setting SET value = 'dark' WHERE key = 'theme'"]),
    GuiltyAudit(
      .unconditionalWrite, "all events", "DELETE FROM event", fix: write, small: true,
      mended: ["DELETE FROM event WHERE id = 7"]),
    GuiltyAudit(
      .redundantIndex, "an index that another one begins with", "INSERT INTO shelf VALUES ('room 1', 1, 1)",
      fix: "DROP INDEX shelf_room", small: true,
      mended: ["DROP INDEX shelf_room", "INSERT INTO shelf VALUES ('room 1', 1, 1)"]),
    GuiltyAudit(
      .redundantIndex, "the same index twice", "CREATE INDEX event_at_again ON event (at)",
      "DELETE FROM event WHERE id = 7", fix: "DROP INDEX event_at_again", small: true,
      mended: ["DELETE FROM event WHERE id = 7"]),
    GuiltyAudit(
      .redundantIndex, "an index of a unique column", "CREATE INDEX book_isbn ON book (isbn)",
      "UPDATE book SET price = 1 WHERE id = 7", fix: "DROP INDEX book_isbn", small: true,
      mended: ["UPDATE book SET price = 1 WHERE id = 7"]),
    GuiltyAudit(
      .lockUpgrade,
      AuditProgram("a transaction that reads before it writes") { shop in
        let other = try shop.another()
        try other.rows("SELECT id FROM book WHERE id = 1")
        for sql in ["BEGIN", "SELECT * FROM book WHERE id = 7", "UPDATE book SET price = 3 WHERE id = 7", "COMMIT"] {
          try shop.database.execute(sql)
        }
      }, fix: "BEGIN IMMEDIATE for a transaction that writes", small: true,
      mended: [
        "BEGIN IMMEDIATE", "SELECT * FROM book WHERE id = 7", "UPDATE book SET price = 3 WHERE id = 7", "COMMIT",
      ]),
    GuiltyAudit(
      .lockUpgrade,
      AuditProgram("a deferred transaction that inserts what it did not find") { shop in
        let other = try shop.another()
        try other.rows("SELECT id FROM book WHERE id = 1")
        for sql in [
          "BEGIN DEFERRED", "SELECT * FROM tag WHERE name = 'x'", "INSERT INTO tag (name) VALUES ('x')", "COMMIT",
        ] {
          try shop.database.execute(sql)
        }
      }, fix: "BEGIN IMMEDIATE for a transaction that writes", small: true,
      mended: [
        "BEGIN IMMEDIATE", "SELECT * FROM tag WHERE name = 'x'", "INSERT INTO tag (name) VALUES ('x')", "COMMIT",
      ]),
  ]
}
