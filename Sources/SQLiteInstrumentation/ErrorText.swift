/// SQLite's messages without what may be a value: they put what they quote between double quotes.
struct ErrorText {
  private let message: String

  init(_ message: String) {
    self.message = message
  }

  /// Of a statement that could not be prepared. It quotes the token that was not understood: words and punctuation are part
  /// of the statement's text and help, strings and numbers are values: `near "SELEC": syntax error`, `near "…": syntax error`.
  var ofPreparation: String {
    guard let quoted = quoted else { return message }
    let token = message[quoted]
    let isWord = token.count <= 40 && token.unicodeScalars.allSatisfy { $0 == "_" || $0.properties.isAlphabetic }
    let isPunctuation =
      token.count <= 2 && !token.unicodeScalars.contains { $0.properties.isAlphabetic || ("0"..."9").contains($0) }
    return isWord || isPunctuation ? message : message.replacingSubrange(quoted)
  }

  /// Of a statement that failed while it ran. What it quotes comes from values, such as the text of a full text search.
  var ofExecution: String {
    quoted.map { message.replacingSubrange($0) } ?? message
  }

  private var quoted: Range<String.Index>? {
    guard let open = message.firstIndex(of: "\""), let close = message.lastIndex(of: "\""), open < close else {
      return nil
    }
    return message.index(after: open)..<close
  }
}

extension String {
  fileprivate func replacingSubrange(_ range: Range<Index>) -> String {
    String(self[..<range.lowerBound]) + "…" + self[range.upperBound...]
  }
}
