#if GRDB
  public import GRDB

  extension Database {
    /// How SQLite would run a request, line by line, by `EXPLAIN QUERY PLAN`.
    ///
    /// The request's own values are bound, so the plan is the one that a fetch gets. The rows are not fetched, and a
    /// recording does not count it as a query:
    ///
    /// ```swift
    /// let plan = try queue.read { try $0.queryPlan(of: Book.filter(Column("authorId") == 42)) }
    /// #expect(plan == ["SEARCH book USING INDEX bookByAuthor (authorId=?)"])
    /// ```
    ///
    /// What `including(all:)` loads is fetched by further requests and is not part of the plan. The words are SQLite's
    /// and differ between its versions.
    ///
    /// - Throws: `DatabaseError` where the request cannot be prepared.
    public func queryPlan<Request: FetchRequest>(of request: Request) throws -> [String] {
      let statement = try request.makePreparedRequest(self, forSingleResult: false).statement
      let sql = "EXPLAIN QUERY PLAN " + statement.sql
      return try Row.fetchAll(self, sql: sql, arguments: statement.arguments).map { $0["detail"] }
    }
  }
#endif
