extension LoaderHint {
  /// - Parameter withNames: Those are no tables.
  init(_ tokens: SQLTokenList, withNames: WithNames) {
    self = QueryReading(tokens, withNames: withNames).hint
  }
}

/// Reads one query for what a ``LoaderHint`` needs.
struct SelectParser {
  /// One table of `FROM`, under the name by which columns refer to it.
  struct Source {
    var alias: String
    /// `nil` for a subquery, a function, and what a `WITH` introduces.
    var table: String?
    /// Where the query stands that it is made by.
    var query: Range<Int>?
  }

  let tokens: SQLTokenList
  let withNames: WithNames
  private let range: Range<Int>
  private(set) var sources: [Source] = []
  var sourcesByAlias: [String: Int] = [:]
  private var conditions: [Range<Int>] = []
  private var usings: [(left: Int, columns: Range<Int>)] = []
  private var result = LoaderHint()

  /// - Parameter range: One query, without `UNION` and its like.
  init(_ tokens: SQLTokenList, withNames: WithNames, range: Range<Int>) {
    self.tokens = tokens
    self.withNames = withNames
    self.range = range
  }

  /// What the query says by itself, and the queries that it reads from.
  mutating func reading() -> (own: QueryReading, columns: Range<Int>, inner: [Range<Int>])? {
    guard let select = firstSelect else { return nil }
    let clauses = clauses(from: select)
    result.hasDistinct = tokens.keyword(select + 1) == .distinct
    if let from = clauses.from { readSources(from) }
    if let condition = clauses.condition { conditions.append(condition) }
    result.mainTable = sources.first?.table
    result.isAggregate = !result.hasGroupBy && isAggregate(clauses.columns)
    result.isPrefetch = isPrefetch(clauses.columns)
    for using in usings { join(using.left, using.columns) }
    var reader = ConditionReader(self, result)
    for condition in conditions { reader.read(condition) }
    let inner = clauses.from == nil ? queries(in: clauses.columns) : sources.compactMap(\.query)
    return (QueryReading(hint: reader.hint, keys: reader.keys), clauses.columns, inner)
  }

  /// The first `SELECT` outside of parentheses.
  private var firstSelect: Int? {
    var index = range.lowerBound
    while index < range.upperBound {
      switch tokens.kind(index) {
      case .open: index = tokens.closing(index)
      case .semicolon: return nil
      case .keyword where tokens.keyword(index) == .select: return index
      default: break
      }
      index += 1
    }
    return nil
  }

  /// What stands in parentheses among the columns: `EXISTS (SELECT …)`, and `(SELECT …)` as a value.
  private func queries(in range: Range<Int>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var index = range.lowerBound
    while index < range.upperBound {
      if tokens.kind(index) == .open, isQuery(index + 1) {
        let closing = min(tokens.closing(index), range.upperBound)
        found.append(index + 1..<max(index + 1, closing))
        index = closing
      }
      index += 1
    }
    return found
  }

  private struct Clauses {
    var columns: Range<Int>
    var from: Range<Int>?
    var condition: Range<Int>?
  }

  private mutating func clauses(from select: Int) -> Clauses {
    var clauses = Clauses(columns: select + 1..<range.upperBound)
    var current = SQLKeyword.select
    var start = select + 1
    var index = start
    func end(_ clauses: inout Clauses, _ range: Range<Int>) {
      switch current {
      case .select: clauses.columns = range
      case .from: clauses.from = range
      case .where: clauses.condition = range
      default: break
      }
    }
    while index < range.upperBound {
      if tokens.kind(index) == .open {
        index = tokens.closing(index) + 1
        continue
      }
      if tokens.kind(index) == .semicolon { break }
      let keyword = tokens.keyword(index)
      switch keyword {
      case .from where current != .select || tokens.keyword(index - 1) == .distinct && index > select + 2: break
      case .from, .where, .group, .having, .order, .limit, .window, .offset, .fetch, .for:
        end(&clauses, start..<index)
        (current, start) = (keyword, index + 1)
        if keyword == .group { result.hasGroupBy = true }
        if keyword == .order { result.hasOrderBy = true }
        if keyword == .limit || keyword == .fetch { result.hasLimit = true }
        if keyword == .having { result.hasOtherConditions = true }
      default: break
      }
      index += 1
    }
    end(&clauses, start..<max(start, min(index, range.upperBound)))
    return clauses
  }
}

