internal import DatabaseInstrumentation

/// Where something was written, by table.
struct Writes {
  private struct Key: Hashable {
    var database: ObjectIdentifier
    var table: String
  }

  private var ofTable: [Key: [Int]] = [:]
  /// Every write, for tables that are no tables but views.
  private var all: [ObjectIdentifier: [Int]] = [:]
  /// What may have changed any table.
  private var ofDatabase: [ObjectIdentifier: [Int]] = [:]

  init(_ evidence: StatementEvidence) {
    for index in evidence.records.indices {
      let shape = evidence.shape(at: index)
      let database = evidence.connection(at: index).database
      let id = ObjectIdentifier(database)
      switch shape.kind {
      case .insert, .update, .delete:
        all[id, default: []].append(index)
        for table in shape.tables where table.role == .written { note(table.name, at: index, in: database) }
      case .ddl:
        ofDatabase[id, default: []].append(index)
      case .transaction where shape.normalizedSQL.hasPrefix("ROLLBACK"):
        ofDatabase[id, default: []].append(index)
      default:
        break
      }
    }
  }

  /// A table with a trigger on it may write to any other, a foreign key with an action to the tables that refer to it.
  private mutating func note(_ table: String, at index: Int, in database: DatabaseIdentity) {
    let id = ObjectIdentifier(database)
    ofTable[Key(database: id, table: table.lowercased()), default: []].append(index)
    let schema = database.schema
    if schema.table(table)?.hasTriggers == true { ofDatabase[id, default: []].append(index) }
    for other in schema.tables
    where other.foreignKeys.contains(where: { $0.hasActions && $0.parentTable.lowercased() == table.lowercased() }) {
      ofDatabase[id, default: []].append(index)
    }
  }

  /// Whether one of the tables may have been written between two statements.
  ///
  /// - Complexity: O(log *n*) for each table.
  func touch(_ tables: [TableReference], on database: DatabaseIdentity, _ first: Int, _ last: Int) -> Bool {
    let id = ObjectIdentifier(database)
    var lists = tables.map { ofTable[Key(database: id, table: $0.name.lowercased())] ?? [] }
    if let writes = ofDatabase[id] { lists.append(writes) }
    if let writes = all[id], tables.contains(where: { mayBeView($0.name, in: database.schema) }) {
      lists.append(writes)
    }
    return lists.contains { list in
      let next = list.partitioningIndex { $0 > first }
      return next < list.endIndex && list[next] < last
    }
  }

  /// Whether one of the tables may have been written while the reads of a group went on.
  func touch(_ tables: [TableReference], on group: ReadGroup, in evidence: StatementEvidence) -> Bool {
    guard let first = group.indices.first, let last = group.indices.last else { return false }
    return touch(tables, on: evidence.connection(at: first).database, first, last)
  }

  private func mayBeView(_ name: String, in schema: SchemaFacts) -> Bool {
    schema.table(name) == nil && !schema.tables.isEmpty
  }
}
