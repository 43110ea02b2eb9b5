internal import DatabaseInstrumentation

/// Which index would serve a statement: found by trying, in a database of our own that has the same tables, indexes and statistics and
/// no rows.
///
/// Columns are taken from the text, and SQLite is asked what it makes of an index on each: so an alias, a join or a cast is no matter.
struct IndexAdvice {
  /// What is to be spared.
  enum Aim {
    /// A scan of a table.
    case scan
    /// An index that SQLite makes for the statement alone.
    case automaticIndex
    /// A sort of rows of which a page is wanted.
    case sort
  }

  enum Answer {
    /// The database cannot be asked.
    case unknown
    /// No index that was tried helps.
    case none(tried: Int)
    case helps(TriedIndexes)
  }

  let shape: StatementShape
  let terms: StatementTerms
  private let schema: SchemaFacts
  /// Of the statement as it is; `nil` where it is not known.
  let before: PlanReading?
  private let sql: String
  let taken: Set<String>

  /// More columns are not looked at.
  private static let termLimit = 8
  private static let tableLimit = 4

  /// - Parameter sql: Asked instead of the shape's text.
  init(of shape: StatementShape, in schema: SchemaFacts, asking sql: String? = nil) {
    self.shape = shape
    self.schema = schema
    self.sql = sql ?? shape.normalizedSQL
    terms = StatementTerms(shape.normalizedSQL)
    before = QueryPlan(self.sql, in: schema).map { PlanReading($0, of: shape) }
    taken = schema.names
  }

  /// What helps, by as few indexes as can be.
  func answer(sparing aim: Aim) -> Answer {
    guard let before else { return .unknown }
    let tables = self.tables
    guard !tables.isEmpty else { return .none(tried: 0) }
    var trials = Trials(self, before: before, aim: aim)
    for table in tables {
      let uses = terms(of: table).map { term in (term, trials.use(of: [term], on: table)) }
      trials.tryBest(on: table, uses, order: terms.hasLimit ? terms.order ?? [] : [])
    }
    if trials.best == nil, aim != .sort { trials.tryAll(tables.map { ($0, terms(of: $0)) }) }
    return trials.best.map { .helps($0) } ?? .none(tried: trials.count)
  }

  /// Where SQLite uses none of the indexes that were tried.
  static func anotherCondition(tried: Int) -> String {
    let what = "a condition or a join that an index can serve"
    switch tried {
    case 0: return what
    case 1: return what + "; SQLite does not use the one that was tried"
    default: return what + "; of \(tried) that were tried SQLite uses none"
    }
  }

  /// The tables that it reads, with columns that are known.
  private var tables: [String] {
    var tables: [String] = []
    for table in shape.tables {
      let name = schema.baseTable(table.name)
      if !tables.contains(name), schema.table(name) != nil { tables.append(name) }
    }
    return Array(tables.prefix(Self.tableLimit))
  }

  private func terms(of table: String) -> [StatementTerms.Order] {
    let columns = Set(schema.table(table)?.columns.map { $0.lowercased() } ?? [])
    let derived = terms.derived.filter { columns.contains($0.column.lowercased()) }
    let pattern = terms.patterns.filter { columns.contains($0.column.lowercased()) }.map { pattern in
      let text = StatementTerms.Term.quoted(pattern.column)
      return StatementTerms.Term(column: pattern.column, text: pattern.isGlob ? text : "\(text) COLLATE NOCASE")
    }
    let plain = terms.compared.filter { columns.contains($0.lowercased()) }.map { StatementTerms.Term(column: $0) }
    var all: [StatementTerms.Order] = []
    for term in plain + derived + (sql == shape.normalizedSQL ? [] : pattern) {
      let order = StatementTerms.Order(term: term)
      if !all.contains(order) { all.append(order) }
    }
    return Array(all.prefix(Self.termLimit))
  }

  /// The columns of a table that conditions name.
  func comparedColumns(of table: String) -> Set<String> {
    let columns = Set(schema.table(table)?.columns.map { $0.lowercased() } ?? [])
    return Set(terms.compared.map { $0.lowercased() }).intersection(columns)
  }

  fileprivate func reading(with indexes: [ProposedIndex]) -> PlanReading? {
    QueryPlan(sql, in: schema, adding: indexes.map(\.definition)).map { PlanReading($0, of: shape) }
  }

