/// Replaces the values of some columns in SQL text, and every value whose column the text does not show.
package struct ColumnRedactor {
  private let tokens: SQLTokenList
  private let text: UnsafeBufferPointer<UInt8>
  private let masked: Set<String>
  /// The columns that an `INSERT` names, by position.
  private var insertedColumns: [String] = []

  /// - Parameter masked: In lower case.
  package static func redact(_ sql: String, columns masked: Set<String>, dialect: SQLDialect) -> String {
    var sql = sql
    return sql.withUTF8 { text in
      var redactor = ColumnRedactor(text, masked, dialect)
      return redactor.redacted()
    }
  }

  private init(_ text: UnsafeBufferPointer<UInt8>, _ masked: Set<String>, _ dialect: SQLDialect) {
    tokens = SQLTokenList(text, dialect: dialect)
    self.text = text
    self.masked = masked
  }

  private mutating func redacted() -> String {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var end = 0
    for index in 0..<tokens.count {
      let token = tokens[index]
      copyGap(end..<token.start, to: &result)
      end = token.end
      noteColumns(at: index)
      if isValue(index), !isShown(index) {
        result.append(UInt8(ascii: "?"))
      } else {
        result.append(contentsOf: text[token.start..<token.end])
      }
    }
    // Beyond the limit of tokens, and in an open comment, nothing is known.
    if tokens.count < SQLTokenList.limit { copyGap(end..<text.count, to: &result) }
    return String(decoding: result, as: UTF8.self)
  }

  /// White space stays; a comment may hold anything and becomes one space.
  private func copyGap(_ gap: Range<Int>, to result: inout [UInt8]) {
    let isSpace = text[gap].allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
    if isSpace { result.append(contentsOf: text[gap]) } else { result.append(UInt8(ascii: " ")) }
  }

  private mutating func noteColumns(at index: Int) {
    guard tokens.keyword(index) == .into else { return }
    insertedColumns = []
    var next = index + 1
    while tokens.isName(next) || tokens.kind(next) == .dot { next += 1 }
    guard tokens.kind(next) == .open else { return }
    for column in next + 1..<max(next + 1, tokens.closing(next)) where tokens.isName(column) {
      insertedColumns.append(tokens.name(column).lowercased())
    }
  }

  private func isValue(_ index: Int) -> Bool {
    switch tokens.kind(index) {
    case .string, .number: true
    // SQLite takes a name in double quotes for a string where there is no such column.
    case .quoted:
      tokens.kind(index + 1) != .dot && (isCompared(before: index) || isElement(index) && list(around: index) != nil)
    default: false
    }
  }

  private func isShown(_ index: Int) -> Bool {
    guard let column = column(of: index) else { return false }
    return !masked.contains(column)
  }

  private func column(of index: Int) -> String? {
    let first = isSign(index - 1) ? index - 1 : index
    if isElement(index), let list = list(around: index) { return list }
    guard isCompared(before: first), endsOperand(index + 1) else { return nil }
    return columnBeforeOperator(first - 1)
  }

  /// Whether the value is a whole element of a list in parentheses.
  private func isElement(_ index: Int) -> Bool {
    let before = isSign(index - 1) ? index - 2 : index - 1
    let isBegun = tokens.kind(before) == .open || tokens.kind(before) == .comma
    let isEnded = tokens.kind(index + 1) == .close || tokens.kind(index + 1) == .comma
    return isBegun && isEnded
  }

  /// The column that an element of a list belongs to: of `column IN (…)`, or of a tuple of `VALUES`; empty for a column
  /// that is not named.
  private func list(around index: Int) -> String? {
    var position = 0
    var depth = 0
    var open = index - 1
    while open >= 0 {
      switch tokens.kind(open) {
      case .close: depth += 1
      case .open where depth > 0: depth -= 1
      case .open:
        if tokens.keyword(open - 1) == .in { return columnBeforeOperator(open - 1) }
        guard isTuple(open) else { return nil }
        return insertedColumns.indices.contains(position) ? insertedColumns[position] : nil
      case .comma where depth == 0: position += 1
      default: break
      }
      open -= 1
    }
    return nil
  }

  /// Whether the parenthesis opens a tuple of `VALUES`.
  private func isTuple(_ open: Int) -> Bool {
    var index = open - 1
    while index >= 0 {
      if tokens.keyword(index) == .values { return true }
      guard tokens.kind(index) == .comma, tokens.kind(index - 1) == .close else { return false }
      var depth = 0
      index -= 1
      while index >= 0 {
        if tokens.kind(index) == .close { depth += 1 }
        if tokens.kind(index) == .open { depth -= 1 }
        index -= 1
        if depth == 0 { break }
      }
    }
    return false
  }

  private func isSign(_ index: Int) -> Bool { tokens.isSymbol(index, "-") || tokens.isSymbol(index, "+") }

  private func isCompared(before index: Int) -> Bool { isOperator(index - 1) }

  private func isOperator(_ index: Int) -> Bool {
    switch tokens.keyword(index) {
    case .like, .glob, .is, .regexp, .match: return true
    case .not: return tokens.keyword(index - 1) == .is
    default: break
    }
    guard tokens.kind(index) == .symbol else { return false }
    return ["=", "==", "<>", "!=", "<", ">", "<=", ">="].contains(String(decoding: tokens.bytes(index), as: UTF8.self))
  }

  /// The column on the left of an operator of one or two words.
  private func columnBeforeOperator(_ last: Int) -> String? {
    var index = last
    while isOperator(index) || tokens.keyword(index) == .not || tokens.keyword(index) == .in { index -= 1 }
    guard tokens.isName(index) else { return nil }
    let before = tokens.kind(index - 1)
    // An operand of arithmetic is no column that is compared.
    guard before == .dot || before == .keyword || before == .open || before == .comma || index == 0 else { return nil }
    return tokens.name(index).lowercased()
  }

  private func endsOperand(_ index: Int) -> Bool {
    switch tokens.kind(index) {
    case .end, .close, .comma, .semicolon, .keyword: true
    default: false
    }
  }
}
