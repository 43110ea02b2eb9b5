import GRDB

/// The books of the shop: everything the app asks of its database.
///
/// ```swift
/// let library = try Library.onDisk(at: "bookshop.sqlite")
/// for entry in try await library.authorsWithBooks() {
///   print(entry.author.name, entry.books.count)
/// }
/// ```
struct Library: Sendable {
  let database: any DatabaseWriter
  /// How ``authorsWithBooks()`` loads the books.
  var loading: LoadingPlan

  /// Opens a library on a database and brings its tables up to date.
  init(_ database: any DatabaseWriter, loading: LoadingPlan = .ofEnvironment) throws {
    self.database = database
    self.loading = loading
    try Schema.migrator.migrate(database)
  }

  /// An empty library that lives as long as the value.
  static func inMemory() throws -> Library {
    try Library(DatabaseQueue())
  }

  /// The library in a file, which several readers use at once; empty when there was no file.
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
    try await database.read { db in try Book.fetchOne(db, id: id) }
  }

  /// The books of a reader's list, in the order of their titles.
  func books(ids: Set<Int64>) throws -> [Book] {
    if ids.isEmpty { return [] }
    return try database.read { db in try Book.filter(ids: ids).order(\.title).fetchAll(db) }
  }

  /// All that the page of a book shows, or `nil` when there is no such book.
  func bookPage(id: Int64) async throws -> BookPage? {
    try await database.read { db in
      try Book.filter(id: id)
        .including(required: Book.author)
        .including(all: Book.tags.order(\.name))
        .including(all: Book.reviews)
        .asRequest(of: BookPage.self)
        .fetchOne(db)
    }
  }

  /// The books whose title begins with `prefix`, with their authors.
  func search(_ prefix: String) async throws -> [BookWithAuthor] {
    try await database.read { db in
      try Book.filter { $0.title.like("\(prefix)%") }
        .including(required: Book.author)
        .order { [$0.title, $0.id] }
        .asRequest(of: BookWithAuthor.self)
        .fetchAll(db)
    }
  }

  /// The books with the best reviews, the best first.
  func topRated(_ count: Int) async throws -> [Book] {
    try await database.read { db in
      try Book.fetchAll(
        db,
        sql: """
          SELECT book.* FROM book JOIN review ON review.bookId = book.id
          GROUP BY book.id ORDER BY avg(review.stars) DESC, book.id LIMIT ?
          """,
        arguments: [count]
      )
    }
  }

  /// Adds a book, its tags and, if need be, its author, in one transaction.
  @discardableResult
  func publish(_ draft: Draft) async throws -> Book {
    try await database.write { db in
      let author =
        try Author.filter { $0.name == draft.author }.fetchOne(db)
        ?? Author(name: draft.author, country: draft.country).inserted(db)
      let book = try Book(authorId: author.id!, title: draft.title, year: draft.year).inserted(db)
      let names = Set(draft.tags).sorted()
      let known = try Tag.filter { names.contains($0.name) }.fetchAll(db)
      for name in names {
        let tag = try known.first { $0.name == name } ?? Tag(name: name).inserted(db)
        try BookTag(bookId: book.id!, tagId: tag.id!).insert(db)
      }
      return book
    }
  }

  /// Adds what a reader thinks of a book.
  ///
  /// - Throws: The database's error when there is no such book, or when `stars` is not from 1 to 5.
  func addReview(of book: Int64, stars: Int, text: String) async throws {
    try await database.write { db in
      var review = Review(bookId: book, stars: stars, text: text)
      try review.insert(db)
    }
  }
}
