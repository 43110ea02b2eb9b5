import Foundation
import GRDB

/// Somebody who wrote books.
public struct Author: Codable, Sendable, Identifiable, Hashable, FetchableRecord, MutablePersistableRecord {
  public var id: Int64?
  public var name: String
  public var country: String

  static let books = hasMany(Book.self)

  public mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

/// A book of one author.
public struct Book: Codable, Sendable, Identifiable, Hashable, FetchableRecord, MutablePersistableRecord {
  public var id: Int64?
  public var authorId: Int64
  public var title: String
  public var year: Int

  static let author = belongsTo(Author.self)
  static let bookTags = hasMany(BookTag.self)
  static let tags = hasMany(Tag.self, through: bookTags, using: BookTag.tag)
  static let reviews = hasMany(Review.self)

  public mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

/// A subject that books are about.
public struct Tag: Codable, Sendable, Identifiable, Hashable, FetchableRecord, MutablePersistableRecord {
  public var id: Int64?
  public var name: String

  public mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

/// Which book is about which subject.
public struct BookTag: Codable, Sendable, Hashable, FetchableRecord, PersistableRecord {
  public var bookId: Int64
  public var tagId: Int64

  static let tag = belongsTo(Tag.self)
}

/// What a reader thinks of a book.
public struct Review: Codable, Sendable, Identifiable, Hashable, FetchableRecord, MutablePersistableRecord {
  public var id: Int64?
  public var bookId: Int64
  public var stars: Int
  public var text: String

  public mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

/// An author with all books.
public struct AuthorWithBooks: Decodable, Sendable, Hashable, FetchableRecord {
  public var author: Author
  public var books: [Book]
}

/// A book with its author.
public struct BookWithAuthor: Decodable, Sendable, Hashable, FetchableRecord {
  public var book: Book
  public var author: Author
}

/// All that the page of a book shows.
public struct BookPage: Decodable, Sendable, Hashable, FetchableRecord {
  public var book: Book
  public var author: Author
  public var tags: [Tag]
  public var reviews: [Review]
}
