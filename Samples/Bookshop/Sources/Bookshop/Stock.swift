/// How much a shop has.
struct Stock: Sendable, Hashable {
  /// How many authors.
  var authors: Int
  /// How many books each author wrote.
  var booksPerAuthor: Int
  /// How many subjects there are. Each book is about up to three of them.
  var tags: Int
  /// How many reviews each book has.
  var reviewsPerBook: Int

  /// A few rows, for a test: 11 authors, 33 books, 33 reviews.
  static let shelf = Stock(authors: 11, booksPerAuthor: 3, tags: 5, reviewsPerBook: 1)

  /// A few thousand rows, for a demonstration: 60 authors, 600 books, 2,400 reviews.
  static let store = Stock(authors: 60, booksPerAuthor: 10, tags: 40, reviewsPerBook: 4)
}
