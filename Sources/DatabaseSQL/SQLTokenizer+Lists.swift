/// Lists of hundreds of keys and of hundreds of rows are what is longest in SQL, and nothing of them is left but the
/// first element. What is plain in them is passed over without making tokens of it; at anything else the tokenizer goes
/// on where the last plain element ended.
extension SQLTokenizer {
  /// Skips plain numbers and parameters with the commas between them, after a comma of a list.
  ///
  /// - Returns: Whether nothing is left of the list, so that the comma before is one too many.
  mutating func skipPlainElements() -> Bool {
    var index = position
    while true {
      while index < count, base[index] == UInt8(ascii: " ") { index &+= 1 }
      let start = index
      if index < count, base[index] == UInt8(ascii: "?") { index &+= 1 }
      while index < count, classes[Int(base[index])] == ByteClass.digit { index &+= 1 }
      if index == start { return false }
      while index < count, base[index] == UInt8(ascii: " ") { index &+= 1 }
      guard index < count else { return false }
      if base[index] == UInt8(ascii: ")") {
        position = index
        previousEndsValue = true
        return true
      }
      guard base[index] == UInt8(ascii: ",") else { return false }
      index &+= 1
      position = index
    }
  }

  /// Skips `, (…)` as often as the tuple has so many plain values, after the closing parenthesis of such a tuple.
  mutating func skipPlainTuples(width: Int) {
    while let end = endOfPlainTuple(skipSpace(position), width: width) { position = end }
  }

  /// The index after the parenthesis that closes the tuple, if there is a comma at `start` and a plain tuple after it.
  private func endOfPlainTuple(_ start: Int, width: Int) -> Int? {
    guard byte(at: start) == UInt8(ascii: ",") else { return nil }
    var index = skipSpace(start &+ 1)
    guard byte(at: index) == UInt8(ascii: "(") else { return nil }
    for remaining in (0..<width).reversed() {
      guard let end = endOfPlainValue(skipSpace(index &+ 1)) else { return nil }
      index = skipSpace(end)
      guard byte(at: index) == (remaining == 0 ? UInt8(ascii: ")") : UInt8(ascii: ",")) else { return nil }
    }
    return index &+ 1
  }

  @inline(__always)
  private func skipSpace(_ start: Int) -> Int {
    var index = start
    while index < count, classes[Int(base[index])] == ByteClass.space { index &+= 1 }
    return index
  }

  /// The end of a number, a string without escapes, a numbered parameter or `NULL`.
  @inline(__always)
  private func endOfPlainValue(_ start: Int) -> Int? {
    guard start < count else { return nil }
    var index = start
    switch base[start] {
    case UInt8(ascii: "'"):
      // MySQL's strings have escapes.
      guard !isMySQL, !isGuessed, let quote = firstIndex(of: UInt8(ascii: "'"), from: start &+ 1),
        byte(at: quote &+ 1) != UInt8(ascii: "'")
      else { return nil }
      return quote &+ 1
    case UInt8(ascii: "?"):
      index &+= 1
      while index < count, classes[Int(base[index])] == ByteClass.digit { index &+= 1 }
      return index
    case UInt8(ascii: "n"), UInt8(ascii: "N"):
      guard start &+ 4 <= count else { return nil }
      let word = UInt32(littleEndian: UnsafeRawPointer(base + start).loadUnaligned(as: UInt32.self)) | 0x2020_2020
      return word == 0x6C6C_756E && !continuesName(start &+ 4) ? start &+ 4 : nil
    case UInt8(ascii: "-"):
      index &+= 1
      fallthrough
    default:
      let digits = index
      while index < count, classes[Int(base[index])] == ByteClass.digit { index &+= 1 }
      guard index > digits else { return nil }
      if byte(at: index) == UInt8(ascii: ".") {
        index &+= 1
        while index < count, classes[Int(base[index])] == ByteClass.digit { index &+= 1 }
      }
      return continuesName(index) ? nil : index
    }
  }
}
