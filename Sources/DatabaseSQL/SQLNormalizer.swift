/// Writes the normalised form of SQL text: one spacing, keywords in capitals, values as `?`, lists of one element.
///
/// The output never needs more than `capacity(for:)` bytes. What it writes comes out unchanged when it is read again.
struct SQLNormalizer {
  private enum Last: UInt8 { case start, dot, name, callable, keyword, value, close, symbol, hint }

  private var tokenizer: SQLTokenizer
  private let output: UnsafeMutablePointer<UInt8>
  private var count = 0
  private var last = Last.start
  /// Where the output ended before an unary sign was written.
  private var sign: (count: Int, last: Last)?
  private var isBetweenStatements = true
  private var isNotAfterIs = false
  private var lists: ListFolding
  private var names = NameFolding(verb: .none)
  private let doubtsQuotes: Bool
  /// Of each open parenthesis a bit, the innermost last: 1 where no value can stand in it.
  private var nameLists: UInt64 = 0
  private var selects = false
  private var readsTable = false
  private var hasReturning = false
  /// Whether there are names that have no table, unless there is a `FROM`.
  private var hasLoneNames = false
  /// Whether there are names in double quotes where an expression can stand.
  private var hasQuotedExpressions = false
  /// Whether names in double quotes, without a table before them, may stand in the list of a `SELECT` or of `RETURNING`.
  private var hasListedNames = false
  /// Whether there are names without quotes.
  private var hasBareNames = false
  /// Whether there may be words that look like names and are values.
  private var isDoubtful = false

  /// The room that the output of so many bytes may take.
  static func capacity(for count: Int) -> Int { 2 * count + 64 }

  private init(
    _ text: UnsafeBufferPointer<UInt8>, dialect: SQLDialect, output: UnsafeMutablePointer<UInt8>,
    frames: UnsafeMutablePointer<ListFolding.Frame>
  ) {
    tokenizer = SQLTokenizer(text, dialect: dialect)
    self.output = output
    lists = ListFolding(frames: frames, foldsDoubleQuotes: dialect.isSQLite || dialect.isGuessed)
    doubtsQuotes = dialect.isSQLite || dialect.isGuessed
  }

