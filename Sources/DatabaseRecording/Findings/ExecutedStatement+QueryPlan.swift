public import DatabaseInstrumentation

extension ExecutedStatement {
  /// How SQLite runs the statement, line by line: `SEARCH book USING INDEX bookByAuthor (authorId=?)`.
  ///
  /// SQLite is asked by `EXPLAIN QUERY PLAN` when this is read, in a database in memory that has the same tables, indexes and
  /// statistics and no rows, so that the app's database and the recording stay as they are:
  ///
  /// ```swift
  /// let recording = try recordDatabase { try library.books(by: 42) }
  /// #expect(recording.statements.first?.queryPlan == ["SEARCH book USING INDEX bookByAuthor (authorId=?)"])
  /// ```
  ///
  /// It is asked about the text without its values, so the plan may be another one than was run where an index is
  /// partial. The words are SQLite's and differ between its versions.
  ///
  /// - Returns: `nil` where there is none: the database is none of SQLite, its tables could not be learned, or the statement needs
  ///   a virtual table whose module only the app has.
  public var queryPlan: [String]? { QueryPlan(of: self)?.lines }
}
