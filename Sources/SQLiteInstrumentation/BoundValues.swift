internal import DatabaseInstrumentation

/// The bound values of a statement, read from its text with the values put in.
///
/// SQLite gives them in no other way to somebody who did not bind them.
enum BoundValues {
  /// - Parameters:
  ///   - sql: The text with parameters.
  ///   - expanded: The same text with a literal for each of them.
  /// - Returns: The literals in the order of the text, without the quotes of strings; `nil` for NULL. Empty where the
  ///   texts do not match.
  static func of(_ sql: String, expanded: String) -> [String?] {
    var (sql, expanded) = (sql, expanded)
    return sql.withUTF8 { sql in
      expanded.withUTF8 { expanded in
        values(SQLTokenList(sql, dialect: .sqlite), SQLTokenList(expanded, dialect: .sqlite))
      }
    }
  }

  private static func values(_ template: SQLTokenList, _ filled: SQLTokenList) -> [String?] {
    var values: [String?] = []
    var place = 0
    for index in 0..<template.count {
      guard template.kind(index) == .parameter else {
        guard template.kind(index) == filled.kind(place) else { return [] }
        place += 1
        continue
      }
      let isSigned = filled.isSymbol(place, "-")
      let literal = isSigned ? place + 1 : place
      guard literal < filled.count else { return [] }
      let isText = filled.bytes(literal).first == UInt8(ascii: "'")
      let text = isText ? filled.name(literal) : filled.text(from: literal, through: literal)
      values.append(!isText && text.uppercased() == "NULL" ? nil : isSigned ? "-" + text : text)
      place = literal + 1
    }
    return values
  }
}
