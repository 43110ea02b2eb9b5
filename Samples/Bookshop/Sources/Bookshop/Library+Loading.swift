import GRDB

/// The five ways of loading related rows, side by side: what each sends is in the tests.
extension Library {
  /// Lazy: the children of each parent when it is looked at, one query for each. To-many, by the key of the parent.
  func booksLazily(authors count: Int) throws -> [[Book]] {
    try database.read { db in
      let authors = try Author.limit(count).fetchAll(db)
      return try authors.map { author in try author.request(for: Author.books).fetchAll(db) }
    }
  }

  /// Lazy, to-one: the author of each book, one query for each.
  func authorsLazily(books count: Int) throws -> [Author?] {
    try database.read { db in
      let books = try Book.order(Column("year"), Column("id")).limit(count).fetchAll(db)
      return try books.map { book in try Author.fetchOne(db, key: book.authorId) }
    }
  }

  /// Lazy, through a pivot: the tags of each book, one query for each.
  func tagsLazily(books count: Int) throws -> [[Tag]] {
    try database.read { db in
      let books = try Book.limit(count).fetchAll(db)
      return try books.map { book in try book.request(for: Book.tags).fetchAll(db) }
    }
  }

  /// Immediate: the children while the rows of the parents are still being read.
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

  /// selectIn: one more query for the children of all parents.
  func booksBySelectIn(authors count: Int) throws -> [AuthorWithBooks] {
    try database.read { db in
      try Author.limit(count).including(all: Author.books).asRequest(of: AuthorWithBooks.self).fetchAll(db)
    }
  }

  /// Joined: parent and child in one query.
  func booksByJoin(books count: Int) throws -> [BookWithAuthor] {
    try database.read { db in
      try Book.including(required: Book.author).limit(count).asRequest(of: BookWithAuthor.self).fetchAll(db)
    }
  }

  /// Subquery: the children by a query for their parents.
  func booksBySubquery(country: String) throws -> [Book] {
    try database.read { db in
      let authors = Author.filter(Column("country") == country).select(Column("id"))
      return try Book.filter(authors.contains(Column("authorId"))).fetchAll(db)
    }
  }
}
