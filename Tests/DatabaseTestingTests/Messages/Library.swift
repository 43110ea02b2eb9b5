import CSQLiteForTests
import DatabaseTesting
import TestSupport

/// The app of the messages: authors, their books and pages.
///
/// Its functions stay functions: inlined in closures that are equal, of which the optimiser makes one, they would have no lines.
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

  @inline(never) func authors() throws { try database.rows("SELECT * FROM author") }

  @inline(never) func books(of author: Int) throws {
    try database.rows("SELECT * FROM book WHERE authorId = ?", author)
  }

  @inline(never) func authorsWithBooks() throws {
    for author in try database.rows("SELECT id FROM author") { try books(of: author) }
  }

  @inline(never) func authorsWithBooksAtOnce() throws {
    try authors()
    try database.rows("SELECT * FROM book WHERE authorId IN (1, 2, 3)")
  }

  @inline(never) func booksWithAuthors() throws {
    try database.rows("SELECT * FROM book JOIN author ON author.id = book.authorId")
  }

  @inline(never) func book(titled title: String) throws {
    try database.execute("SELECT * FROM book WHERE lower(title) = '\(title)'")
  }

  @inline(never) func addPages(_ count: Int = 3) throws {
    for _ in 0..<count { try database.rows("INSERT INTO page (bookId) VALUES (?)", 1) }
  }

  @inline(never) func addPagesAtOnce() throws {
    try database.execute("BEGIN; INSERT INTO page (bookId) VALUES (1), (1), (1); COMMIT")
  }

  @inline(never) func rename() throws { try database.execute("UPDATE author SET name = 'Ada Lovelace' WHERE id = 1") }

  @inline(never) func addTwice() throws { _ = try? database.execute("INSERT INTO book (title) VALUES ('Notes')") }

  /// Without an index on either side of the join.
  @inline(never) func booksOfEqualTitles() throws {
    try database.execute("SELECT count(*) FROM author JOIN book ON lower(book.title) = author.name")
    try database.execute("SELECT * FROM book JOIN author ON author.name = book.title")
  }

  @inline(never) func tryOut() throws { try database.execute("BEGIN; DELETE FROM page; ROLLBACK") }

  @inline(never) func leaveOpen() throws { try database.execute("BEGIN; INSERT INTO page (bookId) VALUES (1)") }
}
