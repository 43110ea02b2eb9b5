public import FluentKit

/// Who wrote books.
public final class Author: Model, @unchecked Sendable {  // As Fluent has it: one task uses a model at a time.
  /// The table.
  public static let schema = "authors"

  /// Given by the database.
  @ID(custom: "id") public var id: Int?
  /// The name.
  @Field(key: "name") public var name: String
  /// The books, where they were loaded.
  @Children(for: \.$author) public var books: [Book]

  /// For Fluent.
  public init() {}

  /// Not yet in the database.
  public init(name: String) { self.name = name }
}

/// A book of one author.
public final class Book: Model, @unchecked Sendable {  // As Fluent has it: one task uses a model at a time.
  /// The table.
  public static let schema = "books"

  /// Given by the database.
  @ID(custom: "id") public var id: Int?
  /// The title, which no other book has.
  @Field(key: "title") public var title: String
  /// The author, where it was loaded.
  @Parent(key: "author_id") public var author: Author

  /// For Fluent.
  public init() {}

  /// Not yet in the database.
  public init(title: String, authorID: Int) {
    self.title = title
    $author.id = authorID
  }
}

/// The tables of the library.
public struct CreateLibrary: AsyncMigration {
  /// The only one.
  public init() {}

  /// Creates both tables.
  public func prepare(on database: any Database) async throws {
    try await database.schema(Author.schema)
      .field("id", .int, .identifier(auto: true)).field("name", .string, .required).create()
    try await database.schema(Book.schema)
      .field("id", .int, .identifier(auto: true)).field("title", .string, .required)
      .field("author_id", .int, .required, .references(Author.schema, "id")).unique(on: "title").create()
  }

  /// Removes both tables.
  public func revert(on database: any Database) async throws {
    try await database.schema(Book.schema).delete()
    try await database.schema(Author.schema).delete()
  }
}
