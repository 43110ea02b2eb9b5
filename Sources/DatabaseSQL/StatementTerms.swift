/// What a statement compares and sorts by, for whoever wants to know which index could serve it: facts of its text, that prove
/// nothing before the database was asked.
///
/// Names are without quotes and qualifiers, and may be those of any table of the statement.
package struct StatementTerms: Sendable, Hashable {
  /// One thing that an index could have.
  package struct Term: Sendable, Hashable {
    package var column: String
    /// As an index writes it: `title`, `lower(title)`, `title COLLATE NOCASE`.
    package var text: String

    /// A column, and nothing around it.
    package var isPlain: Bool { text == Self.quoted(column) }

    package init(column: String, text: String? = nil) {
      self.column = column
      self.text = text ?? Self.quoted(column)
    }

    /// A name in quotes, where it needs them.
    package static func quoted(_ name: String) -> String {
      let isWord = name.utf8.allSatisfy { $0.isOfWord } && name.utf8.first.map { !(48...57).contains($0) } == true
      let isKeyword = SQLKeyword(rawValue: name.lowercased()) != nil
      return isWord && !isKeyword ? name : "\"" + name.replacing("\"", with: "\"\"") + "\""
    }
  }

  /// One term of `ORDER BY`.
  package struct Order: Sendable, Hashable {
    package var term: Term
    package var isDescending: Bool

    package init(term: Term, isDescending: Bool = false) {
      self.term = term
      self.isDescending = isDescending
    }
  }

  /// A column that is compared with a pattern.
  package struct Pattern: Sendable, Hashable {
    package var column: String
    package var isGlob: Bool
  }

  /// Columns that conditions name, in the order of the text: those of `WHERE` and `ON`, also within subqueries.
  package private(set) var compared: [String] = []
  /// What conditions make of one column and nothing else, and an index can have: `lower(title)`, `CAST(year AS TEXT)`, `title COLLATE NOCASE`.
  package private(set) var derived: [Term] = []
  package private(set) var patterns: [Pattern] = []
  /// Of the outermost query; `nil` where it has none, or where a term of it is neither a column nor one that is derived.
  package private(set) var order: [Order]?
  package private(set) var hasOrder = false
  package private(set) var hasCondition = false
  package private(set) var hasLimit = false
  package private(set) var hasOffset = false
  package private(set) var hasGroups = false
  package private(set) var hasOr = false
  /// How many `SELECT` there are.
  package private(set) var selects = 0

  private let pieces: [Piece]
  /// Where the outermost `ORDER BY` begins.
  private var orderStart: Int?
  private var offsetStart: Int?
  private var clauses: [Clause] = []

  private struct Piece: Sendable, Hashable {
    var text: String
    var name: String
    var kind: SQLToken.Kind
    var keyword: SQLKeyword

    var isName: Bool { kind == .word || kind == .quoted }
    var isValue: Bool { kind == .parameter || kind == .number || kind == .string }
  }

  private enum Clause: Sendable, Hashable {
    case other, condition, order, group, limit
  }

  /// - Parameter sql: Normalised.
  package init(_ sql: String) {
    var sql = sql
    pieces = sql.withUTF8 { bytes in
      let tokens = SQLTokenList(bytes, dialect: .sqlite)
      return (0..<tokens.count).map { index in
        Piece(
          text: tokens.text(from: index, through: index), name: tokens.isName(index) ? tokens.name(index) : "",
          kind: tokens.kind(index), keyword: tokens.keyword(index))
      }
    }
    readClauses()
    readConditions()
    readOrder()
  }

  private func piece(_ index: Int) -> Piece {
    index >= 0 && index < pieces.count
      ? pieces[index] : Piece(text: "", name: "", kind: .end, keyword: .none)
  }

  /// Which clause each token belongs to.
  private mutating func readClauses() {
    var stack: [Clause] = [.other]
    for (index, piece) in pieces.enumerated() {
      let isOutermost = stack.count == 1
      switch piece.keyword {
      case .select:
        selects += 1
        stack[stack.count - 1] = .other
      case .from, .join, .left, .inner, .cross, .union, .except, .intersect, .set, .values, .having, .window:
        stack[stack.count - 1] = .other
      case .where:
        if isOutermost { hasCondition = true }
        stack[stack.count - 1] = .condition
      case .on: stack[stack.count - 1] = .condition
      case .group:
        if isOutermost { hasGroups = true }
        stack[stack.count - 1] = .group
      case .order:
        if isOutermost { (hasOrder, orderStart) = (true, index) }
        stack[stack.count - 1] = .order
      case .limit:
        if isOutermost { hasLimit = true }
        stack[stack.count - 1] = .limit
      case .offset where stack.last == .limit:
        if isOutermost { (hasOffset, offsetStart) = (true, index) }
      case .or where stack.last == .condition: hasOr = true
      default: break
      }
      clauses.append(stack[stack.count - 1])
      if piece.kind == .open {
        stack.append(stack[stack.count - 1])
      } else if piece.kind == .close, stack.count > 1 {
        stack.removeLast()
      }
    }
  }

  private mutating func readConditions() {
    var known: Set<String> = []
    for index in pieces.indices where clauses[index] == .condition {
      if let column = column(endingAt: index), known.insert(column.name.lowercased()).inserted {
        compared.append(column.name)
      }
      let term = derivedTerm(at: index) ?? collatedTerm(at: index)
      if let term, !derived.contains(term) { derived.append(term) }
      if [.like, .glob].contains(piece(index).keyword), piece(index + 1).isValue,
        let column = column(endingAt: index - (piece(index - 1).keyword == .not ? 2 : 1))
      {
        patterns.append(Pattern(column: column.name, isGlob: piece(index).keyword == .glob))
      }
    }
  }

  /// A column whose last token is at an index, and where it begins.
  private func column(endingAt index: Int) -> (name: String, start: Int)? {
    guard piece(index).isName, piece(index + 1).kind != .open, piece(index + 1).kind != .dot,
      piece(index - 1).keyword != .collate, piece(index - 1).keyword != .as
    else { return nil }
    var start = index
    while piece(start - 1).kind == .dot, piece(start - 2).isName { start -= 2 }
    return (piece(index).name, start)
  }

  /// A column whose first token is at an index, and its last.
  private func column(from index: Int) -> (name: String, end: Int)? {
    var end = index
    while piece(end + 1).kind == .dot, piece(end + 2).isName { end += 2 }
    return column(endingAt: end).map { ($0.name, end) }
  }

  /// Functions of SQLite that always give the same for the same value, so that an index can have them.
  private static let steady: Set<String> = [
    "lower", "upper", "length", "trim", "ltrim", "rtrim", "abs", "hex", "date", "time", "datetime", "julianday",
    "unicode",
  ]

  /// `lower(title)`, `CAST(year AS TEXT)`.
  private func derivedTerm(at index: Int) -> Term? {
    guard piece(index + 1).kind == .open, let (column, end) = column(from: index + 2) else { return nil }
    let quoted = Term.quoted(column)
    if piece(index).keyword == .cast {
      guard piece(end + 1).keyword == .as, piece(end + 2).kind == .word, piece(end + 3).kind == .close else {
        return nil
      }
      return Term(column: column, text: "CAST(\(quoted) AS \(piece(end + 2).text))")
    }
    let function = piece(index).text.lowercased()
    guard piece(index).kind == .word, Self.steady.contains(function), piece(end + 1).kind == .close else { return nil }
    return Term(column: column, text: "\(function)(\(quoted))")
  }

  /// `title COLLATE NOCASE`, also of `title = ? COLLATE NOCASE`.
  private func collatedTerm(at index: Int) -> Term? {
    guard piece(index).keyword == .collate, piece(index + 1).isName else { return nil }
    let isBehindValue = piece(index - 1).isValue
    guard let (column, _) = column(endingAt: isBehindValue ? index - 3 : index - 1) else { return nil }
    return Term(column: column, text: "\(Term.quoted(column)) COLLATE \(piece(index + 1).text)")
  }

  private mutating func readOrder() {
    guard let start = orderStart, piece(start + 1).keyword == .by else { return }
    var found: [Order] = []
    var index = start + 2
    while true {
      var order: Order
      if let term = derivedTerm(at: index) {
        order = Order(term: term)
        while piece(index).kind != .close, piece(index).kind != .end { index += 1 }
        index += 1
      } else if let (column, end) = column(from: index) {
        order = Order(term: Term(column: column))
        index = end + 1
      } else {
        return
      }
      if piece(index).keyword == .collate {
        order.term.text += " COLLATE \(piece(index + 1).text)"
        index += 2
      }
      if piece(index).keyword == .desc { order.isDescending = true }
      if [.asc, .desc].contains(piece(index).keyword) { index += 1 }
      found.append(order)
      if piece(index).kind == .comma {
        index += 1
        continue
      }
      guard piece(index).kind == .end || piece(index).keyword == .limit else { return }
      self.order = found
      return
    }
  }
}

