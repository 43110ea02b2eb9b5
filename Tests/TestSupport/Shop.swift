/// Authors and their books: the smallest app that can have an N+1.
package struct Shop: Sendable {
  package let database: SQLiteDatabase

  package init(_ path: String = ":memory:", authors: Int = 4, booksPerAuthor: Int = 2) throws {
    database = try SQLiteDatabase(path)
    try database.execute(
      """
      CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
      CREATE TABLE book (
        id INTEGER PRIMARY KEY, authorId INTEGER NOT NULL REFERENCES author(id), title TEXT NOT NULL);
      CREATE INDEX book_author ON book (authorId);
      CREATE TABLE setting (key INTEGER PRIMARY KEY, value TEXT);
      """)
    for author in 1...max(1, authors) where authors > 0 {
      try database.execute("INSERT INTO author (id, name) VALUES (\(author), 'author \(author)')")
      for _ in 0..<booksPerAuthor {
        try database.execute("INSERT INTO book (authorId, title) VALUES (\(author), 'a book')")
      }
    }
  }

  package func authors() throws -> [Int] {
    try database.rows("SELECT id FROM author ORDER BY id")
  }

  package func books(of author: Int) throws -> [Int] {
    try database.rows("SELECT id FROM book WHERE authorId = ?", author)
  }

  /// One query for the authors, and one for each of them.
  @discardableResult
  package func authorsWithBooksOneByOne() throws -> [[Int]] {
    var result: [[Int]] = []
    for author in try authors() {
      result.append(try books(of: author))
    }
    return result
  }

  /// Two queries, however many authors there are.
  @discardableResult
  package func authorsWithBooks() throws -> [Int] {
    let authors = try self.authors().map(String.init).joined(separator: ", ")
    return try database.rows("SELECT id FROM book WHERE authorId IN (\(authors))")
  }

  package func setting(_ key: Int) throws -> [Int] {
    try database.rows("SELECT value FROM setting WHERE key = ?", key)
  }
}

extension Shop {
  /// Another connection to a shop that is there.
  package init(connection: SQLiteDatabase) {
    database = connection
  }
}
