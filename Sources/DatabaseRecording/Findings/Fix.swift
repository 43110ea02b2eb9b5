internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseSupport

/// What to do about a repetition, in the terms of the library that sent it.
struct Fix {
  private let repetition: Repetition
  private let evidence: StatementEvidence
  private let library: DatabaseLibrary?

  init(_ repetition: Repetition, in evidence: StatementEvidence) {
    self.repetition = repetition
    self.evidence = evidence
    library = repetition.group.stack == 0 ? nil : evidence.stacks[Int(repetition.group.stack) - 1].databaseLibrary()
  }

  /// For a relationship that is loaded for one row at a time.
  init(_ load: RelationshipLoad, in evidence: StatementEvidence) {
    let index = (load.statementNumbers.first ?? 1) - 1
    let group = ReadGroup(indices: [index], stack: evidence.records[index].stack)
    let schema = evidence.schema(at: index)
    let relationship = Relationship.candidates(for: evidence.shape(at: index), in: schema)
      .first { load.relationship == $0.label || load.relationship.hasPrefix("\($0.label) or ") }
    self.init(
      Repetition(
        group: group, keys: nil, relationship: relationship, declared: evidence.declaredLoad(at: index), parent: nil),
      in: evidence)
  }

  /// - Parameter isOne: Whether it was one row alone that was loaded, so that there is nothing to load it together with.
  func text(forOne isOne: Bool) -> String {
    guard isOne else { return text }
    if repetition.relationship == nil || text.contains(": SELECT") {
      return "read it in its parent's query, with a JOIN; or write .noNPlusOne, which allows one load"
    }
    return text.replacing("load them together", with: "load it with its parent")
  }

  /// How the rows are loaded in one way; `nil` where their library does it in another one.
  func text(by strategy: LoadStrategy) -> String? {
    guard strategy == .selectIn || strategy == .joined else { return nil }
    if repetition.declared != nil { return text }
    guard let relationship = repetition.relationship, !relationship.isOwnKey else { return nil }
    switch (library, strategy, relationship.direction) {
    case (.grdb, _, _):
      let isJoined = relationship.direction == .toOne || text.contains("including(optional:")
      return isJoined == (strategy == .joined) ? text : nil
    case (.fluent, _, _): return strategy == .selectIn ? text : nil
    case (_, .joined, _): return "read them in their parent's query, with a JOIN"
    default: return text
    }
  }

  var text: String {
    if let declared = repetition.declared {
      return "let \(declared.relationship) be loaded for all rows at once, by selectIn or joined: \(keyList)"
    }
    guard let relationship = repetition.relationship else {
      return "read all the rows with one query: \(keyList)"
    }
    if relationship.isOwnKey {
      return "read the rows with the list, or together: \(library == .grdb ? "fetchAll(database, keys: …)" : keyList)"
    }
    let loaded = throughPivot(relationship) ?? relationship.loaded
    switch library {
    case .grdb:
      if let known = association(relationship, to: loaded, of: .grdb) {
        return "load them together: \(known.origin).\(including(known.kind)): \(known.origin).\(known.name))"
      }
      let kind: DeclaredAssociation.Kind = relationship.direction == .toMany ? .many : .parent
      return "load them together: \(including(kind)):) with an association from \(relationship.owner) to \(loaded)"
    case .fluent:
      if let known = association(relationship, to: loaded, of: .fluent) {
        return "load them together: \(known.origin).query(on: database).with(\\.$\(known.name))"
      }
      return "load them together: .with(…) and a relation from \(relationship.owner) to \(loaded)"
    default:
      return "load them together: \(keyList)"
    }
  }

  private func including(_ kind: DeclaredAssociation.Kind) -> String {
    switch kind {
    case .many: "including(all"
    case .one: "including(optional"
    case .parent: "including(required"
    }
  }

  /// How the app itself calls the relationship, where it declares it.
  private func association(
    _ relationship: Relationship, to loaded: String, of library: DatabaseLibrary
  ) -> DeclaredAssociation? {
    let keys = evidence.schema(at: repetition.indices[0]).table(relationship.child)?.foreignKeys
    let stack = repetition.group.stack
    let place = stack == 0 ? nil : evidence.callSite(of: evidence.stacks[Int(stack) - 1])
    return AssociationName(
      owner: relationship.owner, loaded: loaded, columns: relationship.columns, direction: relationship.direction,
      isOnlyKey: keys?.count { $0.parentTable.lowercased() == relationship.parent.lowercased() } == 1
    ).association(in: DeclaredAssociation.all(of: library), near: place?.site.module)
  }

  /// The table at the other end of the pivot table that holds the key: the one that is selected from.
  private func throughPivot(_ relationship: Relationship) -> String? {
    let hint = evidence.shape(at: repetition.indices[0]).loaderHint
    guard relationship.direction == .toMany, let main = hint.mainTable,
      main.lowercased() != relationship.child.lowercased()
    else { return nil }
    let joinsPivot = hint.joins.contains { join in
      [join.leftTable, join.rightTable].contains { $0.lowercased() == relationship.child.lowercased() }
    }
    return joinsPivot ? main : nil
  }

  private var keyList: String {
    let keys = evidence.shape(at: repetition.indices[0]).loaderHint.keyPredicates.filter(\.isByValue)
    guard let table = (keys.first { $0.table == repetition.relationship?.loaded } ?? keys.first)?.table else {
      return "one query for all keys"
    }
    var columns = keys.filter { $0.table == table }.flatMap(\.columns)
    if let relationship = repetition.relationship {
      // Of a foreign key its own columns; what else is compared stays as it is.
      let wanted = Set(relationship.direction == .toMany ? relationship.columns.map { $0.lowercased() } : [])
      let own = columns.filter { wanted.contains($0.lowercased()) }
      if !own.isEmpty { columns = own }
    }
    guard columns.count > 1 else { return "SELECT … FROM \(table) WHERE \(columns.first ?? "…") IN (…)" }
    return "SELECT … FROM \(table) WHERE (\(columns.joined(separator: ", "))) IN (VALUES (…))"
  }
}
