internal import DatabaseInstrumentation
internal import DatabaseSupport

/// Where something was written, by table.
struct Writes {
  private struct Key: Hashable {
    var database: ObjectIdentifier
    var table: String
  }

  /// Where in `lists` the writes of a table are.
  private var places: [Key: Int] = [:]
  private var lists: [[Int]] = []
  /// Every write, for tables that are no tables but something unknown.
  private var all: [ObjectIdentifier: [Int]] = [:]
  /// What may have changed any table.
  private var ofDatabase: [ObjectIdentifier: [Int]] = [:]
  private var unseen: UnseenChanges

  /// What one execution of a shape writes.
  private struct Effect {
    var places: [Int] = []
    var mayReachOthers = false
  }

  init(_ evidence: StatementEvidence) {
    unseen = UnseenChanges(evidence)
    let memo = ShapeMemo<Effect>(evidence)
    for index in evidence.records.indices {
      let kind = evidence.kinds[index]
      guard kind != .select else { continue }
      let shape = evidence.shape(at: index)
      switch kind {
      case .insert, .update, .delete:
        let database = evidence.connection(at: index).database
        let id = ObjectIdentifier(database)
        all[id, default: []].append(index)
        let effect = memo.value(at: index) { self.effect(of: shape, on: database, in: evidence.schema(at: index)) }
        for place in effect.places { lists[place].append(index) }
        if effect.mayReachOthers { ofDatabase[id, default: []].append(index) }
      case .ddl:
        ofDatabase[ObjectIdentifier(evidence.connection(at: index).database), default: []].append(index)
      // Another database may have the name from now on.
      case _ where shape.normalizedSQL.hasPrefix("ATTACH") || shape.normalizedSQL.hasPrefix("DETACH"):
        ofDatabase[ObjectIdentifier(evidence.connection(at: index).database), default: []].append(index)
      case .transaction where shape.normalizedSQL.hasPrefix("ROLLBACK"):
        ofDatabase[ObjectIdentifier(evidence.connection(at: index).database), default: []].append(index)
      default:
        break
      }
    }
  }

  /// A table with a trigger on it may write to any other, a foreign key with an action to the tables that refer to it, a view
  /// to whatever its triggers say.
  private mutating func effect(of shape: StatementShape, on database: ObservedDatabase, in schema: SchemaFacts)
    -> Effect
  {
    var effect = Effect()
    for table in shape.tables where table.role == .written {
      let name = table.name.lowercased()
      effect.places.append(place(of: Key(database: ObjectIdentifier(database), table: name)))
      if schema.table(table.name)?.hasTriggers == true || schema.view(table.name) != nil {
        effect.mayReachOthers = true
      }
      if schema.tables.contains(where: { other in
        other.foreignKeys.contains { $0.hasActions && $0.parentTable.lowercased() == name }
      }) {
        effect.mayReachOthers = true
      }
    }
    return effect
  }

  private mutating func place(of key: Key) -> Int {
    if let known = places[key] { return known }
    places[key] = lists.count
    lists.append([])
    return lists.count - 1
  }

  /// Whether one of the tables may have been written between two statements.
  ///
  /// - Complexity: O(log *n*) for each table, and for each transaction in between that did what no statement says.
  func touch(_ tables: [TableReference], in evidence: StatementEvidence, _ first: Int, _ last: Int) -> Bool {
    let id = ObjectIdentifier(evidence.connection(at: first).database)
    let schema = evidence.schema(at: first)
    let names = Set(tables.flatMap { schema.tables(behind: $0.name) })
    var lists = names.map { name in places[Key(database: id, table: name)].map { self.lists[$0] } ?? [] }
    if let writes = ofDatabase[id] { lists.append(writes) }
    if let writes = all[id], names.contains(where: { mayBeView($0, in: schema) }) { lists.append(writes) }
    let isTouched = lists.contains { list in
      let next = list.partitioningIndex { $0 > first }
      return next < list.endIndex && list[next] < last
    }
    return isTouched || unseen.touch(names, in: evidence, first, last)
  }

  /// Whether it is known of two reads on different connections that no other process and no backup wrote between them.
  func knowsAll(in evidence: StatementEvidence, between first: Int, _ last: Int) -> Bool {
    unseen.isProven(evidence, first, last)
  }

  /// Whether one of the tables may have been written while the reads of a group went on.
  func touch(_ tables: [TableReference], on group: ReadGroup, in evidence: StatementEvidence) -> Bool {
    guard let first = group.indices.first, let last = group.indices.last else { return false }
    return touch(tables, in: evidence, first, last)
  }

  private func mayBeView(_ name: String, in schema: SchemaFacts) -> Bool {
    schema.table(name) == nil && schema.view(name) == nil && !schema.tables.isEmpty
  }
}
