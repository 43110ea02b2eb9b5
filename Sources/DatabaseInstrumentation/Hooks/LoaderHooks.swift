/// For authors of ORMs: declare which relationship the statements inside of a scope load, and how.
///
/// What is declared is not inferred any more: recordings, findings and spans call the load what the ORM calls it.
///
/// ```swift
/// func books(of author: Author) throws -> [Book] {
///   try LoaderHooks.withLoad(.lazy, of: "author.books", parentCount: 1) {
///     try connection.query("SELECT * FROM book WHERE author_id = ?", author.id)
///   }
/// }
/// ```
public enum LoaderHooks {
  /// Runs `body`, whose statements load a relationship.
  ///
  /// The load becomes a span, `lazy load author.books`, that is the parent of the spans of its statements. An inner load
  /// takes its statements from the outer one.
  ///
  /// - Parameters:
  ///   - strategy: How.
  ///   - relationship: The ORM's own name: `author.books`.
  ///   - parentCount: For how many parents, where that is known.
  ///   - body: What sends the statements, in this task and its children.
  /// - Returns: What `body` returns.
  public static func withLoad<R>(
    _ strategy: LoadStrategy, of relationship: String, parentCount: Int? = nil, _ body: () throws -> R
  ) rethrows -> R {
    try DeclaredLoad(strategy, of: relationship, parentCount: parentCount).bind(body)
  }

  /// Runs `body`, whose statements load a relationship.
  ///
  /// The load becomes a span, `lazy load author.books`, that is the parent of the spans of its statements. An inner load
  /// takes its statements from the outer one.
  ///
  /// - Parameters:
  ///   - strategy: How.
  ///   - relationship: The ORM's own name: `author.books`.
  ///   - parentCount: For how many parents, where that is known.
  ///   - body: What sends the statements, in this task and its children.
  /// - Returns: What `body` returns.
  public static func withLoad<R>(
    _ strategy: LoadStrategy, of relationship: String, parentCount: Int? = nil, _ body: () async throws -> R
  ) async rethrows -> R {
    try await DeclaredLoad(strategy, of: relationship, parentCount: parentCount).bind(body)
  }

  /// Runs `body`, whose statements fetch a row by its primary key, for its own sake: no relationship is loaded.
  ///
  /// ```swift
  /// try LoaderHooks.withIdentityLoad(of: "author") { try connection.query("SELECT * FROM author WHERE id = ?", id) }
  /// ```
  ///
  /// Such fetches are never called a load. In a loop they are repeated reads all the same.
  ///
  /// - Parameters:
  ///   - entity: What is fetched: the ORM's name of it, or the table.
  ///   - body: What sends the statements, in this task and its children.
  /// - Returns: What `body` returns.
  public static func withIdentityLoad<R>(
    of entity: String, _ body: () throws -> R
  ) rethrows -> R {
    try DeclaredLoad(nil, of: entity, parentCount: 1).bind(body)
  }

  /// Runs `body`, whose statements fetch a row by its primary key, for its own sake: no relationship is loaded.
  ///
  /// Such fetches are never called a load. In a loop they are repeated reads all the same.
  ///
  /// - Parameters:
  ///   - entity: What is fetched: the ORM's name of it, or the table.
  ///   - body: What sends the statements, in this task and its children.
  /// - Returns: What `body` returns.
  public static func withIdentityLoad<R>(
    of entity: String, _ body: () async throws -> R
  ) async rethrows -> R {
    try await DeclaredLoad(nil, of: entity, parentCount: 1).bind(body)
  }
}
