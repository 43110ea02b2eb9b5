#if GRDB
  internal import DatabaseInstrumentation
  public import GRDB

  extension Database {
    /// The name by which recordings call the relationship of an association.
    ///
    /// An association does not say along which columns it leads. GRDB finds them in the schema, and this asks GRDB:
    ///
    /// ```swift
    /// let books = try #require(try queue.read { try $0.relationshipName(of: Author.books) })      // "book.authorId"
    /// recording.expect(.loads(.selectIn, of: books, 1))
    /// ```
    ///
    /// No query runs. For an association through others, as `hasMany(through:)` makes it, it is the name of the relationship
    /// that is loaded first: that of the table in between.
    ///
    /// - Returns: `nil` where the association follows no foreign key of the schema.
    /// - Throws: `DatabaseError` where a table is not in the database.
    public func relationshipName<A: Association>(of association: A) throws -> String?
    where A.OriginRowDecoder: TableRecord {
      let request = A.OriginRowDecoder.including(optional: association)
      let statement = try request.makePreparedRequest(self, forSingleResult: false).statement
      let schema = SchemaFacts()
      for table in try String.fetchAll(self, sql: "SELECT sql FROM sqlite_master WHERE type = 'table'") {
        schema.note(table)
      }
      let origin = A.OriginRowDecoder.databaseTableName.lowercased()
      let joins = StatementShape(statement.sql).loaderHint.joins
      guard let join = joins.first(where: { $0.leftTable.lowercased() == origin }) else { return nil }
      return Relationship.joined(join, in: schema)?.label
    }
  }
#endif
