import GRDB

// How the records are stored, and how they belong together.

extension Author: FetchableRecord, MutablePersistableRecord {
  static let books = hasMany(Book.self)

  /// The columns of the table.
  enum Columns {
    static let id = Column("id")
    static let name = Column("name")
    static let country = Column("country")
  }

  /// Keeps the key that SQLite chose.
  mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

extension Book: FetchableRecord, MutablePersistableRecord {
  static let author = belongsTo(Author.self)
  static let bookTags = hasMany(BookTag.self)
  static let tags = hasMany(Tag.self, through: bookTags, using: BookTag.tag)
  static let reviews = hasMany(Review.self)

  /// The columns of the table.
  enum Columns {
    static let id = Column("id")
    static let authorId = Column("authorId")
    static let title = Column("title")
    static let year = Column("year")
  }

  /// Keeps the key that SQLite chose.
  mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

extension Tag: FetchableRecord, MutablePersistableRecord {
  static let bookTags = hasMany(BookTag.self)
  static let books = hasMany(Book.self, through: bookTags, using: BookTag.book)

  /// The columns of the table.
  enum Columns {
    static let id = Column("id")
    static let name = Column("name")
  }

  /// Keeps the key that SQLite chose.
  mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

extension BookTag: FetchableRecord, PersistableRecord {
  static let book = belongsTo(Book.self)
  static let tag = belongsTo(Tag.self)
}

extension Review: FetchableRecord, MutablePersistableRecord {
  static let book = belongsTo(Book.self)

  /// Keeps the key that SQLite chose.
  mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}
