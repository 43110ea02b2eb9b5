/// A table that a statement names, and what the statement does to it.
///
/// ```swift
/// StatementShape("INSERT INTO archive SELECT * FROM book").tables
/// // [archive written, book read]
/// ```
public struct TableReference: Sendable, Hashable {
  /// Whether the statement reads the table or writes to it.
  public enum Role: String, Sendable, Hashable, Codable {
    /// The table stands in a `FROM` or a `JOIN`.
    case read
    /// The table is the target of the statement.
    case written
  }

  /// The name as it was written, without quotes and without the schema: `book` for `main."book"`.
  public var name: String

  /// What the statement does to the table.
  public var role: Role

  /// The schema, where the statement names one: `main` for `main.book`.
  public var schema: String?

  /// Creates a reference; tests compare with it.
  public init(name: String, role: Role, schema: String? = nil) {
    self.name = name
    self.role = role
    self.schema = schema
  }
}
