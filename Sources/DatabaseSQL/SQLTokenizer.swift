/// Takes SQL text apart, one token for each call, in one pass over its bytes.
///
/// Nothing is allocated and no input traps: what is no SQL comes out as symbols. A quotation or a comment that never
/// ends reaches to the end of the text. The tokenizer knows as much grammar as it takes to tell a keyword from a
/// column of the same name, and a parameter from an operator: whether the token before it ended a value.
///
/// The bytes must outlive it.
package struct SQLTokenizer {
  let base: UnsafePointer<UInt8>
  let count: Int
  let classes: UnsafePointer<UInt8>
  let tables: SQLTables
  let isPostgreSQL: Bool
  let isMySQL: Bool
  let isGuessed: Bool

  /// The quote that a quotation without an end begins with; 0 where all end.
  var openQuote: UInt8 = 0
  var position = 0
  var previousEndsValue = false
  var previousKind = SQLToken.Kind.semicolon
  var previousKeyword = SQLKeyword.none
  var keywordBefore = SQLKeyword.none
  private var isVersionComment = false

  package init(_ text: UnsafeBufferPointer<UInt8>, dialect: SQLDialect) {
    tables = SQLTables.shared
    classes = tables.classes
    base = text.baseAddress ?? tables.classes
    count = text.count
    isPostgreSQL = dialect.isPostgreSQL
    isMySQL = dialect.isMySQL
    isGuessed = dialect.isGuessed
  }

  @inline(__always)
  func byte(at index: Int) -> UInt8 {
    index < count ? base[index] : 0
  }

  @inline(__always)
  func continuesName(_ index: Int) -> Bool {
    index < count && classes[Int(base[index])] & ByteClass.continuesName != 0
  }

  /// The index of the first byte that continues no name.
  ///
  /// Eight bytes at a time: a loop over bytes ends where no processor expects it, at each name.
  @inline(__always)
  private func endOfName(_ start: Int) -> Int {
    var index = start
    while index &+ 8 <= count {
      let bytes = UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
      let others = NameBytes.others(in: bytes)
      if others != 0 { return index &+ others.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    while index < count, classes[Int(base[index])] & ByteClass.continuesName != 0 { index &+= 1 }
    return index
  }

  /// The next token; `.end` when there is none, as often as one asks.
  @inline(__always)
  package mutating func next() -> SQLToken {
    // The one space before most tokens, without a branch to mispredict.
    if position < count { position &+= base[position] == UInt8(ascii: " ") ? 1 : 0 }
    while position < count {
      let start = position
      let byteClass = classes[Int(base[start])]
      switch byteClass {
      case ByteClass.space:
        position = start &+ 1
      case ByteClass.letter:
        let index = endOfName(start &+ 1)
        if index < count, base[index] == UInt8(ascii: "'"), isStringPrefix(start, index) {
          return prefixedString(start, index)
        }
        if base[start] == 0xEF, index - start >= 3, base[start + 1] == 0xBB, base[start + 2] == 0xBF {
          position = start + 3
          continue
        }
        return word(start, index)
      case ByteClass.comma: return finish(.comma, start, start &+ 1, endsValue: false)
      case ByteClass.open: return finish(.open, start, start &+ 1, endsValue: false)
      case ByteClass.close: return finish(.close, start, start &+ 1, endsValue: true)
      case ByteClass.dot:
        if !previousEndsValue, start + 1 < count, classes[Int(base[start + 1])] == ByteClass.digit {
          return number(start)
        }
        return finish(.dot, start, start &+ 1, endsValue: false)
      case ByteClass.doubleQuote:
        if let token = doubleQuoted(start) { return token }
      case ByteClass.digit:
        var index = start &+ 1
        while index < count, classes[Int(base[index])] == ByteClass.digit { index &+= 1 }
        if continuesName(index) || byte(at: index) == UInt8(ascii: ".") { return number(start) }
        return finish(.number, start, index, endsValue: true)
      case ByteClass.quote: return string(start, quoteAt: start, hasEscapes: isMySQL)
      case ByteClass.question: return question(start)
      case ByteClass.symbol: return symbol(start)
      default:
        if let token = rare(start, byteClass) { return token }
      }
    }
    return finish(.end, count, count, endsValue: false)
  }

  @inline(__always)
  mutating func finish(_ kind: SQLToken.Kind, _ start: Int, _ end: Int, endsValue: Bool) -> SQLToken {
    position = end
    previousEndsValue = endsValue
    previousKind = kind
    keywordBefore = previousKeyword
    previousKeyword = .none
    return SQLToken(kind: kind, start: start, end: end)
  }

  @inline(__always)
  private mutating func word(_ start: Int, _ end: Int) -> SQLToken {
    var (keyword, rules) = tables.keyword(base + start, length: end - start, readable: count - start)
    if keyword != .none {
      if previousKind == .dot || (!rules.contains(.always) && !isKeyword(keyword, rules, followedFrom: end)) {
        keyword = .none
      }
    }
    position = end
    keywordBefore = previousKeyword
    previousKeyword = keyword
    if keyword == .none {
      previousKind = .word
      previousEndsValue = true
      return SQLToken(kind: .word, start: start, end: end)
    }
    previousKind = .keyword
    previousEndsValue = rules.contains(.endsValue)
    return SQLToken(kind: .keyword, keyword: keyword, start: start, end: end)
  }

  /// The characters that are seldom: brackets, comments, parameters with a name.
  private mutating func rare(_ start: Int, _ byteClass: UInt8) -> SQLToken? {
    switch byteClass {
    case ByteClass.semicolon: return finish(.semicolon, start, start + 1, endsValue: false)
    case ByteClass.backtick: return quoted(start, closing: UInt8(ascii: "`"))
    case ByteClass.openBracket:
      if !isPostgreSQL && !isMySQL && !isGuessed { return quoted(start, closing: UInt8(ascii: "]")) }
      return finish(.openBracket, start, start + 1, endsValue: false)
    case ByteClass.closeBracket: return finish(.closeBracket, start, start + 1, endsValue: true)
    case ByteClass.minus:
      if byte(at: start + 1) == UInt8(ascii: "-"), !isMySQL || isGuessed || endsMySQLDashes(start + 2) {
        skipLine()
        return nil
      }
      return symbol(start)
    case ByteClass.hash:
      if isMySQL, !isGuessed {
        skipLine()
        return nil
      }
      // An operator of PostgreSQL, or a comment of MySQL, of which nobody knows what comes after it.
      if isGuessed {
        if byte(at: start + 1) == UInt8(ascii: ">") {
          return finish(
            .symbol, start, start + (byte(at: start + 2) == UInt8(ascii: ">") ? 3 : 2), endsValue: false)
        }
        position = count
        return nil
      }
      return symbol(start)
    case ByteClass.slash:
      return byte(at: start + 1) == UInt8(ascii: "*") ? comment(start) : symbol(start)
    default:
      return parameter(start, byteClass)
    }
  }

  private func endsMySQLDashes(_ index: Int) -> Bool {
    index >= count || classes[Int(base[index])] == ByteClass.space
  }

  private mutating func skipLine() {
    while position < count, base[position] != UInt8(ascii: "\n") { position += 1 }
  }

  /// Skips a comment, unless it is one that the database obeys.
  private mutating func comment(_ start: Int) -> SQLToken? {
    let mark = isGuessed ? 0 : byte(at: start + 2)
    if mark == UInt8(ascii: "!"), isMySQL {
      var index = start + 3
      while index < count, classes[Int(base[index])] == ByteClass.digit { index += 1 }
      isVersionComment = true
      return hint(start, index)
    }
    var index = start + 2
    var depth = 1
    while index + 1 < count {
      if base[index] == UInt8(ascii: "*"), base[index + 1] == UInt8(ascii: "/") {
        index += 2
        depth -= 1
        if depth == 0 { break }
      } else if isPostgreSQL || isGuessed, mark != UInt8(ascii: "+"), base[index] == UInt8(ascii: "/"),
        base[index + 1] == UInt8(ascii: "*")
      {
        index += 2
        depth += 1
      } else {
        index += 1
      }
    }
    position = depth == 0 ? index : count
    return mark == UInt8(ascii: "+") ? hint(start, position) : nil
  }

  /// A hint leaves the state alone: it stands where white space could.
  private mutating func hint(_ start: Int, _ end: Int) -> SQLToken {
    position = end
    return SQLToken(kind: .hint, start: start, end: end)
  }

  /// The end of a `/*! … */`, if this is one.
  mutating func versionCommentEnd(_ start: Int) -> SQLToken? {
    guard isVersionComment, byte(at: start + 1) == UInt8(ascii: "/") else { return nil }
    isVersionComment = false
    return hint(start, start + 2)
  }
}
