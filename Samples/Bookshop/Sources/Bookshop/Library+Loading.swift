import GRDB

/// The five ways of loading related rows, side by side. The tests state what each of them sends.
extension Library {
  /// Lazy: the books of each author once all the authors were read, one query for each. By the key of the parent.
  func booksLazily(authors count: Int) throws -> [[Book]] {
    try database.read { db in
      let authors = try Author.limit(count).fetchAll(db)
      return try authors.map { author in try author.request(for: Author.books).fetchAll(db) }
    }
  }

  /// Lazy, to-one: the author of each book once all the books were read, one query for each.
  func authorsLazily(books count: Int) throws -> [Author?] {
    try database.read { db in
      let books = try Book.order { [$0.year, $0.id] }.limit(count).fetchAll(db)
      return try books.map { book in try Author.fetchOne(db, id: book.authorId) }
    }
  }

  /// Lazy, through a pivot: the tags of each book once all the books were read, one query for each.
  func tagsLazily(books count: Int) throws -> [[Tag]] {
    try database.read { db in
      let books = try Book.limit(count).fetchAll(db)
      return try books.map { book in try book.request(for: Book.tags).fetchAll(db) }
    }
  }

  /// Immediate: the books of each author while the authors are still being read, one query for each.
  func booksImmediately(authors count: Int) throws -> [[Book]] {
    try database.read { db in
      var result: [[Book]] = []
      let authors = try Author.limit(count).fetchCursor(db)
      while let author = try authors.next() {
        result.append(try author.request(for: Author.books).fetchAll(db))
      }
      return result
    }
  }

  /// selectIn: one query for the authors, and one for the books of all of them.
  func booksBySelectIn(authors count: Int) throws -> [AuthorWithBooks] {
    try database.read { db in
      try Author.limit(count).including(all: Author.books).asRequest(of: AuthorWithBooks.self).fetchAll(db)
    }
  }

  /// selectIn, through a pivot: one query for the books, and one for the tags of all of them.
  func tagsBySelectIn(books count: Int) throws -> [BookWithTags] {
    try database.read { db in
      try Book.limit(count).including(all: Book.tags).asRequest(of: BookWithTags.self).fetchAll(db)
    }
  }

  /// Joined: each book with its author, in one query.
  func authorsByJoin(books count: Int) throws -> [BookWithAuthor] {
    try database.read { db in
      try Book.including(required: Book.author).limit(count).asRequest(of: BookWithAuthor.self).fetchAll(db)
    }
  }

  /// Joined, through a pivot: the books about a subject, in one query.
  func booksByJoin(tag name: String) throws -> [Book] {
    try database.read { db in
      try Book.joining(required: Book.tags.filter { $0.name == name }).fetchAll(db)
    }
  }

  /// Subquery: the books by a query for their authors, in one query.
  func booksBySubquery(country: String) throws -> [Book] {
    try database.read { db in
      let authors = Author.select(\.id).filter { $0.country == country }
      return try Book.filter { authors.contains($0.authorId) }.fetchAll(db)
    }
  }
}
