/// Authors and their books: the smallest app that can have an N+1.
public struct Shop: Sendable {
  public let database: SQLiteDatabase

  public init(_ path: String = ":memory:", authors: Int = 4, booksPerAuthor: Int = 2) throws {
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

  public func authors() throws -> [Int] {
    try database.rows("SELECT id FROM author ORDER BY id")
  }

  public func books(of author: Int) throws -> [Int] {
    try database.rows("SELECT id FROM book WHERE authorId = ?", author)
  }

  /// One query for the authors, and one for each of them.
  @discardableResult
  public func authorsWithBooksOneByOne() throws -> [[Int]] {
    var result: [[Int]] = []
    for author in try authors() {
      result.append(try books(of: author))
    }
    return result
  }

  /// Two queries, however many authors there are.
  @discardableResult
  public func authorsWithBooks() throws -> [Int] {
    let authors = try self.authors().map(String.init).joined(separator: ", ")
    return try database.rows("SELECT id FROM book WHERE authorId IN (\(authors))")
  }

  public func setting(_ key: Int) throws -> [Int] {
    try database.rows("SELECT value FROM setting WHERE key = ?", key)
  }
}