extension SelectParser {
  private mutating func readSources(_ range: Range<Int>) {
    var index = range.lowerBound
    var expectsSource = true
    while index < range.upperBound {
      let kind = tokens.kind(index)
      if kind == .comma {
        expectsSource = true
      } else if expectsSource, kind == .open {
        // The parentheses of `FROM (a JOIN b)` count for nothing, so that one reads on inside.
        if isQuery(index + 1) {
          let closing = tokens.closing(index)
          index = readAlias(after: closing, table: nil, name: nil, query: index + 1..<max(index + 1, closing))
          expectsSource = false
          continue
        }
      } else if expectsSource, tokens.isName(index) {
        index = readTable(index)
        expectsSource = false
        continue
      } else {
        switch tokens.keyword(index) {
        case .join, .straightJoin: expectsSource = true
        case .on:
          let end = endOfCondition(index + 1, range.upperBound)
          conditions.append(index + 1..<end)
          index = end
          continue
        case .using where kind != .end && tokens.kind(index + 1) == .open:
          let end = min(tokens.closing(index + 1), range.upperBound)
          usings.append((sources.count - 2, index + 2..<max(index + 2, end)))
          index = end
        default:
          if kind == .open { index = tokens.closing(index) }
        }
      }
      index += 1
    }
  }

  private func isQuery(_ index: Int) -> Bool {
    switch tokens.keyword(index) {
    case .select, .with, .values, .table: return true
    default: return false
    }
  }

  private mutating func readTable(_ index: Int) -> Int {
    var last = index
    while tokens.kind(last + 1) == .dot, tokens.isName(last + 2) { last += 2 }
    let name = tokens.name(last)
    if tokens.kind(last + 1) == .open {
      return readAlias(after: tokens.closing(last + 1), table: nil, name: name)
    }
    let isHidden = last == index && withNames.hides(name, at: index)
    let query = isHidden ? withNames.body(of: name, at: index) : nil
    return readAlias(after: last, table: isHidden ? nil : name, name: name, query: query)
  }

  /// - Returns: The index of what follows.
  private mutating func readAlias(after index: Int, table: String?, name: String?, query: Range<Int>? = nil) -> Int {
    var next = index + 1
    var alias = name
    if tokens.keyword(next) == .as { next += 1 }
    if tokens.isName(next) {
      alias = tokens.name(next)
      next += 1
      if tokens.kind(next) == .open { next = tokens.closing(next) + 1 }
    }
    let key = alias?.lowercased() ?? ""
    if sourcesByAlias[key] == nil { sourcesByAlias[key] = sources.count }
    sources.append(Source(alias: key, table: table, query: query))
    return next
  }

  private func endOfCondition(_ start: Int, _ end: Int) -> Int {
    var index = start
    while index < end {
      switch tokens.kind(index) {
      case .open: index = tokens.closing(index)
      case .close, .comma: return index
      case .keyword:
        switch tokens.keyword(index) {
        case .join, .straightJoin, .left, .right, .full, .inner, .cross, .natural, .on, .using: return index
        default: break
        }
      default: break
      }
      index += 1
    }
    return end
  }

  /// `USING (a, b)`.
  private mutating func join(_ left: Int, _ columns: Range<Int>) {
    guard left >= 0, left + 1 < sources.count, let first = sources[left].table,
      let second = sources[left + 1].table
    else { return }
    let names = columns.filter { tokens.isName($0) }.map { tokens.name($0) }
    guard !names.isEmpty else { return }
    result.joins.append(
      LoaderHint.Join(leftTable: first, leftColumns: names, rightTable: second, rightColumns: names))
  }

  private static let aggregates: Set<String> = [
    "count", "sum", "total", "avg", "min", "max", "group_concat", "string_agg", "array_agg", "json_group_array",
    "json_group_object", "json_agg", "jsonb_agg", "bool_and", "bool_or", "every",
  ]

  /// Whether each result column is an aggregate; `min` and `max` of several values are none.
  private func isAggregate(_ range: Range<Int>) -> Bool {
    var index = range.lowerBound
    while index < range.upperBound {
      guard tokens.kind(index) == .word, tokens.kind(index + 1) == .open,
        Self.aggregates.contains(tokens.name(index).lowercased())
      else { return false }
      let closing = tokens.closing(index + 1)
      if tokens.isWord(index, "min") || tokens.isWord(index, "max"), hasComma(index + 2..<max(index + 2, closing)) {
        return false
      }
      index = closing + 1
      if tokens.keyword(index) == .over { return false }
      if tokens.keyword(index) == .as { index += 1 }
      if tokens.isName(index) { index += 1 }
      guard index >= range.upperBound || tokens.kind(index) == .comma else { return false }
      index += 1
    }
    return range.lowerBound < range.upperBound
  }

  /// Whether the last column is one by which GRDB joins prefetched rows with their parents: `authorId AS grdb_authorId`.
  private func isPrefetch(_ range: Range<Int>) -> Bool {
    guard range.count > 2, tokens.isName(range.upperBound - 1), tokens.keyword(range.upperBound - 2) == .as else {
      return false
    }
    return tokens.name(range.upperBound - 1).hasPrefix("grdb_")
  }

  private func hasComma(_ range: Range<Int>) -> Bool {
    var index = range.lowerBound
    while index < range.upperBound {
      if tokens.kind(index) == .comma { return true }
      index = tokens.kind(index) == .open ? tokens.closing(index) + 1 : index + 1
    }
    return false
  }
}
