extension StatementShape {
  /// The same shape as a database with this schema understands it.
  ///
  /// - Parameter schema: Is read, where it was not.
  package func shown(in schema: SchemaFacts) -> StatementShape {
    guard isDoubtful else { return self }
    let own = tables.map { schema.table($0.name) }
    // A view has columns of tables, and a table that was dropped had some.
    let known = own.contains { $0 == nil } ? schema.tables + own.compactMap { $0 } : own.compactMap { $0 }
    let former = own.contains { $0 == nil } ? schema.formerColumns : []
    return shown(knowing: known.flatMap(\.columns) + former + ["rowid", "oid", "_rowid_"])
  }
}
