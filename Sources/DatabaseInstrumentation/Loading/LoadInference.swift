internal import CStatementLog

/// Tells which relationships the statements of a recording loaded, and how: one pass over them in order.
struct LoadInference {
  private let evidence: StatementEvidence
  private(set) var loads: [RelationshipLoad] = []
  /// The first load of each statement, by its position.
  private(set) var loadOfStatement: [Int: Int] = [:]

  private var plans: [PlanKey: LoadPlan] = [:]
  /// The load that an ORM declared, by its identity: its statements are one load.
  private var declared: [ObjectIdentifier: Int] = [:]
  /// The last read of each table that had rows.
  private var lastRead: [TableKey: Int] = [:]

  private struct PlanKey: Hashable {
    var schema: ObjectIdentifier
    var shape: UInt32
  }

  private struct TableKey: Hashable {
    var database: ObjectIdentifier
    var table: String
  }

  init(_ evidence: StatementEvidence) {
    self.evidence = evidence
    for index in evidence.records.indices {
      let record = evidence.records[index]
      guard evidence.shape(at: index).kind == .select, record.error == 0 else { continue }
      if let declared = evidence.declaredLoad(at: index) {
        add(index, declared)
      } else {
        infer(index, plan(for: index))
      }
      noteRows(of: index)
    }
  }

  private mutating func plan(for index: Int) -> LoadPlan {
    let schema = evidence.schema(at: index)
    let key = PlanKey(schema: ObjectIdentifier(schema), shape: evidence.records[index].shape)
    if let known = plans[key] { return known }
    let plan = LoadPlan(evidence.shape(at: index), in: schema)
    plans[key] = plan
    return plan
  }

  private mutating func infer(_ index: Int, _ plan: LoadPlan) {
    if let lookup = plan.lookup, let relationship = followed(lookup, by: index) {
      let isNested = enclosing(index, reads: relationship.owner)
      let strategy: LoadStrategy = lookup.isTogether ? .selectIn : isNested ? .immediate : .lazy
      if strategy == .selectIn, let previous = chunk(before: index, label: relationship.label) {
        let load = loads[previous]
        loads[previous] = RelationshipLoad(
          strategy: .selectIn, relationship: load.relationship, parentCount: nil,
          statementNumbers: load.statementNumbers + [index + 1])
        loadOfStatement[index] = previous
      } else {
        add(index, strategy, relationship.label, parents: strategy == .selectIn ? nil : 1)
      }
    }
    for label in plan.subqueries { add(index, .subquery, label, parents: nil) }
    for label in plan.joins { add(index, .joined, label, parents: nil) }
  }

  /// What was declared wins over what the text says; a fetch for its own sake is no load.
  private mutating func add(_ index: Int, _ declaration: DeclaredLoad) {
    guard let strategy = declaration.strategy else { return }
    if let known = declared[ObjectIdentifier(declaration)] {
      let load = loads[known]
      loads[known] = RelationshipLoad(
        strategy: strategy, relationship: load.relationship, parentCount: load.parentCount,
        statementNumbers: load.statementNumbers + [index + 1])
      loadOfStatement[index] = known
    } else {
      declared[ObjectIdentifier(declaration)] = loads.count
      add(index, strategy, declaration.relationship, parents: declaration.parentCount)
    }
  }

  private mutating func add(_ index: Int, _ strategy: LoadStrategy, _ relationship: String, parents: Int?) {
    if loadOfStatement[index] == nil { loadOfStatement[index] = loads.count }
    loads.append(
      RelationshipLoad(
        strategy: strategy, relationship: relationship, parentCount: parents, statementNumbers: [index + 1]))
  }

