/// Sorts the conditions of a query into key predicates, joins, and others.
struct ConditionReader {
  /// A column and the source of `FROM` that it belongs to, where that is certain.
  private struct Column: Equatable {
    var name: String
    var source: Int?
  }

  private let parser: SelectParser
  private let tokens: SQLTokenList
  private(set) var hint: LoaderHint
  /// Of the predicates by value, column by column.
  private(set) var keys: [QueryReading.Key] = []
  /// Where in `hint.joins` the pairs of sources stand, for composite keys.
  private var joinsBySources: [SIMD2<Int32>: Int] = [:]

  init(_ parser: SelectParser, _ hint: LoaderHint) {
    self.parser = parser
    tokens = parser.tokens
    self.hint = hint
  }

  /// Reads conditions joined by `AND`, with or without parentheses around them.
  mutating func read(_ range: Range<Int>) {
    var pending = [range]
    while let range = pending.popLast() {
      let range = withoutParentheses(range)
      let conjuncts = conjuncts(of: range)
      if conjuncts.count == 1 {
        // What compares no value is the same each time.
        if !classify(range), hasValue(range) { hint.hasOtherConditions = true }
      } else {
        pending.append(contentsOf: conjuncts.reversed())
      }
    }
  }

  private func withoutParentheses(_ range: Range<Int>) -> Range<Int> {
    var range = range
    while range.count > 2, tokens.kind(range.lowerBound) == .open,
      tokens.closing(range.lowerBound) == range.upperBound - 1
    {
      range = range.lowerBound + 1..<range.upperBound - 1
    }
    return range
  }

  /// One range where `OR` or `CASE` stands among them: all of it is one condition.
  private func conjuncts(of range: Range<Int>) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = range.lowerBound
    var index = start
    var isBetween = false
    while index < range.upperBound {
      if tokens.kind(index) == .open {
        index = min(tokens.closing(index), range.upperBound - 1)
      } else {
        switch tokens.keyword(index) {
        case .or, .case: return [range]
        case .between: isBetween = true
        case .and where isBetween: isBetween = false
        case .and:
          if start < index { parts.append(start..<index) }
          start = index + 1
        default: break
        }
      }
      index += 1
    }
    if start < range.upperBound { parts.append(start..<range.upperBound) }
    // What is left of `AND a` is one part, and shorter than the whole.
    return parts.isEmpty ? [range] : parts
  }
}

extension ConditionReader {
  /// The columns of a comparison with values, and the values of each.
  private typealias Comparison = (columns: [Column], values: [[Range<Int>]])

  private func hasValue(_ range: Range<Int>) -> Bool { range.contains { tokens[$0].isValue } }

  /// Takes note of one condition; whether it is a key predicate or a join.
  private mutating func classify(_ range: Range<Int>) -> Bool {
    if let key = keyEquality(range) { return add(key, .equality) }
    if let key = keyDisjunction(range) { return add(key, .inList) }
    guard let (columns, next) = columns(range) else { return false }
    if tokens.keyword(next) == .in { return classifyIn(columns, next + 1..<range.upperBound) }
    guard isEquality(next), next + 1 < range.upperBound else { return false }
    let right = next + 1..<range.upperBound
    if columns.count == 1, tokens.isWord(next + 1, "any"), tokens.kind(next + 2) == .open {
      return classifyIn(columns, next + 2..<range.upperBound, hasLists: true)
    }
    if let (others, end) = self.columns(right), end == range.upperBound, others.count == columns.count {
      return tokens.keyword(next) != .is && join(columns, others)
    }
    guard tokens.keyword(next) != .is, tokens.keyword(right.lowerBound + 1) == .select else { return false }
    return classifyIn(columns, right)
  }

  /// `a = ?`, `? = a` and `(a, b) = (?, ?)`.
  private func keyEquality(_ range: Range<Int>) -> Comparison? {
    if let (columns, next) = columns(range) {
      guard isEquality(next), next + 1 < range.upperBound,
        let values = values(next + 1..<range.upperBound, count: columns.count)
      else { return nil }
      return (columns, values.map { [$0] })
    }
    guard let equality = valueEnd(range), isEquality(equality), equality + 1 < range.upperBound,
      let (columns, end) = columns(equality + 1..<range.upperBound), end == range.upperBound,
      let values = values(range.lowerBound..<equality, count: columns.count)
    else { return nil }
    return (columns, values.map { [$0] })
  }

  /// `(a = ? AND b = ?) OR (a = ? AND b = ?)`, which is how a list of composite keys is written where row values are not to
  /// be had: each side compares the same columns of one table with values, and nothing else.
  private func keyDisjunction(_ range: Range<Int>) -> Comparison? {
    let sides = disjuncts(of: range)
    guard sides.count > 1 else { return nil }
    var all: Comparison?
    for side in sides {
      let side = withoutParentheses(side)
      var found: Comparison = ([], [])
      for conjunct in conjuncts(of: side) {
        guard let equality = keyEquality(withoutParentheses(conjunct)) else { return nil }
        found.columns += equality.columns
        found.values += equality.values
      }
      guard Set(found.columns.map { $0.name.lowercased() }).count == found.columns.count,
        found.columns.allSatisfy({ $0.source == found.columns[0].source })
      else { return nil }
      guard let first = all?.columns else {
        all = found
        continue
      }
      guard first.count == found.columns.count else { return nil }
      for (column, values) in zip(found.columns, found.values) {
        guard let place = first.firstIndex(of: column) else { return nil }
        all?.values[place] += values
      }
    }
    return all
  }

