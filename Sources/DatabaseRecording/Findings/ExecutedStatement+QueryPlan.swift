public import DatabaseInstrumentation

extension ExecutedStatement {
  /// How SQLite runs the statement, line by line: `SEARCH book USING INDEX bookByAuthor (authorId=?)`.
  ///
  /// SQLite is asked by `EXPLAIN QUERY PLAN` when this is read, on a connection of our own, so that the app's connection
  /// and the recording stay as they are:
  ///
  /// ```swift
  /// let recording = try recordDatabase { try library.books(by: 42) }
  /// #expect(recording.statements.first?.queryPlan == ["SEARCH book USING INDEX bookByAuthor (authorId=?)"])
  /// ```
  ///
  /// It is asked about the text without its values, so the plan may be another one than was run where an index is
  /// partial. What `ANALYZE` found of a database in memory is not known. The words are SQLite's and differ between its
  /// versions.
  ///
  /// - Returns: `nil` where the database cannot be asked: it is none of SQLite, or it is gone.
  public var queryPlan: [String]? { QueryPlan(of: self)?.lines }
}
