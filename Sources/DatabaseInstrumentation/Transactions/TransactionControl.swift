internal import DatabaseSupport

/// What a statement of kind `transaction` asks for.
package enum TransactionControl: Sendable, Hashable {
  case begin(TransactionRecord.Mode)
  case commit
  case rollback
  /// Names are folded to lower case, as SQLite compares them.
  case savepoint(String)
  case release(String)
  case rollbackTo(String)

  private static let memo = TextMemo<TransactionControl?>()

  /// - Returns: `nil` for what is no such statement.
  package init?(_ sql: String) {
    let control = Self.memo.meaning(of: sql) { sql in
      var sql = sql
      return sql.withUTF8 { TransactionControl(utf8: $0) }
    }
    guard let control else { return nil }
    self = control
  }

  /// The same over bytes.
  package init?(utf8 sql: UnsafeBufferPointer<UInt8>) {
    let words = Self.words(of: sql)
    guard let verb = words.first else { return nil }
    switch verb.keyword {
    case "BEGIN", "START":
      switch words.dropFirst().first?.keyword {
      case "IMMEDIATE": self = .begin(.immediate)
      case "EXCLUSIVE": self = .begin(.exclusive)
      default: self = .begin(.deferred)
      }
    case "COMMIT", "END":
      self = .commit
    case "ROLLBACK":
      let rest = words.dropFirst().drop { $0.keyword == "TRANSACTION" || $0.keyword == "WORK" }
      guard rest.first?.keyword == "TO" else {
        self = .rollback
        return
      }
      guard let name = Self.name(in: rest.dropFirst()) else { return nil }
      self = .rollbackTo(name)
    case "SAVEPOINT":
      guard let name = words.dropFirst().first?.name else { return nil }
      self = .savepoint(name)
    case "RELEASE":
      guard let name = Self.name(in: words.dropFirst()) else { return nil }
      self = .release(name)
    default:
      return nil
    }
  }

  /// After `RELEASE` and `ROLLBACK TO` the word SAVEPOINT may stand; a savepoint may also bear that name.
  private static func name(in words: ArraySlice<Word>) -> String? {
    guard let first = words.first else { return nil }
    if first.keyword == "SAVEPOINT", let second = words.dropFirst().first { return second.name }
    return first.name
  }

  private struct Word {
    /// In capitals; `nil` for what is quoted.
    var keyword: String?
    var name: String
  }

  private static func words(of sql: UnsafeBufferPointer<UInt8>) -> [Word] {
    var tokenizer = SQLTokenizer(sql, dialect: .sqlite)
    var words: [Word] = []
    while words.count < 8 {
      let token = tokenizer.next()
      if token.kind == .end || (token.kind == .semicolon && !words.isEmpty) { break }
      if token.kind == .hint || token.kind == .semicolon { continue }
      let text = String(decoding: UnsafeBufferPointer(rebasing: sql[token.start..<token.end]), as: UTF8.self)
      let isQuoted = token.kind == .quoted || token.kind == .string
      words.append(
        Word(
          keyword: isQuoted ? nil : text.uppercased(),
          name: (isQuoted ? unquoted(text) : text).asciiLowercased))
    }
    return words
  }

  private static func unquoted(_ text: String) -> String {
    guard let quote = text.first, text.count >= 2 else { return text }
    let inner = String(text.dropFirst().dropLast())
    guard quote != "[", inner.contains(quote) else { return inner }
    var result = ""
    var isSecond = false
    for character in inner {
      if character == quote, !isSecond {
        isSecond = true
        result.append(character)
      } else if character != quote {
        isSecond = false
        result.append(character)
      } else {
        isSecond = false
      }
    }
    return result
  }
}