  /// The relationship that a lookup follows: the foreign key in its own table, else, for a lookup by primary key, that of
  /// the table which was read last among those that refer to it.
  private func followed(_ lookup: LoadPlan.Lookup, by index: Int) -> (label: String, owner: String)? {
    if let key = lookup.toMany { return (key.label, key.parent) }
    let database = ObjectIdentifier(evidence.connection(at: index).database)
    let read = lookup.toOne.compactMap { candidate -> (at: Int, relationship: Relationship)? in
      if enclosing(index, reads: candidate.child) { return (Int.max, candidate) }
      let table = TableKey(database: database, table: candidate.child.lowercased())
      guard let last = lastRead[table], evidence.records[last].shape != evidence.records[index].shape else {
        return nil
      }
      return (last, candidate)
    }
    guard let latest = read.max(by: { $0.at < $1.at }) else { return nil }
    let labels = read.filter { $0.relationship.child == latest.relationship.child }.map(\.relationship.label)
    return (labels.joined(separator: " or "), latest.relationship.child)
  }

  private func enclosing(_ index: Int, reads table: String) -> Bool {
    let parent = evidence.records[index].parent
    guard parent != 0, let outer = evidence.index(ofSequence: parent - 1) else { return false }
    return evidence.shape(at: outer).tables.contains { $0.name.lowercased() == table.lowercased() }
  }

  /// The load that a list of keys continues: the statement right before it on its connection, of the same shape from the
  /// same place, with other keys.
  private func chunk(before index: Int, label: String) -> Int? {
    let connection = evidence.connectionIndices[index]
    let earlier = evidence.records.indices[..<index]
    guard let previous = earlier.last(where: { evidence.connectionIndices[$0] == connection }) else { return nil }
    let (a, b) = (evidence.records[previous], evidence.records[index])
    guard a.shape == b.shape, evidence.isSamePlace(a.stack, b.stack), a.parameters != b.parameters || b.parameters == 0,
      let load = loadOfStatement[previous], loads[load].strategy == .selectIn, loads[load].relationship == label
    else { return nil }
    return load
  }

  private mutating func noteRows(of index: Int) {
    guard evidence.records[index].knownRows != 0 else { return }
    let database = ObjectIdentifier(evidence.connection(at: index).database)
    for table in evidence.shape(at: index).tables {
      lastRead[TableKey(database: database, table: table.name.lowercased())] = index
    }
  }
}

/// What a shape can load, whenever it runs.
package struct LoadPlan: Sendable {
  package struct Lookup: Sendable {
    /// By a list of keys, or by the one key that a list would have had.
    package var isTogether: Bool
    package var toMany: Relationship?
    var toOne: [Relationship]
  }

  /// By values of a key.
  package var lookup: Lookup?
  package var subqueries: [String] = []
  package var joins: [String] = []

  package init(_ shape: StatementShape, in schema: SchemaFacts) {
    let hint = shape.loaderHint
    guard !hint.isAggregate, !hint.isCompound else { return }
    let candidates = Relationship.candidates(for: shape, in: schema)
    if !candidates.isEmpty {
      lookup = Lookup(
        isTogether: hint.hasKeyList || hint.isPrefetch,
        toMany: candidates.first { $0.direction == .toMany },
        toOne: candidates.filter { $0.direction == .toOne })
    }
    var pivots = Set<String>()
    if let child = lookup?.toMany?.child { pivots.insert(child.lowercased()) }
    for predicate in hint.keyPredicates {
      guard case .inSubquery(let other?, _) = predicate.form, let table = predicate.table else { continue }
      let columns = Set(predicate.columns.map { $0.lowercased() })
      let along = Relationship.candidates(table: table, columns: columns, in: schema).first {
        $0.owner.lowercased() == other.lowercased()
      }
      guard let along else { continue }
      subqueries.append(along.label)
      if along.direction == .toMany { pivots.insert(along.child.lowercased()) }
    }
    // The join that leads from a pivot to the rows is part of the load through the pivot.
    if let main = hint.mainTable?.lowercased() { pivots.remove(main) }
    for join in hint.joins {
      if pivots.contains(join.leftTable.lowercased()) || pivots.contains(join.rightTable.lowercased()) { continue }
      if let along = Relationship.joined(join, in: schema) { joins.append(along.label) }
    }
  }
}
