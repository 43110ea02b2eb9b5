internal import DatabaseInstrumentation

/// A foreign key along which a query loads rows for one row of another table.
struct Relationship: Hashable {
  enum Direction: Hashable {
    /// The rows that refer to one parent: `SELECT * FROM book WHERE authorId = ?`.
    case toMany
    /// The one row that a row refers to: `SELECT * FROM author WHERE id = ?`.
    case toOne
  }

  /// The table that holds the key column.
  var child: String
  var columns: [String]
  var parent: String
  var direction: Direction

  /// `book.authorId`.
  var label: String {
    columns.count == 1 ? "\(child).\(columns[0])" : "\(child).(\(columns.joined(separator: ", ")))"
  }

  /// The table whose rows the query runs for.
  var owner: String { direction == .toMany ? parent : child }

  /// The table whose rows it loads.
  var loaded: String { direction == .toMany ? child : parent }
}

extension Relationship {
  /// The foreign keys that a key lookup may follow.
  ///
  /// A plain lookup by primary key follows one only where a table is known that refers to it; whether it does so here, the
  /// rows that were read before must tell.
  static func candidates(for shape: StatementShape, in schema: SchemaFacts) -> [Relationship] {
    var columnsOfTable: [String: Set<String>] = [:]
    var order: [String] = []
    for predicate in shape.loaderHint.keyPredicates where predicate.isByValue {
      guard let table = predicate.table else { continue }
      if columnsOfTable[table] == nil { order.append(table) }
      columnsOfTable[table, default: []].formUnion(predicate.columns.map { $0.lowercased() })
    }
    return order.flatMap { table -> [Relationship] in
      guard let definition = schema.table(table) else { return [] }
      let columns = columnsOfTable[table] ?? []
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
  }
}

extension ForeignKeyDefinition {
  fileprivate func refers(to table: TableDefinition, by columns: Set<String>) -> Bool {
    guard parentTable.lowercased() == table.name.lowercased() else { return false }
    let key = parentColumns.isEmpty ? table.primaryKey : parentColumns
    return !key.isEmpty && Set(key.map { $0.lowercased() }).isSubset(of: columns)
  }
}
