import DatabaseTesting
import TestSupport
import Testing

/// Advice of `.noFullScans` and `.noAutomaticIndexes`: what SQLite says of the index that it names.
@Suite struct TriedAdviceTests {
  private func shop(rows: Int = 60, more: String = "") throws -> SQLiteDatabase {
    let database = try SQLiteDatabase()
    try database.execute(
      """
      CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT);
      CREATE TABLE book (
        id INTEGER PRIMARY KEY, authorId INTEGER, title TEXT, year INTEGER, "a word" TEXT, "order" INTEGER);
      CREATE TABLE note (bookId INTEGER, text TEXT);
      WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
        INSERT INTO author SELECT i, 'author ' || i FROM n;
      INSERT INTO book SELECT id, id, 'title ' || id, 1900 + id, 'w' || id, id FROM author;
      INSERT INTO note SELECT id, 'text ' || id FROM book;
      \(more)
      """)
    return database
  }

  /// The lines of a finding from its fix on, without the exception.
  private func fix(
    _ sql: String, _ expectation: DatabaseExpectation = .noFullScans, adding more: String = ""
  ) throws -> [String] {
    let database = try shop(more: more)
    let recording = try recordDatabase { try database.execute(sql) }
    let message = try #require(recording.check(expectation).first?.message, "nothing found in \(recording)")
    return message.split(separator: "\n").drop { !$0.hasPrefix("  fix: ") }.map { line in
      String(line.prefix(upTo: line.firstRange(of: ", or .noFullScans")?.lowerBound ?? line.endIndex))
    }
  }

  @Test(arguments: [
    ("SELECT * FROM book WHERE title = 'title 7'", "book_title ON book (title)", "SEARCH book", "(title=?)"),
    ("SELECT * FROM book b WHERE b.title = 'title 7'", "book_title ON book (title)", "SEARCH b", "(title=?)"),
    ("SELECT * FROM book WHERE 'title 7' = title", "book_title ON book (title)", "SEARCH book", "(title=?)"),
    ("SELECT * FROM book WHERE year > 1957", "book_year ON book (year)", "SEARCH book", "(year>?)"),
    (
      "SELECT * FROM book WHERE year BETWEEN 1910 AND 1912", "book_year ON book (year)", "SEARCH book",
      "(year>? AND year<?)"
    ),
    (
      "SELECT * FROM book WHERE year > 1905 AND title = 'title 9'", "book_title_year ON book (title, year)",
      "SEARCH book",
      "(title=? AND year>?)"
    ),
    (
      "SELECT * FROM book WHERE title = 'x' AND year = 1907", "book_title_year ON book (title, year)", "SEARCH book",
      "(title=? AND year=?)"
    ),
    (
      "SELECT * FROM book WHERE title IN ('title 1', 'title 2')", "book_title ON book (title)", "SEARCH book",
      "(title=?)"
    ),
    ("SELECT * FROM book WHERE title IS NULL", "book_title ON book (title)", "SEARCH book", "(title=?)"),
    ("SELECT count(*) FROM book WHERE title = 'title 7'", "book_title ON book (title)", "SEARCH book", "(title=?)"),
    ("UPDATE book SET year = 0 WHERE title = 'title 7'", "book_title ON book (title)", "SEARCH book", "(title=?)"),
    ("DELETE FROM book WHERE title = 'title 7'", "book_title ON book (title)", "SEARCH book", "(title=?)"),
    (
      "SELECT * FROM book WHERE lower(title) = 'title 7'", "book_lower_title ON book (lower(title))", "SEARCH book",
      "(<expr>=?)"
    ),
    (
      "SELECT * FROM book WHERE length(book.title) = 3", "book_length_title ON book (length(title))", "SEARCH book",
      "(<expr>=?)"
    ),
    (
      "SELECT * FROM book WHERE CAST(year AS TEXT) = '1907'", "book_cast_year ON book (CAST(year AS TEXT))",
      "SEARCH book",
      "(<expr>=?)"
    ),
    (
      "SELECT * FROM book WHERE title = 'TITLE 7' COLLATE NOCASE", "book_title ON book (title COLLATE NOCASE)",
      "SEARCH book", "(title=?)"
    ),
    (
      "SELECT * FROM book WHERE title COLLATE NOCASE = 'TITLE 7'", "book_title ON book (title COLLATE NOCASE)",
      "SEARCH book", "(title=?)"
    ),
    (#"SELECT * FROM book WHERE "a word" = 'w7'"#, #""book_a word" ON book ("a word")"#, "SEARCH book", "(a word=?)"),
    (#"SELECT * FROM book WHERE "order" = 7"#, #"book_order ON book ("order")"#, "SEARCH book", "(order=?)"),
    ("SELECT * FROM book ORDER BY year LIMIT 3", "book_year ON book (year)", "SCAN book", ""),
    ("SELECT * FROM book ORDER BY year DESC LIMIT 3", "book_year ON book (year)", "SCAN book", ""),
    (
      "SELECT * FROM book ORDER BY year DESC, title LIMIT 3", "book_year_title ON book (year DESC, title)", "SCAN book",
      ""
    ),
  ])
  func anIndexIsAdvisedThatSQLiteUses(sql: String, index: String, verb: String, columns: String) throws {
    let name = index.hasPrefix("\"") ? "book_a word" : String(index.prefix { $0 != " " })
    let kind = sql.contains("count(*)") ? "COVERING INDEX" : "INDEX"
    let end = columns.isEmpty ? "" : " " + columns
    #expect(
      try fix(sql) == [
        "  fix: an index, e.g. CREATE INDEX \(index)",
        "       with it SQLite says \(verb) USING \(kind) \(name)\(end); tried",
      ])
  }

  @Test func theTwoSidesOfAnOrNeedAnIndexEach() throws {
    #expect(
      try fix("SELECT * FROM book WHERE title = 'title 7' OR year = 1909") == [
        "  fix: indexes, e.g. CREATE INDEX book_title ON book (title); CREATE INDEX book_year ON book (year)",
        """
               with them SQLite says SEARCH book USING INDEX book_title (title=?), SEARCH book USING INDEX book_year \
        (year=?); tried
        """,
      ])
  }

