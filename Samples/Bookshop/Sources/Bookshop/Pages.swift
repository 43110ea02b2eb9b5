import GRDB

/// An author with all books.
struct AuthorWithBooks: Decodable, Sendable, Hashable, FetchableRecord {
  /// Who wrote the books.
  var author: Author
  /// All that the author wrote.
  var books: [Book]
}

/// A book with its author, as a line of a list shows it.
struct BookWithAuthor: Decodable, Sendable, Hashable, FetchableRecord {
  /// The book.
  var book: Book
  /// Who wrote it.
  var author: Author
}

/// A book with its subjects.
struct BookWithTags: Decodable, Sendable, Hashable, FetchableRecord {
  /// The book.
  var book: Book
  /// What it is about.
  var tags: [Tag]
}

/// All that the page of a book shows.
struct BookPage: Decodable, Sendable, Hashable, FetchableRecord {
  /// The book.
  var book: Book
  /// Who wrote it.
  var author: Author
  /// What it is about.
  var tags: [Tag]
  /// What readers think of it.
  var reviews: [Review]
}
