/// One token of SQL text: what it is and where it stands.
struct SQLToken {
  enum Kind: UInt8 {
    case end
    /// An unquoted name.
    case word
    case keyword
    /// A name in double quotes, backticks or brackets.
    case quoted
    /// A string of any kind, or a quotation that never ends.
    case string
    case number
    case parameter
    case open, close, openBracket, closeBracket
    case comma, dot, semicolon
    /// `::`
    case cast
    case symbol
    /// A comment that the database obeys: `/*+ … */`, in MySQL also the ends of `/*! … */`.
    case hint
  }

  var kind: Kind
  var keyword = SQLKeyword.none
  var start: Int
  var end: Int

  var isName: Bool { kind == .word || kind == .quoted }
  var isValue: Bool { kind == .string || kind == .number || kind == .parameter }
}
