/// What a query says about keys, and where the values stand that they are compared with.
struct QueryReading {
  /// One column that is compared with values.
  struct Key {
    var column: String
    /// Where each value stands among the tokens.
    var values: [Range<Int>]
    /// Whether a value is a whole list: `json_each(?)`, `ANY (?)`.
    var hasLists = false
  }

  var hint = LoaderHint()
  /// The columns of the hint's predicates by value, in their order.
  var keys: [Key] = []

  /// Queries within queries are looked into no deeper.
  private static let depthLimit = 4
  /// Parts of one `UNION`.
  private static let partLimit = 16

  init(hint: LoaderHint, keys: [Key]) {
    self.hint = hint
    self.keys = keys
  }

  /// - Parameter withNames: Those are no tables.
  init(_ tokens: SQLTokenList, withNames: WithNames) {
    self = Self.reading(tokens, withNames, 0..<tokens.count, depth: 0)
  }

  private var hasKeys: Bool { hint.keyPredicates.contains(where: \.isByValue) }

  private static func reading(
    _ tokens: SQLTokenList, _ withNames: WithNames, _ range: Range<Int>, depth: Int
  ) -> QueryReading {
    let parts = parts(of: range, in: tokens)
    if parts.count > 1 { return compound(tokens, withNames, parts, depth: depth) }
    var parser = SelectParser(tokens, withNames: withNames, range: range)
    guard let (own, columns, inner) = parser.reading() else { return QueryReading(hint: LoaderHint(), keys: []) }
    guard !own.hasKeys, !inner.isEmpty, depth < depthLimit else { return own }
    let found = inner.prefix(partLimit).map { reading(tokens, withNames, $0, depth: depth + 1) }.filter(\.hasKeys)
    guard !found.isEmpty else { return own }
    var whole = own
    for reading in found { whole.take(reading) }
    // What it gives is an answer, and no row: `SELECT EXISTS (…)`.
    if parser.sources.isEmpty, !columns.isEmpty { whole.hint.isAggregate = true }
    return whole
  }

  /// Keys of a query that this one reads from. What else is compared there, or done with its rows, is another condition.
  private mutating func take(_ other: QueryReading) {
    hint.keyPredicates += other.hint.keyPredicates
    hint.joins += other.hint.joins
    hint.mainTable = hint.mainTable ?? other.hint.mainTable
    hint.hasOtherConditions = true
    keys += other.keys
  }

  /// Each part looks rows up by a key, or the whole does not.
  private static func compound(
    _ tokens: SQLTokenList, _ withNames: WithNames, _ parts: [Range<Int>], depth: Int
  ) -> QueryReading {
    var whole = QueryReading(hint: LoaderHint(), keys: [])
    whole.hint.isCompound = true
    whole.hint.hasOtherConditions = true
    guard depth < depthLimit, parts.count <= partLimit else { return whole }
    let readings = parts.map { reading(tokens, withNames, $0, depth: depth + 1) }
    guard readings.allSatisfy(\.hasKeys) else { return whole }
    whole.hint.keyPredicates = readings.flatMap(\.hint.keyPredicates)
    whole.keys = readings.flatMap(\.keys)
    return whole
  }

  /// What `UNION`, `EXCEPT` and `INTERSECT` join, outside of parentheses.
  private static func parts(of range: Range<Int>, in tokens: SQLTokenList) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = range.lowerBound
    var index = start
    while index < range.upperBound, tokens.kind(index) != .semicolon {
      if tokens.kind(index) == .open {
        index = tokens.closing(index)
      } else if [.union, .except, .intersect].contains(tokens.keyword(index)) {
        parts.append(start..<index)
        start = index + 1
      }
      index += 1
    }
    parts.append(start..<max(start, min(index, range.upperBound)))
    return parts
  }
}