  private func disjuncts(of range: Range<Int>) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = range.lowerBound
    var index = start
    while index < range.upperBound {
      if tokens.kind(index) == .open {
        index = min(tokens.closing(index), range.upperBound - 1)
      } else if tokens.keyword(index) == .or {
        guard start < index else { return [range] }
        parts.append(start..<index)
        start = index + 1
      }
      index += 1
    }
    if start < range.upperBound { parts.append(start..<range.upperBound) }
    return parts
  }

  private func isEquality(_ index: Int) -> Bool {
    tokens.keyword(index) == .is || tokens.isSymbol(index, "=") || tokens.isSymbol(index, "==")
      || tokens.isSymbol(index, "<=>")
  }

  /// A column or a row of columns at the beginning of a range, and the index after it.
  private func columns(_ range: Range<Int>) -> ([Column], Int)? {
    if let (column, next) = column(range) { return ([column], next) }
    guard tokens.kind(range.lowerBound) == .open else { return nil }
    let closing = tokens.closing(range.lowerBound)
    guard closing < range.upperBound else { return nil }
    var columns: [Column] = []
    var index = range.lowerBound + 1
    while index < closing {
      guard let (column, next) = column(index..<closing) else { return nil }
      columns.append(column)
      if next < closing, tokens.kind(next) != .comma { return nil }
      index = next + 1
    }
    return columns.isEmpty ? nil : (columns, closing + 1)
  }

  private func column(_ range: Range<Int>) -> (Column, Int)? {
    guard !range.isEmpty, tokens.isName(range.lowerBound) else { return nil }
    var last = range.lowerBound
    while last + 2 < range.upperBound, tokens.kind(last + 1) == .dot, tokens.isName(last + 2) { last += 2 }
    if tokens.kind(last + 1) == .open, last + 1 < range.upperBound { return nil }
    let name = tokens.name(last)
    guard last > range.lowerBound else {
      return (Column(name: name, source: parser.sources.count == 1 ? 0 : nil), last + 1)
    }
    return (Column(name: name, source: parser.sourcesByAlias[tokens.name(last - 2).lowercased()]), last + 1)
  }

  /// Where the value ends that a range begins with.
  private func valueEnd(_ range: Range<Int>) -> Int? {
    guard !range.isEmpty else { return nil }
    if tokens.kind(range.lowerBound) == .open {
      let closing = tokens.closing(range.lowerBound)
      return closing < range.upperBound ? closing + 1 : nil
    }
    return plainValueEnd(range) ?? range.lowerBound + 1
  }

  /// Where a literal or a parameter ends, with its sign and its casts.
  private func plainValueEnd(_ range: Range<Int>, orNull: Bool = false) -> Int? {
    var index = range.lowerBound
    if tokens.kind(index + 1) == .number, tokens.isSymbol(index, "-") || tokens.isSymbol(index, "+") { index += 1 }
    guard index < range.upperBound else { return nil }
    switch tokens.keyword(index) {
    case .true, .false: break
    case .null where orNull: break
    default: guard tokens[index].isValue else { return nil }
    }
    index += 1
    while index < range.upperBound, tokens.kind(index) == .cast {
      guard tokens.kind(index + 1) == .word else { return nil }
      index += 2
    }
    return min(index, range.upperBound)
  }

  /// The values that a range is: one, or a row of so many.
  private func values(_ range: Range<Int>, count: Int) -> [Range<Int>]? {
    if count == 1 {
      let range = withoutParentheses(range)
      return plainValueEnd(range) == range.upperBound ? [range] : nil
    }
    guard tokens.kind(range.lowerBound) == .open, tokens.closing(range.lowerBound) == range.upperBound - 1 else {
      return nil
    }
    return row(range.lowerBound, count: count)
  }

  /// The values in the parenthesis at an index, if there are so many and nothing else.
  private func row(_ open: Int, count: Int?) -> [Range<Int>]? {
    let closing = tokens.closing(open)
    var values: [Range<Int>] = []
    var index = open + 1
    while index < closing {
      guard let end = plainValueEnd(index..<closing, orNull: true) else { return nil }
      values.append(index..<end)
      guard end >= closing || tokens.kind(end) == .comma else { return nil }
      index = end + 1
    }
    return count == nil || values.count == count ? values : nil
  }

  private mutating func classifyIn(_ columns: [Column], _ range: Range<Int>, hasLists: Bool = false) -> Bool {
    guard let open = range.first else { return false }
    if tokens.isName(open) { return classifyName(columns, range) }
    guard tokens.kind(open) == .open, tokens.closing(open) == range.upperBound - 1 else { return false }
    let closing = range.upperBound - 1
    let values: [[Range<Int>]]?
    switch tokens.keyword(open + 1) {
    case .select, .with: return classifySubquery(columns, open + 1..<closing)
    case .values: values = rows(open + 2..<closing, count: columns.count)
    default:
      values = columns.count == 1 ? row(open, count: nil).map { [$0] } : rows(open + 1..<closing, count: columns.count)
    }
    guard let values else { return false }
    return add((columns, values), .inList, hasLists: hasLists)
  }

  /// The values of each column in a list of rows.
  private func rows(_ range: Range<Int>, count: Int) -> [[Range<Int>]]? {
    var values = [[Range<Int>]](repeating: [], count: count)
    var index = range.lowerBound
    while index < range.upperBound {
      guard tokens.kind(index) == .open, let row = row(index, count: count) else { return nil }
      for (column, value) in row.enumerated() { values[column].append(value) }
      index = tokens.closing(index) + 1
      guard index >= range.upperBound || tokens.kind(index) == .comma else { return nil }
      index += 1
    }
    return range.isEmpty ? nil : values
  }

  /// SQLite's `a IN b`, where b is a table or what a `WITH` introduces.
  private mutating func classifyName(_ columns: [Column], _ range: Range<Int>) -> Bool {
    var last = range.lowerBound
    while tokens.kind(last + 1) == .dot, tokens.isName(last + 2) { last += 2 }
    guard last == range.upperBound - 1 else { return false }
    let name = tokens.name(last)
    if last == range.lowerBound, parser.withNames.hides(name, at: last) {
      guard let body = parser.withNames.body(of: name, at: last) else {
        return append(columns, .inSubquery(table: nil, columns: []))
      }
      return classifySubquery(columns, body)
    }
    return append(columns, .inSubquery(table: name, columns: []))
  }

  /// `SELECT a, b FROM t …`: the table and the columns, where they are plain.
  private mutating func classifySubquery(_ columns: [Column], _ range: Range<Int>) -> Bool {
    guard tokens.keyword(range.lowerBound) == .select else {
      return append(columns, .inSubquery(table: nil, columns: []))
    }
    var selected: [String] = []
    var index = range.lowerBound + 1
    if tokens.keyword(index) == .distinct { index += 1 }
    while index < range.upperBound, let (column, next) = column(index..<range.upperBound) {
      selected.append(column.name)
      index = next
      guard tokens.kind(index) == .comma else { break }
      index += 1
    }
    guard tokens.keyword(index) == .from, index + 1 < range.upperBound, tokens.isName(index + 1) else {
      return append(columns, .inSubquery(table: nil, columns: []))
    }
    var last = index + 1
    while tokens.kind(last + 1) == .dot, tokens.isName(last + 2) { last += 2 }
    if tokens.kind(last + 1) == .open {
      guard isListFunction(last, range) else { return false }
      return add((columns, columns.map { _ in [last + 2..<last + 3] }), .inList, hasLists: true)
    }
    let name = tokens.name(last)
    let table = last == index + 1 && parser.withNames.hides(name, at: last) ? nil : name
    return append(columns, .inSubquery(table: table, columns: table == nil ? [] : selected))
  }

  /// `json_each(?)`, which is how a list is bound as one value.
  private func isListFunction(_ name: Int, _ range: Range<Int>) -> Bool {
    guard ["json_each", "carray", "unnest", "rarray"].contains(tokens.name(name).lowercased()) else { return false }
    let closing = tokens.closing(name + 1)
    return closing == name + 3 && tokens[name + 2].isValue && closing == range.upperBound - 1
  }

  private mutating func add(
    _ key: Comparison, _ form: LoaderHint.KeyPredicate.Form, hasLists: Bool = false
  ) -> Bool {
    for (column, values) in zip(key.columns, key.values) {
      keys.append(QueryReading.Key(column: column.name, values: values, hasLists: hasLists))
    }
    return append(key.columns, form)
  }

  private mutating func append(_ columns: [Column], _ form: LoaderHint.KeyPredicate.Form) -> Bool {
    let first = columns[0].source
    let isOne = columns.allSatisfy { $0.source == first }
    let table = isOne ? first.flatMap { parser.sources[$0].table } : nil
    hint.keyPredicates.append(
      LoaderHint.KeyPredicate(table: table, columns: columns.map(\.name), form: form))
    return true
  }

  private mutating func join(_ left: [Column], _ right: [Column]) -> Bool {
    guard let first = left[0].source, let second = right[0].source, first != second,
      left.allSatisfy({ $0.source == first }), right.allSatisfy({ $0.source == second }),
      let firstTable = parser.sources[first].table, let secondTable = parser.sources[second].table
    else { return false }
    if first > second { return join(right, left) }
    let key = SIMD2(Int32(first), Int32(second))
    if let known = joinsBySources[key] {
      hint.joins[known].leftColumns += left.map(\.name)
      hint.joins[known].rightColumns += right.map(\.name)
    } else {
      joinsBySources[key] = hint.joins.count
      hint.joins.append(
        LoaderHint.Join(
          leftTable: firstTable, leftColumns: left.map(\.name), rightTable: secondTable,
          rightColumns: right.map(\.name)))
    }
    return true
  }
}
