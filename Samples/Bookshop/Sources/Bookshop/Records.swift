import GRDB

/// Somebody who wrote books.
struct Author: Codable, Sendable, Identifiable, Hashable {
  /// Chosen by SQLite when the author is inserted.
  var id: Int64?
  /// As it stands on the cover.
  var name: String
  /// Where the author lives.
  var country: String
}

/// A book of one author.
struct Book: Codable, Sendable, Identifiable, Hashable {
  /// Chosen by SQLite when the book is inserted.
  var id: Int64?
  /// Who wrote it.
  var authorId: Int64
  /// As it stands on the cover.
  var title: String
  /// The year of the first edition.
  var year: Int
}

/// A subject that books are about.
struct Tag: Codable, Sendable, Identifiable, Hashable {
  /// Chosen by SQLite when the tag is inserted.
  var id: Int64?
  /// No two tags have the same.
  var name: String
}

/// Which book is about which subject.
struct BookTag: Codable, Sendable, Hashable {
  /// The book.
  var bookId: Int64
  /// One of its subjects.
  var tagId: Int64
}

/// What a reader thinks of a book.
struct Review: Codable, Sendable, Identifiable, Hashable {
  /// Chosen by SQLite when the review is inserted.
  var id: Int64?
  /// The book it is about.
  var bookId: Int64
  /// From 1 to 5.
  var stars: Int
  /// In the reader's own words.
  var text: String
}
