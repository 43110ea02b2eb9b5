import Foundation
import GRDB

/// Somebody who wrote books.
struct Author: Codable, Sendable, Identifiable, Hashable, FetchableRecord, MutablePersistableRecord {
  var id: Int64?
  var name: String
  var country: String

  static let books = hasMany(Book.self)

  mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

/// A book of one author.
struct Book: Codable, Sendable, Identifiable, Hashable, FetchableRecord, MutablePersistableRecord {
  var id: Int64?
  var authorId: Int64
  var title: String
  var year: Int

  static let author = belongsTo(Author.self)
  static let bookTags = hasMany(BookTag.self)
  static let tags = hasMany(Tag.self, through: bookTags, using: BookTag.tag)
  static let reviews = hasMany(Review.self)

  mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

/// A subject that books are about.
struct Tag: Codable, Sendable, Identifiable, Hashable, FetchableRecord, MutablePersistableRecord {
  var id: Int64?
  var name: String

  mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

/// Which book is about which subject.
struct BookTag: Codable, Sendable, Hashable, FetchableRecord, PersistableRecord {
  var bookId: Int64
  var tagId: Int64

  static let tag = belongsTo(Tag.self)
}

/// What a reader thinks of a book.
struct Review: Codable, Sendable, Identifiable, Hashable, FetchableRecord, MutablePersistableRecord {
  var id: Int64?
  var bookId: Int64
  var stars: Int
  var text: String

  mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

/// An author with all books.
struct AuthorWithBooks: Decodable, Sendable, Hashable, FetchableRecord {
  var author: Author
  var books: [Book]
}

/// A book with its author.
struct BookWithAuthor: Decodable, Sendable, Hashable, FetchableRecord {
  var book: Book
  var author: Author
}

/// All that the page of a book shows.
struct BookPage: Decodable, Sendable, Hashable, FetchableRecord {
  var book: Book
  var author: Author
  var tags: [Tag]
  var reviews: [Review]
}