extension StatementTerms {
  private func text(_ pieces: [Piece]) -> String { pieces.map(\.text).joined(separator: " ") }

  /// The same statement with patterns that begin with a letter: `title LIKE 'a%'`. `nil` where it has none.
  package var withPrefixes: String? {
    guard !patterns.isEmpty else { return nil }
    var pieces = pieces
    for index in pieces.indices.dropLast() where pieces[index + 1].isValue {
      if pieces[index].keyword == .like { pieces[index + 1].text = "'a%'" }
      if pieces[index].keyword == .glob { pieces[index + 1].text = "'a*'" }
    }
    return text(pieces)
  }

  /// The same statement with a column itself where a function, a cast or a sum of it and of values is compared; with what was
  /// taken away. `nil` where there is no such condition.
  package var withBareColumns: (sql: String, columns: [String])? {
    var pieces = pieces
    var columns: [String] = []
    var index = 0
    while index < pieces.count {
      guard clauses[index] == .condition, let (range, column) = wrapping(at: index) else {
        index += 1
        continue
      }
      columns.append(column.last?.name ?? "")
      for place in range { pieces[place].text = "" }
      pieces[range.lowerBound].text = column.map(\.text).joined(separator: " ")
      index = range.upperBound
    }
    return columns.isEmpty ? nil : (text(pieces.filter { !$0.text.isEmpty }), columns)
  }

