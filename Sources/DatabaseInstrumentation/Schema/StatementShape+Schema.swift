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
    // A table of another database may have another one's name.
    let areAll =
      !own.isEmpty && own.allSatisfy { $0?.isConditional == false }
      && tables.allSatisfy { ($0.schema ?? "main") == "main" }
    return shown(knowing: known.flatMap(\.columns) + former + ["rowid", "oid", "_rowid_"], areAll: areAll)
  }
}
