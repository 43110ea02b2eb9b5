import CSQLiteForTests
import DatabaseTesting
import TestSupport

/// The app of the messages: authors, their books and pages.
struct Library {
  let database: SQLiteDatabase

  init() throws {
    database = try withoutDatabaseRecording {
      let database = try SQLiteDatabase()
      try database.execute(
        """
        CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
        CREATE TABLE book (id INTEGER PRIMARY KEY, authorId INTEGER REFERENCES author(id), title TEXT UNIQUE);
        CREATE TABLE page (id INTEGER PRIMARY KEY, bookId INTEGER REFERENCES book(id));
        INSERT INTO author (name) VALUES ('Ada'), ('Grace'), ('Edsger');
        INSERT INTO book (authorId, title) VALUES (1, 'Notes'), (2, 'Compilers'), (3, 'Goto');
        """)
      return database
    }
  }

  func authors() throws { try database.rows("SELECT * FROM author") }

  func books(of author: Int) throws { try database.rows("SELECT * FROM book WHERE authorId = ?", author) }

  func authorsWithBooks() throws {
    for author in try database.rows("SELECT id FROM author") { try books(of: author) }
  }

  func authorsWithBooksAtOnce() throws {
    try authors()
    try database.rows("SELECT * FROM book WHERE authorId IN (1, 2, 3)")
  }

  func booksWithAuthors() throws { try database.rows("SELECT * FROM book JOIN author ON author.id = book.authorId") }

  func book(titled title: String) throws { try database.execute("SELECT * FROM book WHERE lower(title) = '\(title)'") }

  func addPages(_ count: Int = 3) throws {
    for _ in 0..<count { try database.rows("INSERT INTO page (bookId) VALUES (?)", 1) }
  }

  func addPagesAtOnce() throws {
    try database.execute("BEGIN; INSERT INTO page (bookId) VALUES (1), (1), (1); COMMIT")
  }

  func rename() throws { try database.execute("UPDATE author SET name = 'Ada Lovelace' WHERE id = 1") }

  func addTwice() throws { _ = try? database.execute("INSERT INTO book (title) VALUES ('Notes')") }

  /// Without an index on either side of the join.
  func booksOfEqualTitles() throws {
    try database.execute("SELECT count(*) FROM author JOIN book ON lower(book.title) = author.name")
    try database.execute("SELECT * FROM book JOIN author ON author.name = book.title")
  }

  func tryOut() throws { try database.execute("BEGIN; DELETE FROM page; ROLLBACK") }

  func leaveOpen() throws { try database.execute("BEGIN; INSERT INTO page (bookId) VALUES (1)") }
}
