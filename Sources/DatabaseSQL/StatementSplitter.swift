extension StatementShape {
  /// The shapes of the statements in a text, which are separated by `;`.
  ///
  /// The body of a `CREATE TRIGGER`, and of a procedure between `BEGIN` and `END`, belongs to its statement. What has
  /// no token but comments is no statement.
  ///
  /// ```swift
  /// StatementShape.statements(in: "BEGIN; DELETE FROM book; COMMIT").map(\.kind)
  /// // [.transaction, .delete, .transaction]
  /// ```
  public static func statements(in sql: String, dialect: SQLDialect = .sqlite) -> [StatementShape] {
    var sql = sql
    return sql.withUTF8 { text in
      var splitter = StatementSplitter(text, dialect: dialect)
      var shapes: [StatementShape] = []
      while let range = splitter.next() {
        shapes.append(StatementShape(utf8: UnsafeBufferPointer(rebasing: text[range]), dialect: dialect))
      }
      return shapes
    }
  }
}

extension StatementShape {
  /// The texts of the statements in a text, as they are written there, without the `;` behind them.
  package static func texts(in sql: String, dialect: SQLDialect) -> [String] {
    var sql = sql
    return sql.withUTF8 { text in
      var splitter = StatementSplitter(text, dialect: dialect)
      var texts: [String] = []
      while let range = splitter.next() {
        texts.append(String(decoding: UnsafeBufferPointer(rebasing: text[range]), as: UTF8.self))
      }
      return texts
    }
  }
}

/// Finds the statements of a text.
struct StatementSplitter {
  private var tokenizer: SQLTokenizer

  init(_ text: UnsafeBufferPointer<UInt8>, dialect: SQLDialect) {
    tokenizer = SQLTokenizer(text, dialect: dialect)
  }

  /// The range of the next statement that has a token.
  mutating func next() -> Range<Int>? {
    var start: Int?
    var verb = SQLKeyword.none
    var hasBody = false
    var isBodyOpen = false
    // A body ends with `END` that follows a `;`, as `sqlite3_complete` has it.
    var isAfterEnd = false
    var isAfterSemicolon = false
    while true {
      let token = tokenizer.next()
      switch token.kind {
      case .end: return start.map { $0..<token.start }
      case .semicolon:
        guard let first = start else { continue }
        if isBodyOpen, !isAfterEnd {
          isAfterSemicolon = true
          continue
        }
        return first..<token.start
      default:
        if start == nil {
          start = token.start
          verb = token.keyword
        }
        switch token.keyword {
        case .trigger, .procedure, .function: if verb == .create { hasBody = true }
        case .begin: if hasBody { isBodyOpen = true }
        default: break
        }
        isAfterEnd = token.keyword == .end && isAfterSemicolon
        isAfterSemicolon = false
      }
    }
  }
}
