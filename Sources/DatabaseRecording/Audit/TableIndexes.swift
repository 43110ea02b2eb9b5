internal import DatabaseInstrumentation

/// The indexes of one table, as SQLite itself lists them.
struct TableIndexes {
  struct Index: Hashable {
    var name: String
    var isUnique: Bool
    var isPartial: Bool
    /// Whether a `CREATE INDEX` made it, and not a `UNIQUE` or a `PRIMARY KEY` of the table.
    var isDeclared: Bool
    /// `nil` for an expression; with order and collation.
    var terms: [Term]
  }

  struct Term: Hashable {
    var column: String?
    var isDescending: Bool
    var collation: String
  }

  let table: TableDefinition
  private(set) var all: [Index] = []

  init(_ table: TableDefinition, _ schema: SchemaFacts) {
    self.table = table
    let name = table.name.replacing("'", with: "''")
    let rows =
      schema.answers(
        to: SchemaFacts.Question(
          sql: """
            SELECT l.name || char(31) || l."unique" || char(31) || l.partial || char(31) || l.origin || char(31)
              || ifnull(x.name, '') || char(31) || x."desc" || char(31) || ifnull(x.coll, '')
            FROM pragma_index_list('\(name)') l, pragma_index_xinfo(l.name) x WHERE x."key" ORDER BY l.seq, x.seqno
            """)) ?? []
    for row in rows {
      let fields = row.split(separator: "\u{1F}", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 7 else { continue }
      let term = Term(
        column: fields[4].isEmpty ? nil : fields[4], isDescending: fields[5] == "1", collation: fields[6].lowercased())
      if all.last?.name == fields[0] {
        all[all.count - 1].terms.append(term)
      } else {
        all.append(
          Index(
            name: fields[0], isUnique: fields[1] == "1", isPartial: fields[2] == "1", isDeclared: fields[3] == "c",
            terms: [term]))
      }
    }
  }

  /// Whether no two rows are equal in some columns.
  func isKey(_ columns: [String]) -> Bool {
    let columns = Set(columns.map { $0.lowercased() })
    if !columns.isDisjoint(with: ["rowid", "oid", "_rowid_"]) { return true }
    func has(_ key: [String?]) -> Bool {
      !key.isEmpty && key.allSatisfy { $0.map { columns.contains($0.lowercased()) } ?? false }
    }
    return has(table.primaryKey) || all.contains { $0.isUnique && !$0.isPartial && has($0.terms.map(\.column)) }
  }

  /// Indexes whose columns another index begins with.
  var redundant: [(index: Index, other: Index)] {
    all.compactMap { index in
      guard index.isDeclared, !index.isUnique, !index.isPartial, index.terms.allSatisfy({ $0.column != nil }) else {
        return nil
      }
      let other = all.first { other in
        other.name != index.name && !other.isPartial && other.terms.starts(with: index.terms)
          && (other.terms.count > index.terms.count || other.isUnique || other.name < index.name)
      }
      return other.map { (index, $0) }
    }
  }

  /// Whether an index finds the rows that have some values in some columns.
  func serves(_ columns: [String]) -> Bool {
    let columns = Set(columns.map { $0.lowercased() })
    let keys = [table.primaryKey.map { $0 as String? }] + all.filter { !$0.isPartial }.map { $0.terms.map(\.column) }
    return keys.contains { key in
      key.count >= columns.count && Set(key.prefix(columns.count).compactMap { $0?.lowercased() }) == columns
    }
  }
}
