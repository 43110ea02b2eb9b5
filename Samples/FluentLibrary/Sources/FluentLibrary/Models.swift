public import FluentKit

public final class Author: Model, @unchecked Sendable {
  public static let schema = "authors"

  @ID(custom: "id") public var id: Int?
  @Field(key: "name") public var name: String
  @Children(for: \.$author) public var books: [Book]

  public init() {}
  public init(name: String) { self.name = name }
}

public final class Book: Model, @unchecked Sendable {
  public static let schema = "books"

  @ID(custom: "id") public var id: Int?
  @Field(key: "title") public var title: String
  @Parent(key: "author_id") public var author: Author

  public init() {}
  public init(title: String, authorID: Int) {
    self.title = title
    $author.id = authorID
  }
}

/// The tables of the library.
public struct CreateLibrary: AsyncMigration {
  public init() {}

  public func prepare(on database: any Database) async throws {
    try await database.schema(Author.schema)
      .field("id", .int, .identifier(auto: true)).field("name", .string, .required).create()
    try await database.schema(Book.schema)
      .field("id", .int, .identifier(auto: true)).field("title", .string, .required)
      .field("author_id", .int, .required, .references(Author.schema, "id")).unique(on: "title").create()
  }

  public func revert(on database: any Database) async throws {
    try await database.schema(Book.schema).delete()
    try await database.schema(Author.schema).delete()
  }
}
