extension LoaderHooks {
  /// Runs `body`, whose statements load a relationship; their spans and that of the load carry attributes.
  ///
  /// ```swift
  /// try LoaderHooks.withLoad(.lazy, of: "author.books", attributes: ["app.tenant": .string(tenant)]) {
  ///   try library.books(by: id)
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - strategy: How.
  ///   - relationship: The ORM's own name: `author.books`.
  ///   - parentCount: For how many parents, where that is known.
  ///   - attributes: More attributes for the spans.
  ///   - body: What sends the statements, in this task and its children.
  /// - Returns: What `body` returns.
  public static func withLoad<R>(
    _ strategy: LoadStrategy, of relationship: String, parentCount: Int? = nil, attributes: DatabaseAttributes,
    _ body: () throws -> R
  ) rethrows -> R {
    try DeclaredLoad(strategy, of: relationship, parentCount: parentCount, details: attributes).bind(body)
  }

  /// Runs `body`, whose statements load a relationship; their spans and that of the load carry attributes.
  ///
  /// - Parameters:
  ///   - strategy: How.
  ///   - relationship: The ORM's own name: `author.books`.
  ///   - parentCount: For how many parents, where that is known.
  ///   - attributes: More attributes for the spans.
  ///   - body: What sends the statements, in this task and its children.
  /// - Returns: What `body` returns.
  public static func withLoad<R>(
    _ strategy: LoadStrategy, of relationship: String, parentCount: Int? = nil, attributes: DatabaseAttributes,
    _ body: () async throws -> R
  ) async rethrows -> R {
    try await DeclaredLoad(strategy, of: relationship, parentCount: parentCount, details: attributes).bind(body)
  }

  /// Runs `body`, whose statements fetch a row by its primary key for its own sake; their spans carry attributes.
  ///
  /// - Parameters:
  ///   - entity: What is fetched: the ORM's name of it, or the table.
  ///   - attributes: More attributes for the spans.
  ///   - body: What sends the statements, in this task and its children.
  /// - Returns: What `body` returns.
  public static func withIdentityLoad<R>(
    of entity: String, attributes: DatabaseAttributes, _ body: () throws -> R
  ) rethrows -> R {
    try DeclaredLoad(nil, of: entity, parentCount: 1, details: attributes).bind(body)
  }

  /// Runs `body`, whose statements fetch a row by its primary key for its own sake; their spans carry attributes.
  ///
  /// - Parameters:
  ///   - entity: What is fetched: the ORM's name of it, or the table.
  ///   - attributes: More attributes for the spans.
  ///   - body: What sends the statements, in this task and its children.
  /// - Returns: What `body` returns.
  public static func withIdentityLoad<R>(
    of entity: String, attributes: DatabaseAttributes, _ body: () async throws -> R
  ) async rethrows -> R {
    try await DeclaredLoad(nil, of: entity, parentCount: 1, details: attributes).bind(body)
  }
}