  /// Calls a closure with the normalised bytes, which live as long as the call, and with what is doubtful in them.
  static func withNormalized<R>(
    _ text: UnsafeBufferPointer<UInt8>, dialect: SQLDialect, _ body: (UnsafeBufferPointer<UInt8>, Doubts) -> R
  ) -> R {
    // A size that is known when this is compiled lies on the stack; any other is allocated.
    if capacity(for: text.count) <= 1024 {
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1024) { normalize(text, dialect, into: $0, body) }
    } else {
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity(for: text.count)) {
        normalize(text, dialect, into: $0, body)
      }
    }
  }

  private static func normalize<R>(
    _ text: UnsafeBufferPointer<UInt8>, _ dialect: SQLDialect, into output: UnsafeMutableBufferPointer<UInt8>,
    _ body: (UnsafeBufferPointer<UInt8>, Doubts) -> R
  ) -> R {
    withUnsafeTemporaryAllocation(of: ListFolding.Frame.self, capacity: ListFolding.limit) { frames in
      // Neither pointer is nil: both buffers have elements.
      var normalizer = SQLNormalizer(
        text, dialect: dialect, output: output.baseAddress!, frames: frames.baseAddress!)
      let count = normalizer.run()
      let doubts = Doubts(hasWords: normalizer.isDoubtful, openQuote: normalizer.tokenizer.openQuote)
      return body(UnsafeBufferPointer(start: output.baseAddress, count: count), doubts)
    }
  }

  /// Why a normalised text may have to be looked at again.
  struct Doubts {
    /// Whether there may be words that look like names and are values.
    var hasWords: Bool
    /// The quote of a quotation that never ends; 0 where all do.
    var openQuote: UInt8
  }

  private mutating func run() -> Int {
    while true {
      let endedValue = tokenizer.previousEndsValue
      let previousKind = tokenizer.previousKind
      let token = tokenizer.next()
      if isBetweenStatements, token.kind != .semicolon, token.kind != .end { beginStatement(token) }
      if lists.isWatching { lists.note(token, isRow: token.kind == .word && tokenizer.isRow(token)) }
      switch token.kind {
      case .word, .quoted: name(token)
      case .keyword: keyword(token)
      case .string, .parameter: value()
      case .number:
        if let sign {
          count = sign.count
          last = sign.last
        }
        value()
      case .comma:
        if lists.isActive, !lists.isWatching, lists.hasPlainElement(output, count), tokenizer.skipPlainElements() {
          break
        }
        put(UInt8(ascii: ","))
        put(UInt8(ascii: " "))
        last = .start
        if lists.isActive { lists.separate(output, &count) }
      case .open:
        if doubtsQuotes { openDoubts(after: previousKind) }
        if last != .start, last != .dot, last != .name, last != .callable { put(UInt8(ascii: " ")) }
        put(UInt8(ascii: "("))
        last = .start
        lists.open(at: count)
      case .close:
        put(UInt8(ascii: ")"))
        last = .close
        nameLists &>>= 1
        let width = lists.close(output, &count)
        if width > 0, !names.isActive { tokenizer.skipPlainTuples(width: width) }
      case .dot:
        put(UInt8(ascii: "."))
        // After a dot that belongs to nothing a number must not become its fraction.
        last = endedValue ? .dot : .symbol
      case .symbol: symbol(token, isUnary: !endedValue)
      case .openBracket, .closeBracket, .cast, .hint: rare(token)
      case .semicolon: endStatement()
      case .end:
        if hasLoneNames && !readsTable || hasQuotedExpressions && hasBareNames || hasListedNames { isDoubtful = true }
        while count > 0, output[count - 1] == UInt8(ascii: " ") { count -= 1 }
        return count
      }
      if token.kind != .symbol { sign = nil }
    }
  }

  private mutating func endStatement() {
    if hasLoneNames, !readsTable { isDoubtful = true }
    isBetweenStatements = true
    lists.reset()
  }

  private mutating func beginStatement(_ token: SQLToken) {
    isBetweenStatements = false
    (nameLists, selects, readsTable, hasReturning, hasLoneNames) = (0, false, false, false, false)
    if count > 0 {
      put(UInt8(ascii: ";"))
      put(UInt8(ascii: " "))
    }
    last = .start
    names = NameFolding(verb: token.keyword)
  }

  @inline(__always)
  private mutating func put(_ byte: UInt8) {
    output[count] = byte
    count &+= 1
  }

  @inline(__always)
  private mutating func space() {
    if last != .start, last != .dot { put(UInt8(ascii: " ")) }
  }

  @inline(__always)
  private mutating func value() {
    if names.isActive { names.skip() }
    space()
    put(UInt8(ascii: "?"))
    last = .value
  }

  @inline(__always)
  private mutating func name(_ token: SQLToken) {
    if names.isActive, names.folds(token, after: last == .start, isAssigned: last == .symbol, in: tokenizer) {
      return value()
    }
    if token.kind == .quoted, doubtsQuotes {
      if last == .start, lists.foldsQuoted(token, in: tokenizer) { return value() }
      if !isDoubtful { isDoubtful = mayBeValue(token) }
    } else if token.kind == .word {
      hasBareNames = true
    }
    space()
    copy(token)
    last = .name
  }

  @inline(__always)
  private mutating func keyword(_ token: SQLToken) {
    switch token.keyword {
    case .true, .false: if !isTested { return value() }
    case .null: if last == .start, lists.isInTuple { return value() }
    case .not: isNotAfterIs = tokenizer.keywordBefore == .is
    case .in: lists.expectsList = true
    case .select: selects = true
    case .returning: hasReturning = true
    case .from: readsTable = true
    case .distinct: if tokenizer.keywordBefore == .is || tokenizer.keywordBefore == .not { isDoubtful = true }
    // `IDENTIFIED BY`, which a password follows.
    case .by: if last == .name { isDoubtful = true }
    default: break
    }
    if names.isActive { names.note(token.keyword) }
    if token.keyword == .of, tokenizer.keywordBefore == .current { names.expectCursor() }
    space()
    copyInCapitals(token)
    last = token.keyword == .cast ? .callable : .keyword
    if token.keyword == .values { lists.openValues() }
  }

  /// Whether a word in double quotes may stand where a value can. What is found here is looked at again: see
  /// `DoubtfulWords`.
  private mutating func mayBeValue(_ token: SQLToken) -> Bool {
    guard tokenizer.base[token.start] == UInt8(ascii: "\""), tokenizer.byte(at: token.end) != UInt8(ascii: ".") else {
      return false
    }
    if tokenizer.isGuessed { return last != .dot && tokenizer.keywordBefore != .from }
    switch last {
    case .symbol: return true
    case .start where lists.isNested:
      hasQuotedExpressions = true
      if selects || hasReturning { hasListedNames = true }
      return nameLists & 1 == 0
    case .start, .keyword, .hint:
      if last != .keyword || tokenizer.keywordBefore.mayPrecedeExpression { hasQuotedExpressions = true }
      if selects { hasLoneNames = true }
      if selects || hasReturning, last != .keyword || tokenizer.keywordBefore.mayBeginList { hasListedNames = true }
      return last != .start && tokenizer.keywordBefore.mayPrecedeValue
    default: return false
    }
  }

  private mutating func openDoubts(after kind: SQLToken.Kind) {
    let holdsValues =
      switch last {
      case .symbol, .callable: true
      case .start: lists.isNested && nameLists & 1 == 0
      case .keyword: tokenizer.keywordBefore.mayPrecedeValue
      default: kind == .word
      }
    nameLists = nameLists &<< 1 | (holdsValues ? 0 : 1)
  }

  /// `IS TRUE` and `IS NOT TRUE` are operators.
  private var isTested: Bool {
    tokenizer.keywordBefore == .is || (tokenizer.keywordBefore == .not && isNotAfterIs)
  }

  private mutating func symbol(_ token: SQLToken, isUnary: Bool) {
    let byte = tokenizer.base[token.start]
    let isSign = isUnary && token.end == token.start + 1 && (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+"))
    sign = isSign ? (count, last) : nil
    space()
    copy(token)
    last = .symbol
  }

  private mutating func rare(_ token: SQLToken) {
    let isAfterValue = last == .name || last == .value || last == .close
    switch token.kind {
    case .openBracket:
      if !isAfterValue { space() }
      put(UInt8(ascii: "["))
      last = .start
    case .closeBracket:
      put(UInt8(ascii: "]"))
      last = .close
    case .cast:
      if !isAfterValue { space() }
      copy(token)
      last = .dot
    default:
      space()
      copyHint(token)
      last = .hint
    }
  }
}

