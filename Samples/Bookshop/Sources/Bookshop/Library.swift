import Foundation
import GRDB

/// How ``Library/authorsWithBooks()`` loads the books.
enum LoadingPlan: Sendable {
  /// Two queries, however many authors there are.
  case eager
  /// One query for the authors, and one more for each of them: the mistake that the tests catch.
  case onePerAuthor

  /// `onePerAuthor` with `BOOKSHOP_N_PLUS_ONE=1` in the environment, else `eager`.
  static var ofEnvironment: LoadingPlan {
    ProcessInfo.processInfo.environment["BOOKSHOP_N_PLUS_ONE"] == "1" ? .onePerAuthor : .eager
  }
}

/// The books of the shop: everything the app asks of its database.
struct Library: Sendable {
  let database: any DatabaseWriter
  var loading: LoadingPlan

  /// Opens a library and brings its tables up to date.
  init(_ database: any DatabaseWriter, loading: LoadingPlan = .ofEnvironment) throws {
    self.database = database
    self.loading = loading
    try Schema.migrator.migrate(database)
  }

  /// A library that lives as long as the object.
  static func inMemory() throws -> Library {
    try Library(DatabaseQueue())
  }

  /// A library in a file, which several readers use at once.
  static func onDisk(at path: String) throws -> Library {
    try Library(DatabasePool(path: path))
  }

  /// All authors with all their books.
  func authorsWithBooks() async throws -> [AuthorWithBooks] {
    try await database.read { db in try authorsWithBooks(db) }
  }

  /// All authors with all their books, for callers that cannot wait asynchronously.
  func authorsWithBooksNow() throws -> [AuthorWithBooks] {
    try database.read { db in try authorsWithBooks(db) }
  }

  private func authorsWithBooks(_ db: Database) throws -> [AuthorWithBooks] {
    switch loading {
    case .eager:
      return try Author.including(all: Author.books).asRequest(of: AuthorWithBooks.self).fetchAll(db)
    case .onePerAuthor:
      return try Author.fetchAll(db).map { author in
        AuthorWithBooks(author: author, books: try author.request(for: Author.books).fetchAll(db))
      }
    }
  }

  /// One book, or `nil` when there is none.
  func book(id: Int64) async throws -> Book? {
    try await database.read { db in try Book.fetchOne(db, key: id) }
  }

  /// All that the page of a book shows.
  func bookPage(id: Int64) async throws -> BookPage? {
    try await database.read { db in
      try Book.filter(key: id)
        .including(required: Book.author)
        .including(all: Book.tags)
        .including(all: Book.reviews)
        .asRequest(of: BookPage.self)
        .fetchOne(db)
    }
  }

  /// The books whose title begins with `prefix`, with their authors.
  func search(_ prefix: String) async throws -> [BookWithAuthor] {
    try await database.read { db in
      try Book.filter(Column("title").like("\(prefix)%"))
        .including(required: Book.author)
        .order(Column("title"))
        .asRequest(of: BookWithAuthor.self)
        .fetchAll(db)
    }
  }

  /// The books with the best reviews.
  func topRated(_ count: Int) async throws -> [Book] {
    try await database.read { db in
      try Book.fetchAll(
        db,
        sql: """
          SELECT book.* FROM book JOIN review ON review.bookId = book.id
          GROUP BY book.id ORDER BY avg(review.stars) DESC, book.id LIMIT ?
          """, arguments: [count])
    }
  }

  /// Adds a book, its tags and, if need be, its author, in one transaction.
  func publish(_ draft: Draft) async throws -> Book {
    try await database.write { db in
      var author =
        try Author.filter(Column("name") == draft.author).fetchOne(db)
        ?? Author(name: draft.author, country: draft.country)
      if author.id == nil { try author.insert(db) }
      var book = Book(authorId: author.id ?? 0, title: draft.title, year: draft.year)
      try book.insert(db)
      for name in draft.tags {
        var tag = try Tag.filter(Column("name") == name).fetchOne(db) ?? Tag(name: name)
        if tag.id == nil { try tag.insert(db) }
        try BookTag(bookId: book.id ?? 0, tagId: tag.id ?? 0).insert(db)
      }
      return book
    }
  }

  /// Adds what a reader thinks of a book.
  func addReview(of book: Int64, stars: Int, text: String) async throws {
    try await database.write { db in
      var review = Review(bookId: book, stars: stars, text: text)
      try review.insert(db)
    }
  }
}

/// A book that is about to be published.
struct Draft: Sendable {
  var title: String
  var year: Int
  var author: String
  var country: String
  var tags: [String]

  init(title: String, year: Int, author: String, country: String, tags: [String]) {
    self.title = title
    self.year = year
    self.author = author
    self.country = country
    self.tags = tags
  }
}
