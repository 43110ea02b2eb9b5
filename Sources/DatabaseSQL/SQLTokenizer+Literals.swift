extension SQLTokenizer {
  /// `x'…'`, `N'…'`, `E'…'`, `B'…'`, and MySQL's `_utf8mb4'…'`.
  func isStringPrefix(_ start: Int, _ end: Int) -> Bool {
    if end - start == 1 {
      switch base[start] | 0x20 {
      case UInt8(ascii: "x"), UInt8(ascii: "n"), UInt8(ascii: "e"), UInt8(ascii: "b"): return true
      default: return false
      }
    }
    return isMySQL && base[start] == UInt8(ascii: "_")
  }

  mutating func prefixedString(_ start: Int, _ quote: Int) -> SQLToken {
    let hasEscapes = isMySQL || base[start] | 0x20 == UInt8(ascii: "e")
    return string(start, quoteAt: quote, hasEscapes: hasEscapes)
  }

  mutating func string(_ start: Int, quoteAt quote: Int, hasEscapes: Bool) -> SQLToken {
    guard let end = endOfQuotation(quote, closing: base[quote], hasEscapes: hasEscapes || isGuessed) else {
      openQuote = base[quote]
      return finish(.string, start, count, endsValue: true)
    }
    // A word that touches the end was a part of it: the quote in the middle of `'O'Hara'` was meant as text.
    if end < count, classes[Int(base[end])] == ByteClass.letter, !isKeyword(from: end) {
      return finish(.string, start, count, endsValue: true)
    }
    return finish(.string, start, end, endsValue: true)
  }

  private func isKeyword(from start: Int) -> Bool {
    var end = start
    while continuesName(end) { end += 1 }
    return tables.keyword(base + start, length: end - start, readable: count - start).0 != .none
  }

  /// `U&"…"` of PostgreSQL is left to the operator `&`; what counts is that the quotation is found.
  mutating func doubleQuoted(_ start: Int) -> SQLToken? {
    isMySQL ? string(start, quoteAt: start, hasEscapes: true) : quoted(start, closing: UInt8(ascii: "\""))
  }

  mutating func quoted(_ start: Int, closing: UInt8) -> SQLToken {
    guard let end = endOfQuotation(start, closing: closing, hasEscapes: isGuessed) else {
      openQuote = closing
      return finish(.string, start, count, endsValue: true)
    }
    return finish(.quoted, start, end, endsValue: true)
  }

  /// The index after the closing quote; a doubled one belongs to the text, but brackets have no such escape.
  @inline(__always)
  private func endOfQuotation(_ quote: Int, closing: UInt8, hasEscapes: Bool) -> Int? {
    if hasEscapes { return endOfEscapedQuotation(quote, closing: closing) }
    var index = quote &+ 1
    while let end = firstIndex(of: closing, from: index) {
      guard end &+ 1 < count, base[end &+ 1] == closing, closing != UInt8(ascii: "]") else { return end &+ 1 }
      index = end &+ 2
    }
    return nil
  }

  @inline(never)
  private func endOfEscapedQuotation(_ quote: Int, closing: UInt8) -> Int? {
    var index = quote + 1
    while index < count {
      if base[index] == UInt8(ascii: "\\") {
        // An escape in one dialect, the end of the text in another.
        if isGuessed, index &+ 1 < count, base[index &+ 1] == closing { return nil }
        index &+= 2
      } else if base[index] == closing {
        guard index &+ 1 < count, base[index &+ 1] == closing else { return index &+ 1 }
        index &+= 2
      } else {
        index &+= 1
      }
    }
    return nil
  }

  /// The index of a byte that is ASCII; eight bytes are looked at at a time.
  @inline(__always)
  func firstIndex(of byte: UInt8, from start: Int) -> Int? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let pattern = ones &* UInt64(byte)
    var index = start
    while index &+ 8 <= count {
      let difference = UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)) ^ pattern
      // The lowest byte that is zero has its high bit set; a carry can only reach the bytes above it.
      let zeros = (difference &- ones) & ~difference & 0x8080_8080_8080_8080
      if zeros != 0 { return index &+ zeros.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    while index < count {
      if base[index] == byte { return index }
      index &+= 1
    }
    return nil
  }

  /// A number in any notation, and what is glued to it: `1`, `1.5e-3`, `.5`, `0x1F`, `1_000`.
  mutating func number(_ start: Int) -> SQLToken {
    var index = start
    while continuesDigits(index) { index += 1 }
    if isMySQL, index > start, continuesName(index), !isExponent(index), !isRadix(start, index) {
      while continuesName(index) { index += 1 }
      return finish(.word, start, index, endsValue: true)
    }
    if byte(at: index) == UInt8(ascii: ".") {
      index += 1
      while continuesDigits(index) { index += 1 }
    }
    if isExponent(index) {
      index += byte(at: index + 1) == UInt8(ascii: "+") || byte(at: index + 1) == UInt8(ascii: "-") ? 2 : 1
    }
    while continuesName(index) { index += 1 }
    return finish(.number, start, index, endsValue: true)
  }

  private func continuesDigits(_ index: Int) -> Bool {
    index < count && (classes[Int(base[index])] == ByteClass.digit || base[index] == UInt8(ascii: "_"))
  }

  private func isExponent(_ index: Int) -> Bool {
    guard byte(at: index) | 0x20 == UInt8(ascii: "e") else { return false }
    let next = byte(at: index + 1)
    let digit = next == UInt8(ascii: "+") || next == UInt8(ascii: "-") ? byte(at: index + 2) : next
    return classes[Int(digit)] == ByteClass.digit
  }

  private func isRadix(_ start: Int, _ index: Int) -> Bool {
    guard index == start + 1, base[start] == UInt8(ascii: "0") else { return false }
    let letter = base[index] | 0x20
    return letter == UInt8(ascii: "x") || letter == UInt8(ascii: "b")
  }

  /// `?` and `?1`; in PostgreSQL `?|` and the like are operators where a value has just ended.
  ///
  /// A lone `?` is a parameter even where it is PostgreSQL's operator: it looks the same as a value that was folded.
  mutating func question(_ start: Int) -> SQLToken {
    if isPostgreSQL, previousEndsValue, endOfOperator(start) > start + 1 { return symbol(start) }
    var index = start + 1
    while index < count, classes[Int(base[index])] == ByteClass.digit { index += 1 }
    return finish(.parameter, start, index, endsValue: true)
  }

  /// Parameters that begin with `:`, `@`, `$` or `%`, and what else these characters begin.
  mutating func parameter(_ start: Int, _ byteClass: UInt8) -> SQLToken {
    let next = byte(at: start + 1)
    switch byteClass {
    case ByteClass.colon:
      if next == UInt8(ascii: ":") { return finish(.cast, start, start + 2, endsValue: false) }
      if next == UInt8(ascii: "=") { return finish(.symbol, start, start + 2, endsValue: false) }
      if continuesName(start + 1), !isPostgreSQL || !previousEndsValue { return named(start) }
    case ByteClass.at:
      if isPostgreSQL { return symbol(start) }
      if next == UInt8(ascii: "@"), continuesName(start + 2) {
        return finish(.word, start, endOfParameterName(start + 2), endsValue: true)
      }
      if continuesName(start + 1) { return named(start) }
    case ByteClass.dollar:
      if isPostgreSQL || isGuessed, let end = endOfDollarQuotation(start) {
        return finish(.string, start, end, endsValue: true)
      }
      if continuesName(start + 1) { return named(start) }
    case ByteClass.percent:
      if !previousEndsValue, let end = endOfFormat(start) { return finish(.parameter, start, end, endsValue: true) }
    default: break
    }
    return symbol(start)
  }

  private mutating func named(_ start: Int) -> SQLToken {
    var index = endOfParameterName(start + 1)
    if index < count, base[index] == UInt8(ascii: "(") || base[index] == UInt8(ascii: ":"), !isPostgreSQL, !isMySQL {
      index = endOfSuffixes(index)
    }
    return finish(.parameter, start, index, endsValue: true)
  }

  private func endOfParameterName(_ start: Int) -> Int {
    var index = start
    while continuesName(index) { index += 1 }
    return index
  }

  /// SQLite's parameters for Tcl, `$name::more(anything)`. See [parameters](https://www.sqlite.org/lang_expr.html#parameters).
  private func endOfSuffixes(_ start: Int) -> Int {
    var index = start
    while byte(at: index) == UInt8(ascii: ":"), byte(at: index + 1) == UInt8(ascii: ":") {
      index += 2
      while continuesName(index) { index += 1 }
    }
    guard byte(at: index) == UInt8(ascii: "(") else { return index }
    while index < count, base[index] != UInt8(ascii: ")"), classes[Int(base[index])] != ByteClass.space { index += 1 }
    return byte(at: index) == UInt8(ascii: ")") ? index + 1 : index
  }

  /// `%s` and `%(name)s` of Python's drivers.
  private func endOfFormat(_ start: Int) -> Int? {
    var index = start + 1
    if byte(at: index) == UInt8(ascii: "(") {
      index += 1
      while continuesName(index) { index += 1 }
      guard byte(at: index) == UInt8(ascii: ")") else { return nil }
      index += 1
    }
    guard byte(at: index) == UInt8(ascii: "s"), !continuesName(index + 1) else { return nil }
    return index + 1
  }

  /// `$$ … $$` and `$tag$ … $tag$`; to the end of the text where the second tag is missing.
  private func endOfDollarQuotation(_ start: Int) -> Int? {
    var index = start + 1
    if index < count, classes[Int(base[index])] == ByteClass.digit { return nil }
    while continuesName(index), base[index] != UInt8(ascii: "$") { index += 1 }
    guard byte(at: index) == UInt8(ascii: "$") else { return nil }
    let tag = index + 1 - start
    index += 1
    while index + tag <= count {
      if base[index] == UInt8(ascii: "$"), hasTag(at: index, from: start, length: tag) { return index + tag }
      index += 1
    }
    return count
  }

  private func hasTag(at index: Int, from start: Int, length: Int) -> Bool {
    var offset = 1
    while offset < length, base[index + offset] == base[start + offset] { offset += 1 }
    return offset == length
  }

  /// An operator, as long as the dialect lets it be.
  mutating func symbol(_ start: Int) -> SQLToken {
    if isMySQL, base[start] == UInt8(ascii: "*"), let token = versionCommentEnd(start) { return token }
    let end = isPostgreSQL ? endOfOperator(start) : start + operatorLength(start)
    return finish(.symbol, start, end, endsValue: false)
  }

  private func operatorLength(_ start: Int) -> Int {
    let second = byte(at: start + 1)
    let third = byte(at: start + 2)
    switch (base[start], second) {
    case (UInt8(ascii: "-"), UInt8(ascii: ">")): return third == UInt8(ascii: ">") ? 3 : 2
    case (UInt8(ascii: "<"), UInt8(ascii: "=")): return third == UInt8(ascii: ">") ? 3 : 2
    case (UInt8(ascii: "<"), UInt8(ascii: ">")), (UInt8(ascii: "<"), UInt8(ascii: "<")),
      (UInt8(ascii: ">"), UInt8(ascii: "=")), (UInt8(ascii: ">"), UInt8(ascii: ">")),
      (UInt8(ascii: "="), UInt8(ascii: "=")), (UInt8(ascii: "!"), UInt8(ascii: "=")),
      (UInt8(ascii: "|"), UInt8(ascii: "|")), (UInt8(ascii: "&"), UInt8(ascii: "&")),
      (UInt8(ascii: "@"), UInt8(ascii: ">")):
      return 2
    default: return 1
    }
  }

  /// PostgreSQL's rule: the longest run of operator characters, without a comment, and without a sign at its end
  /// unless it has one of the characters that only operators of PostgreSQL have.
  private func endOfOperator(_ start: Int) -> Int {
    var index = start
    var isSpecial = false
    while index < count {
      let byte = base[index]
      switch byte {
      case UInt8(ascii: "-"), UInt8(ascii: "/"):
        let comment = byte == UInt8(ascii: "-") ? byte : UInt8(ascii: "*")
        if index > start, self.byte(at: index + 1) == comment { return withoutSigns(start, index, isSpecial) }
      case UInt8(ascii: "+"), UInt8(ascii: "*"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "="): break
      case UInt8(ascii: "?"):
        if index > start, base[index - 1] != UInt8(ascii: "@") { return withoutSigns(start, index, isSpecial) }
        isSpecial = true
      case UInt8(ascii: "%"):
        if index > start, endOfFormat(index) != nil { return withoutSigns(start, index, isSpecial) }
        isSpecial = true
      case UInt8(ascii: "~"), UInt8(ascii: "!"), UInt8(ascii: "@"), UInt8(ascii: "#"), UInt8(ascii: "^"),
        UInt8(ascii: "&"), UInt8(ascii: "|"):
        isSpecial = true
      default: return max(withoutSigns(start, index, isSpecial), start + 1)
      }
      index += 1
    }
    return max(withoutSigns(start, index, isSpecial), start + 1)
  }

  private func withoutSigns(_ start: Int, _ end: Int, _ isSpecial: Bool) -> Int {
    if isSpecial { return end }
    var end = end
    while end > start + 1, base[end - 1] == UInt8(ascii: "+") || base[end - 1] == UInt8(ascii: "-") { end -= 1 }
    return end
  }
}