extension SQLNormalizer {
  @inline(__always)
  private mutating func copy(_ token: SQLToken) {
    let length = token.end - token.start
    let source = UnsafeRawPointer(tokenizer.base + token.start)
    let target = UnsafeMutableRawPointer(output + count)
    if length <= 16, token.start + 16 <= tokenizer.count {
      target.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
      if length > 8 {
        let rest = source.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        target.storeBytes(of: rest, toByteOffset: 8, as: UInt64.self)
      }
    } else {
      target.copyMemory(from: source, byteCount: length)
    }
    count &+= length
  }

  /// Clears the bit that tells capitals; a keyword has letters and underscores alone.
  @inline(__always)
  private mutating func copyInCapitals(_ token: SQLToken) {
    let length = token.end - token.start
    let source = UnsafeRawPointer(tokenizer.base + token.start)
    let target = UnsafeMutableRawPointer(output + count)
    if length <= 8, token.start + 8 <= tokenizer.count {
      target.storeBytes(of: source.loadUnaligned(as: UInt64.self) & SQLTables.capitals, as: UInt64.self)
    } else {
      for index in 0..<length { output[count + index] = tokenizer.base[token.start + index] & 0xDF }
    }
    count &+= length
  }

  /// A hint is kept as it was written, but for the strings in it.
  private mutating func copyHint(_ token: SQLToken) {
    var index = token.start
    let closes =
      token.end - token.start >= 5 && tokenizer.base[token.end - 1] == UInt8(ascii: "/")
      && tokenizer.base[token.end - 2] == UInt8(ascii: "*")
    let end = closes ? token.end - 2 : token.end
    while index < end {
      let byte = tokenizer.base[index]
      index += 1
      if byte == UInt8(ascii: "'") {
        while index < end, tokenizer.base[index] != byte { index += 1 }
        if index < end { index += 1 }
        put(UInt8(ascii: "?"))
      } else {
        put(byte)
      }
    }
    while index < token.end {
      put(tokenizer.base[index])
      index += 1
    }
  }
}
