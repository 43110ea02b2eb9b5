internal import DatabaseInstrumentation
internal import DatabaseSupport

/// Loads of one row at a time, in words.
struct RepetitionReport {
  let analysis: Analysis
  let repetitions: [Repetition]

  private var evidence: StatementEvidence { analysis.evidence }

  var findings: [Finding] {
    guard !repetitions.isEmpty else { return [] }
    let queries = analysis.recording.queries.count
    let repetitions = repetitions.enumerated()
      .sorted { ($1.element.indices.count, $0.offset) < ($0.element.indices.count, $1.offset) }.map(\.element)
    return repetitions.enumerated().map { finding($0.element, number: $0.offset + 1, of: queries) }
  }

  private func finding(_ repetition: Repetition, number: Int, of queries: Int) -> Finding {
    let statements = repetition.indices.map { ExecutedStatement(evidence: evidence, index: $0) }
    let stack = repetition.group.stack == 0 ? nil : evidence.stacks[Int(repetition.group.stack) - 1]
    let place = stack.flatMap(evidence.callSite(of:))
    let which = repetitions.count == 1 ? "found 1" : "found \(repetitions.count) (\(number) of \(repetitions.count))"
    var details = [StatementSummary(statements, extra: extra(repetition)).line]
    details += SiteLines(place, callers: stack.map(evidence.callers(of:)) ?? []).lines
    if let parent = repetition.parent { details.append("       after \(describe(parent: parent))") }
    details.append("  fix: \(Fix(repetition, in: evidence).text)")
    if number == repetitions.count { details.append("  " + remainder) }
    return Finding(
      kind: repetition.label == nil ? .repeatedRead : .nPlusOne,
      headline: "Expected no N+1 queries, \(which): \(statements.count) of \(queries) queries \(repetition.does).",
      details: details,
      count: statements.count,
      relationship: repetition.label,
      callSite: place?.site,
      statements: statements
    )
  }

  private func extra(_ repetition: Repetition) -> [String] {
    let hint = evidence.shape(at: repetition.indices[0]).loaderHint
    let isNested = evidence.records[repetition.indices[0]].parent != 0
    let inferred: LoadStrategy = hint.hasKeyList ? .selectIn : isNested ? .immediate : .lazy
    let strategy = repetition.declared?.strategy ?? inferred
    let parameters = repetition.keys?.counted("distinct key") ?? "keys unknown"
    return repetition.label == nil ? [parameters] : [strategy.rawValue, parameters]
  }

  private func describe(parent: Int) -> String {
    let statement = ExecutedStatement(evidence: evidence, index: parent)
    var text = "#\(statement.number) \(statement.sql.singleLine)"
    if let rows = statement.rowsReturned {
      text += ", which returned \(rows.counted("row"))"
    } else if statement.record.duration == StatementRecord.unknown {
      text += ", which is still open"
    }
    if let site = statement.callSite, let line = site.line, let file = site.fileName { text += ", at \(file):\(line)" }
    return text
  }

  /// What was not repeated, so that the numbers add up.
  private var remainder: String {
    let claimed = Set(repetitions.flatMap(\.indices))
    let others = analysis.recording.queries.filter { !claimed.contains($0.index) }.map(\.number)
    var text =
      others.isEmpty
      ? "There was no other query."
      : "\(others.count.counted("other query", plural: "other queries")): \(NumberList(others))."
    if let uncounted = Uncounted(analysis.recording).text { text += " " + uncounted }
    return text
  }
}

extension Repetition {
  /// What its statements do, in words that follow a number of them.
  var does: String {
    if let label, let owner { return "load \(label) one \(owner) at a time" }
    return "repeat one read for \(keys ?? 0) different keys"
  }
}

/// What to do about a repetition, in the terms of the library that sent it.
struct Fix {
  private let repetition: Repetition
  private let shape: StatementShape
  private let library: DatabaseLibrary?

  init(_ repetition: Repetition, in evidence: StatementEvidence) {
    self.repetition = repetition
    shape = evidence.shape(at: repetition.indices[0])
    let stack = repetition.group.stack
    library = stack == 0 ? nil : evidence.stacks[Int(stack) - 1].databaseLibrary()
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
    case (.grdb, .selectIn, .toMany), (.grdb, .joined, .toOne), (.fluent, .selectIn, _): return text
    case (.grdb, _, _), (.fluent, _, _): return nil
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
    let owner = TypeName(relationship.owner)
    if relationship.isOwnKey {
      if library == .grdb {
        return "read the rows with the list, or together: \(owner.type).fetchAll(database, keys: …)"
      }
      return "read the rows with the list, or together: \(keyList)"
    }
    let loaded = TypeName(throughPivot(relationship) ?? relationship.loaded)
    switch (library, relationship.direction) {
    case (.grdb, .toMany):
      guard let plural = loaded.plural else {
        return "load them together: \(owner.type).including(all:) with its association to \(loaded.table)"
      }
      return "load them together, e.g. \(owner.type).including(all: \(owner.type).\(plural))"
    case (.grdb, .toOne):
      return "load them together, e.g. \(owner.type).including(required: \(owner.type).\(loaded.singular))"
    case (.fluent, .toMany):
      guard let plural = loaded.plural else {
        return "load them together: \(owner.type).query(on: database).with(…) with its relation to \(loaded.table)"
      }
      return "load them together, e.g. \(owner.type).query(on: database).with(\\.$\(plural))"
    case (.fluent, .toOne):
      return "load them together, e.g. \(owner.type).query(on: database).with(\\.$\(loaded.singular))"
    default:
      return "load them together: \(keyList)"
    }
  }

  /// The table at the other end of the pivot table that holds the key: the one that is selected from.
  private func throughPivot(_ relationship: Relationship) -> String? {
    let hint = shape.loaderHint
    guard relationship.direction == .toMany, let main = hint.mainTable,
      main.lowercased() != relationship.child.lowercased()
    else { return nil }
    let joinsPivot = hint.joins.contains { join in
      [join.leftTable, join.rightTable].contains { $0.lowercased() == relationship.child.lowercased() }
    }
    return joinsPivot ? main : nil
  }

  private var keyList: String {
    let keys = shape.loaderHint.keyPredicates.filter(\.isByValue)
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

/// Guesses how the types and associations of a table are called: `book` and `books` are both `Book`.
struct TypeName {
  let table: String
  let singular: String

  init(_ table: String) {
    self.table = table
    var name = table
    if ["sses", "xes", "zes", "ches", "shes"].contains(where: name.hasSuffix) {
      name = String(name.dropLast(2))
    } else if name.hasSuffix("ies") {
      name = name.dropLast(3) + "y"
    } else if name.hasSuffix("s"), !name.hasSuffix("ss"), !name.hasSuffix("us"), !name.hasSuffix("is") {
      name = String(name.dropLast())
    }
    let words = name.split(separator: "_")
    singular = words.enumerated()
      .map { $0.offset == 0 ? String($0.element) : $0.element.prefix(1).uppercased() + $0.element.dropFirst() }
      .joined()
  }

  var type: String { singular.prefix(1).uppercased() + singular.dropFirst() }

  /// `nil` where English is not regular enough to guess it: a wrong name is worse than none.
  var plural: String? {
    let name = singular.prefix(1).lowercased() + singular.dropFirst()
    if name.hasSuffix("y"), let before = name.dropLast().last, !"aeiou".contains(before) {
      return name.dropLast() + "ies"
    }
    if ["s", "x", "z", "ch", "sh", "o", "f", "fe", "man", "child"].contains(where: name.hasSuffix) { return nil }
    return name + "s"
  }
}
