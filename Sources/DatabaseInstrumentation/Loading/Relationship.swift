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
    var columnsOfTable: [String: Set<String>] = [:]
    var order: [String] = []
    for predicate in shape.loaderHint.keyPredicates where predicate.isByValue {
      guard let table = predicate.table else { continue }
      if columnsOfTable[table] == nil { order.append(table) }
      columnsOfTable[table, default: []].formUnion(predicate.columns.map { $0.lowercased() })
    }
    return order.flatMap { candidates(table: $0, columns: columnsOfTable[$0] ?? [], in: schema) }
  }

  /// The foreign keys that begin or end at some columns of a table; those that begin there come alone.
  static func candidates(table: String, columns: Set<String>, in schema: SchemaFacts) -> [Relationship] {
    guard let definition = schema.table(table) else { return [] }
    let keys = definition.foreignKeys.filter { Set($0.columns.map { $0.lowercased() }).isSubset(of: columns) }
    if !keys.isEmpty {
      return keys.map {
        Relationship(child: definition.name, columns: $0.columns, parent: $0.parentTable, direction: .toMany)
      }
    }
    return schema.tables.flatMap { child in
      child.foreignKeys
        .filter { $0.refers(to: definition, by: columns) }
        .map { Relationship(child: child.name, columns: $0.columns, parent: definition.name, direction: .toOne) }
    }
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
        return Relationship(child: child.name, columns: key.columns, parent: key.parentTable, direction: .toMany)
      }
    }
    return nil
  }
}

extension ForeignKeyDefinition {
  fileprivate func refers(to table: TableDefinition, by columns: Set<String>) -> Bool {
    guard parentTable.lowercased() == table.name.lowercased() else { return false }
    let key = parentColumns.isEmpty ? table.primaryKey : parentColumns
    return !key.isEmpty && Set(key.map { $0.lowercased() }).isSubset(of: columns)
  }
}

extension LoaderHint {
  /// Whether rows are looked up by a list of keys.
  package var hasKeyList: Bool { keyPredicates.contains { $0.form == .inList } }
}

extension LoaderHint.KeyPredicate {
  /// Whether the key is compared with values, and not with a subquery.
  package var isByValue: Bool {
    switch form {
    case .equality, .inList: true
    case .inSubquery: false
    }
  }
}
