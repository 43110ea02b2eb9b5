/// A foreign key along which a query may read rows.
package struct Relationship: Sendable, Hashable {
  package enum Direction: Sendable, Hashable {
    /// The rows that refer to one parent: `SELECT * FROM book WHERE authorId = ?`.
    case toMany
    /// The one row that a row refers to: `SELECT * FROM author WHERE id = ?`.
    case toOne
  }

  /// The table that holds the key columns.
  package var child: String
  package var columns: [String]
  package var parent: String
  package var direction: Direction
  /// The columns of the loaded table by which its rows are found.
  package var lookup: [String]

  /// Whether the rows are those of the list itself, read once more: of a table, by its own key.
  package var isOwnKey: Bool { child == parent && direction == .toOne && lookup == columns }

  /// `book.authorId`.
  package var label: String {
    columns.count == 1 ? "\(child).\(columns[0])" : "\(child).(\(columns.joined(separator: ", ")))"
  }

  /// The table whose rows the query runs for.
  package var owner: String { direction == .toMany ? parent : child }

  /// The table whose rows it reads.
  package var loaded: String { direction == .toMany ? child : parent }
}

extension Relationship {
  /// The foreign keys that a lookup by values may follow.
  ///
  /// A plain lookup by primary key follows one only where a table is known that refers to it; whether it does so here, the
  /// rows that were read before must tell.
  package static func candidates(for shape: StatementShape, in schema: SchemaFacts) -> [Relationship] {
    shape.loaderHint.lookups(in: schema).flatMap { candidates(table: $0.table, columns: $0.columns, in: schema) }
  }

  /// The table's own key, by which rows are looked up that a list may have had.
  package static func ownKey(for shape: StatementShape, in schema: SchemaFacts) -> Relationship? {
    for (name, columns) in shape.loaderHint.lookups(in: schema) {
      guard let table = schema.table(name), !table.primaryKey.isEmpty,
        Set(table.primaryKey.map { $0.lowercased() }).isSubset(of: columns)
      else { continue }
      let key = table.primaryKey
      return Relationship(child: table.name, columns: key, parent: table.name, direction: .toOne, lookup: key)
    }
    return nil
  }

  /// The foreign keys that begin or end at some columns of a table; those that begin there come alone.
  static func candidates(table: String, columns: Set<String>, in schema: SchemaFacts) -> [Relationship] {
    guard let definition = schema.table(table) else { return [] }
    let keys = definition.foreignKeys.filter { Set($0.columns.map { $0.lowercased() }).isSubset(of: columns) }
    if !keys.isEmpty {
      return keys.map {
        Relationship(
          child: definition.name, columns: $0.columns, parent: $0.parentTable, direction: .toMany, lookup: $0.columns)
      }
    }
    return schema.tables.flatMap { child in
      child.foreignKeys.compactMap { key -> Relationship? in
        guard let referred = key.referred(of: definition, by: columns) else { return nil }
        return Relationship(
          child: child.name, columns: key.columns, parent: definition.name, direction: .toOne, lookup: referred)
      }
    }
  }

  /// Where the columns by which rows are looked up stand among the hint's columns that are compared with values.
  package func places(in hint: LoaderHint, _ schema: SchemaFacts) -> [Int]? {
    let columns = hint.valueColumns
    let places = lookup.map { wanted in
      columns.firstIndex { column in
        guard column.name.lowercased() == wanted.lowercased(), let table = column.table else { return false }
        return schema.baseTable(table).lowercased() == loaded.lowercased()
      }
    }
    return places.contains(nil) ? nil : places.compactMap { $0 }
  }

  /// The foreign key along which two tables are joined.
  package static func joined(_ join: LoaderHint.Join, in schema: SchemaFacts) -> Relationship? {
    let sides = [
      (child: join.leftTable, columns: join.leftColumns, parent: join.rightTable, keys: join.rightColumns),
      (child: join.rightTable, columns: join.rightColumns, parent: join.leftTable, keys: join.leftColumns),
    ]
    for side in sides {
      guard let child = schema.table(side.child) else { continue }
      let columns = side.columns.map { $0.lowercased() }
      for key in child.foreignKeys where key.parentTable.lowercased() == side.parent.lowercased() {
        guard Set(key.columns.map { $0.lowercased() }) == Set(columns) else { continue }
        let referred = key.parentColumns.isEmpty ? schema.table(side.parent)?.primaryKey ?? [] : key.parentColumns
        // A parent whose key was not declared is joined by whatever stands there.
        guard referred.isEmpty || Set(referred.map { $0.lowercased() }) == Set(side.keys.map { $0.lowercased() }) else {
          continue
        }
        return Relationship(
          child: child.name, columns: key.columns, parent: key.parentTable, direction: .toMany,
          lookup: key.columns)
      }
    }
    return nil
  }
}

extension ForeignKeyDefinition {
  /// The columns of a table that it refers to, if these are among some.
  fileprivate func referred(of table: TableDefinition, by columns: Set<String>) -> [String]? {
    guard parentTable.lowercased() == table.name.lowercased() else { return nil }
    let key = parentColumns.isEmpty ? table.primaryKey : parentColumns
    return !key.isEmpty && Set(key.map { $0.lowercased() }).isSubset(of: columns) ? key : nil
  }
}

extension LoaderHint {
  /// Whether rows are looked up by a list of keys.
  package var hasKeyList: Bool { keyPredicates.contains { $0.form == .inList } }

  /// The columns that are compared with values, in lower case, by their table; of a view of one table that one.
  fileprivate func lookups(in schema: SchemaFacts) -> [(table: String, columns: Set<String>)] {
    var found: [(table: String, columns: Set<String>)] = []
    for predicate in keyPredicates where predicate.isByValue {
      guard let table = predicate.table.map(schema.baseTable) else { continue }
      let columns = predicate.columns.map { $0.lowercased() }
      if let known = found.firstIndex(where: { $0.table == table }) {
        found[known].columns.formUnion(columns)
      } else {
        found.append((table, Set(columns)))
      }
    }
    return found
  }
}