  /// What stands around one column that begins at an index, and the tokens of that column.
  private func wrapping(at index: Int) -> (Range<Int>, [Piece])? {
    let isCast = piece(index).keyword == .cast
    if piece(index + 1).kind == .open, isCast || piece(index).kind == .word {
      guard piece(index - 1).keyword != .in, clauses[index] == .condition else { return nil }
      var depth = 0
      var end = index + 1
      var found: [(String, Range<Int>)] = []
      while end < pieces.count {
        if piece(end).kind == .open { depth += 1 }
        if piece(end).kind == .close { depth -= 1 }
        if depth == 0 { break }
        if piece(end).keyword == .select { return nil }
        // The type of a cast is no column.
        if let (name, start) = column(endingAt: end) { found.append((name, start..<end + 1)) }
        end += 1
      }
      guard found.count == 1, end < pieces.count else { return nil }
      return (index..<end + 1, Array(pieces[found[0].1]))
    }
    // `year + ?`
    guard let (_, end) = column(from: index), piece(index - 1).kind != .dot, piece(end + 1).kind == .symbol,
      ["+", "-", "*", "/", "||"].contains(piece(end + 1).text), piece(end + 2).isValue
    else { return nil }
    return (index..<end + 3, Array(pieces[index...end]))
  }

  /// The same pages by the last key of the one before instead of by a number of rows: for a query that has no condition.
  package func withKeys(_ columns: [String]) -> String? {
    guard let orderStart, let offsetStart, !hasCondition, !hasGroups, !columns.isEmpty, selects == 1 else { return nil }
    let names = columns.map(Term.quoted).joined(separator: ", ")
    let values = columns.map { _ in "?" }.joined(separator: ", ")
    let condition = columns.count == 1 ? "\(names) > ?" : "(\(names)) > (\(values))"
    return text(Array(pieces[..<orderStart])) + " WHERE \(condition) " + text(Array(pieces[orderStart..<offsetStart]))
  }
}

extension UInt8 {
  fileprivate var isOfWord: Bool {
    (97...122).contains(self) || (65...90).contains(self) || (48...57).contains(self) || self == 95 || self >= 128
  }
}
