/// The tokens of one text, with the parentheses paired.
package struct SQLTokenList {
  /// What stands beyond this many tokens is not looked at; no statement that a program sends is near it.
  static let limit = 1 << 20

  private let text: UnsafeBufferPointer<UInt8>
  private(set) var tokens: [SQLToken] = []
  /// For an opening parenthesis the index of the closing one, or of the end.
  private var closings: [Int32] = []

  package init(_ text: UnsafeBufferPointer<UInt8>, dialect: SQLDialect) {
    self.text = text
    var tokenizer = SQLTokenizer(text, dialect: dialect)
    var open: [Int] = []
    tokens.reserveCapacity(min(text.count / 4 + 4, Self.limit))
    while tokens.count < Self.limit {
      let token = tokenizer.next()
      if token.kind == .end { break }
      if token.kind == .hint { continue }
      closings.append(Int32.max)
      if token.kind == .open { open.append(tokens.count) }
      if token.kind == .close, let opening = open.popLast() { closings[opening] = Int32(tokens.count) }
      tokens.append(token)
    }
  }

  package var count: Int { tokens.count }

  subscript(index: Int) -> SQLToken { tokens[index] }

  package func kind(_ index: Int) -> SQLToken.Kind {
    index < tokens.count && index >= 0 ? tokens[index].kind : .end
  }

  package func keyword(_ index: Int) -> SQLKeyword {
    index < tokens.count && index >= 0 ? tokens[index].keyword : .none
  }

  func isName(_ index: Int) -> Bool {
    index < tokens.count && index >= 0 && tokens[index].isName
  }

  /// The index of the parenthesis that closes the one at `index`; the end where there is none.
  package func closing(_ index: Int) -> Int { min(Int(closings[index]), tokens.count) }

  package func bytes(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: text[tokens[index].start..<tokens[index].end])
  }

  /// The bytes from one token through another.
  package func text(from first: Int, through last: Int) -> String {
    String(decoding: text[tokens[first].start..<tokens[last].end], as: UTF8.self)
  }

  package func isSymbol(_ index: Int, _ symbol: StaticString) -> Bool {
    guard kind(index) == .symbol else { return false }
    return bytes(index).elementsEqual(UnsafeBufferPointer(start: symbol.utf8Start, count: symbol.utf8CodeUnitCount))
  }

  /// Whether a name is this one, which is in lower case.
  func isWord(_ index: Int, _ word: StaticString) -> Bool {
    guard kind(index) == .word, tokens[index].end - tokens[index].start == word.utf8CodeUnitCount else { return false }
    return bytes(index).lazy.map { $0 | 0x20 }
      .elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }

  /// A name without its quotes; a string counts, because SQLite takes one for a name where only a name can stand.
  package func name(_ index: Int) -> String {
    let bytes = bytes(index)
    guard let quote = bytes.first, kind(index) != .word, kind(index) != .keyword, bytes.count >= 2 else {
      return String(decoding: bytes, as: UTF8.self)
    }
    let inner = bytes.dropFirst().dropLast()
    if quote == UInt8(ascii: "[") || !inner.contains(quote) { return String(decoding: inner, as: UTF8.self) }
    var name: [UInt8] = []
    var isDoubled = false
    for byte in inner {
      isDoubled = byte == quote && !isDoubled
      if !isDoubled { name.append(byte) }
    }
    return String(decoding: name, as: UTF8.self)
  }
}