  @Test func aNameThatIsTakenIsNotAdvised() throws {
    #expect(
      try fix("SELECT * FROM book WHERE title = 'x'", adding: "CREATE INDEX book_title ON book (year)") == [
        "  fix: an index, e.g. CREATE INDEX book_title_2 ON book (title)",
        "       with it SQLite says SEARCH book USING INDEX book_title_2 (title=?); tried",
      ])
  }

  @Test(arguments: [
    ("SELECT * FROM book WHERE year + id = 1914", "of 3 that were tried SQLite uses none"),
    ("SELECT * FROM book WHERE title <> 'x' AND year + 0 = 3", "of 3 that were tried SQLite uses none"),
    ("SELECT * FROM book WHERE title || '!' = 'x!'", "SQLite does not use the one that was tried"),
    ("SELECT * FROM book WHERE substr(title, 7) = '8'", "SQLite does not use the one that was tried"),
    ("SELECT * FROM book WHERE random() = 3", ""),
  ])
  func whereNoneHelpsNoneIsAdvised(sql: String, tried: String) throws {
    let end = tried.isEmpty ? "" : "; " + tried
    #expect(try fix(sql) == ["  fix: a condition or a join that an index can serve" + end])
  }

  @Test func aSearchForAPatternIsToldOfBothKinds() throws {
    #expect(
      try fix("SELECT * FROM book WHERE title LIKE '%7%'") == [
        "  fix: a full-text index (FTS5)",
        "       CREATE VIRTUAL TABLE book_text USING fts5(title, content=book, tokenize='trigram'):",
        "       with it SQLite says SCAN book_text VIRTUAL TABLE INDEX 0:L0; tried",
        "       for a pattern that does not begin with a wildcard, CREATE INDEX book_title ON book (title COLLATE NOCASE):",
        "       with it SQLite says SEARCH book USING INDEX book_title (title>? AND title<?); tried",
      ])
    #expect(
      try fix("SELECT * FROM book WHERE title GLOB '*7*'").suffix(2) == [
        "       for a pattern that does not begin with a wildcard, CREATE INDEX book_title ON book (title):",
        "       with it SQLite says SEARCH book USING INDEX book_title (title>? AND title<?); tried",
      ])
  }

  /// What else is compared serves better than the pattern.
  @Test func aPatternBesideAKeyNeedsAnIndexOnTheKey() throws {
    #expect(
      try fix("SELECT * FROM book WHERE authorId = 7 AND title LIKE '%7%'") == [
        "  fix: an index, e.g. CREATE INDEX book_authorId ON book (authorId)",
        "       with it SQLite says SEARCH book USING INDEX book_authorId (authorId=?); tried",
      ])
  }

  @Test(arguments: [
    (
      "SELECT * FROM author JOIN note ON note.text = author.name", "author_name ON author (name)",
      "SEARCH author USING COVERING INDEX author_name (name=?)"
    ),
    (
      "SELECT * FROM author a LEFT JOIN note n ON n.bookId = a.id", "note_bookId ON note (bookId)",
      "SEARCH n USING INDEX note_bookId (bookId=?) LEFT-JOIN"
    ),
    (
      "SELECT * FROM author a LEFT JOIN note n ON n.bookId = a.id AND n.text = a.name",
      "note_bookId_text ON note (bookId, text)",
      "SEARCH n USING COVERING INDEX note_bookId_text (bookId=? AND text=?) LEFT-JOIN"
    ),
  ])
  func anAutomaticIndexIsMadeByTheApp(sql: String, index: String, says: String) throws {
    let lines = try fix(sql, .noAutomaticIndexes)
    #expect(lines.first == "  fix: an index, e.g. CREATE INDEX \(index)")
    #expect(lines.last == "       with it SQLite says \(says); tried")
  }

  /// What the statement itself forbids is not advised.
  @Test func anIndexThatIsRefusedIsNotAdvised() throws {
    #expect(
      try fix("SELECT * FROM book NOT INDEXED WHERE title = 'title 7'") == [
        "  fix: a condition or a join that an index can serve; SQLite does not use the one that was tried"
      ])
  }

  /// What is tried is tried on a copy: the app's database has no index more, and no statement.
  @Test func theAppsDatabaseStaysAsItIs() throws {
    let database = try shop()
    let recording = try recordDatabase { try database.execute("SELECT * FROM book WHERE title = 'x'") }
    func entries() throws -> [Int] {
      try withoutDatabaseRecording { try database.rows("SELECT count(*) FROM sqlite_master") }
    }
    let before = try entries()
    let later = try recordDatabase {
      _ = recording.check(.noFullScans)
      try database.execute("SELECT 1")
    }
    #expect(later.statements.count == 1)
    #expect(try entries() == before)
    #expect(recording.statements.first?.queryPlan == ["SCAN book"])
  }
}
