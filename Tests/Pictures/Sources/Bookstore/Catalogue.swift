/// Authors, their books and what readers think of them.
package struct Catalogue: Sendable {
  let database: Database

  package init(_ database: Database) { self.database = database }

  package func authors() throws -> [Int] {
    try database.rows("SELECT id FROM author ORDER BY name")
  }

  package func books(of author: Int) throws -> [Int] {
    try database.rows("SELECT id FROM book WHERE authorId = ? ORDER BY title", author)
  }

  /// The start page: one query for the authors, and one more for each of them.
  package func startPage() throws -> [[Int]] {
    var page: [[Int]] = []
    for author in try authors() {
      page.append(try books(of: author))
    }
    return page
  }

  /// The same with two queries.
  package func startPageAtOnce() throws -> [Int] {
    let authors = try authors().map(String.init).joined(separator: ", ")
    return try database.rows("SELECT id FROM book WHERE authorId IN (\(authors)) ORDER BY title")
  }

  package func book(_ id: Int) throws -> Int? {
    try database.rows("SELECT id FROM book WHERE id = ?", id).first
  }

  /// A book with who wrote each review: a reader for each.
  package func reviews(of book: Int) throws -> [Int] {
    var readers: [Int] = []
    for reader in try database.rows("SELECT readerId FROM review WHERE bookId = ?", book) {
      readers += try database.rows("SELECT id FROM reader WHERE id = ?", reader)
    }
    return readers
  }

  package func page(_ number: Int) throws -> [Int] {
    try database.rows("SELECT id FROM book ORDER BY id LIMIT 10 OFFSET ?", number * 10)
  }

  /// Reads the setting again for each price.
  package func prices(of books: [Int]) throws -> [Int] {
    try books.map { book in
      let rate = try database.rows("SELECT value FROM setting WHERE key = ?", 1).first ?? 100
      return try database.rows("SELECT price FROM book WHERE id = ?", book).reduce(0, +) * rate / 100
    }
  }

  /// No index helps: every book is read.
  package func books(costing price: Int) throws -> [Int] {
    try database.rows("SELECT id FROM book WHERE price = ?", price)
  }
}
