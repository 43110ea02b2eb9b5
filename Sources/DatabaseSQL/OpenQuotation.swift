/// Texts in which it is not known where a quotation ends.
enum OpenQuotation {
  /// The text up to the first quotation, which becomes a value.
  ///
  /// - Parameter quote: The quote of the quotations that count; `nil`: all strings.
  /// - Returns: `nil` where there is none.
  static func cut(_ text: UnsafeBufferPointer<UInt8>, quote: UInt8?, dialect: SQLDialect) -> String? {
    var tokenizer = SQLTokenizer(text, dialect: dialect)
    while true {
      let token = tokenizer.next()
      switch token.kind {
      case .end: return nil
      case .string, .quoted:
        let bytes = text[token.start..<token.end]
        let isMeant =
          if let quote {
            bytes.first == quote || (token.kind == .string && bytes.contains(quote))
          } else {
            token.kind == .string || (bytes.first == UInt8(ascii: "\"") && tokenizer.continuesName(token.end))
          }
        if isMeant { return String(decoding: text[..<token.start], as: UTF8.self) + "?" }
      default: continue
      }
    }
  }
}
