/// One token of SQL text: what it is and where it stands.
package struct SQLToken {
  package enum Kind: UInt8 {
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

  package var kind: Kind
  var keyword = SQLKeyword.none
  package var start: Int
  package var end: Int

  var isName: Bool { kind == .word || kind == .quoted }
  var isValue: Bool { kind == .string || kind == .number || kind == .parameter }
}