  fileprivate func index(_ terms: [StatementTerms.Order], on table: String) -> ProposedIndex {
    ProposedIndex(table: table, terms: terms, besides: taken)
  }
}

/// Indexes that are tried one after the other, and the best that was found.
private struct Trials {
  private let advice: IndexAdvice
  private let before: PlanReading
  private let aim: IndexAdvice.Aim
  private(set) var best: TriedIndexes?
  private var rank = 0
  private(set) var count = 0

  init(_ advice: IndexAdvice, before: PlanReading, aim: IndexAdvice.Aim) {
    self.advice = advice
    self.before = before
    self.aim = aim
  }

  /// Tries one index: how it is used, whether it helps or not.
  mutating func use(of terms: [StatementTerms.Order], on table: String) -> IndexUse? {
    let index = advice.index(terms, on: table)
    count += 1
    guard let reading = advice.reading(with: [index]), let use = reading.use(of: index.name) else { return nil }
    if helps(reading) { take(TriedIndexes(indexes: [index], says: reading.lines(using: index.name)), reading) }
    return use
  }

  /// The columns that equal something, then one of a range, or those that it is sorted by.
  mutating func tryBest(
    on table: String, _ uses: [(StatementTerms.Order, IndexUse?)], order: [StatementTerms.Order]
  ) {
    // One term for each column: what is derived from it only where it does not serve itself.
    var equal: [StatementTerms.Order] = []
    let served = before.equalColumns.map { $0.lowercased() }
    for (term, use) in uses {
      let isServed = term.term.isPlain && served.contains(term.term.column.lowercased())
      guard use == .equality || isServed, !equal.contains(where: { $0.term.column == term.term.column }) else {
        continue
      }
      equal.append(term)
    }
    let ranges = uses.filter { $0.1 == .range }.map(\.0)
    if equal.count > 1 { _ = use(of: equal, on: table) }
    if let range = ranges.first, !equal.isEmpty { _ = use(of: equal + [range], on: table) }
    if !order.isEmpty {
      let rest = order.filter { term in !equal.contains { $0.term == term.term } }
      if !rest.isEmpty { _ = use(of: equal + sameDirection(rest), on: table) }
    }
  }

  /// An index is read in both directions, so that only a change of it counts.
  private func sameDirection(_ order: [StatementTerms.Order]) -> [StatementTerms.Order] {
    guard Set(order.map(\.isDescending)).count == 1 else { return order }
    return order.map { StatementTerms.Order(term: $0.term) }
  }

  /// All of them at once, as two sides of an OR need, or two tables of a join; then those alone that are used.
  mutating func tryAll(_ terms: [(table: String, terms: [StatementTerms.Order])]) {
    let all = terms.flatMap { table, terms in terms.map { advice.index([$0], on: table) } }
    guard all.count > 1 else { return }
    count += 1
    guard let reading = advice.reading(with: all) else { return }
    let used = all.filter { !reading.lines(using: $0.name).isEmpty }
    guard (2...3).contains(used.count), let again = advice.reading(with: used) else { return }
    let lines = used.map { again.lines(using: $0.name) }
    guard lines.allSatisfy({ !$0.isEmpty }), helps(again) else { return }
    take(TriedIndexes(indexes: used, says: lines.flatMap { $0 }), again)
  }

  private func helps(_ after: PlanReading) -> Bool {
    switch aim {
    case .scan:
      if after.scans < before.scans { return after.automaticIndexes <= before.automaticIndexes }
      // In the order of the index, a page needs no more rows than it has.
      return after.sorts < before.sorts && after.scans == before.scans && advice.terms.hasLimit
    case .automaticIndex:
      return after.automaticIndexes < before.automaticIndexes && after.scans <= before.scans
    case .sort:
      return after.sorts < before.sorts && after.scans <= before.scans
    }
  }

  /// Keeps what serves more conditions, then what sorts less; of equals what was there first.
  private mutating func take(_ tried: TriedIndexes, _ after: PlanReading) {
    let rank = 8 * tried.says.joined().count { $0 == "?" } + before.sorts - after.sorts
    guard best == nil || rank > self.rank else { return }
    best = tried
    self.rank = rank
  }
}

extension SchemaFacts {
  /// What has a name already, in lower case.
  var names: Set<String> {
    Set(answers(to: Question(sql: "SELECT lower(name) FROM sqlite_master")) ?? [])
  }
}
