/// What a byte starts. The high bit says that it may continue a name.
enum ByteClass {
  static let continuesName: UInt8 = 0x80

  static let space: UInt8 = 0
  static let letter: UInt8 = 1 | continuesName
  static let digit: UInt8 = 2 | continuesName
  static let dollar: UInt8 = 3 | continuesName
  static let quote: UInt8 = 4
  static let doubleQuote: UInt8 = 5
  static let backtick: UInt8 = 6
  static let openBracket: UInt8 = 7
  static let closeBracket: UInt8 = 8
  static let open: UInt8 = 9
  static let close: UInt8 = 10
  static let comma: UInt8 = 11
  static let dot: UInt8 = 12
  static let semicolon: UInt8 = 13
  static let minus: UInt8 = 14
  static let slash: UInt8 = 15
  static let hash: UInt8 = 16
  static let at: UInt8 = 17
  static let colon: UInt8 = 18
  static let question: UInt8 = 19
  static let percent: UInt8 = 20
  static let symbol: UInt8 = 21

  static func of(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0...0x20, 0x7F: space
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...:
      letter
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit
    case UInt8(ascii: "$"): dollar
    case UInt8(ascii: "'"): quote
    case UInt8(ascii: "\""): doubleQuote
    case UInt8(ascii: "`"): backtick
    case UInt8(ascii: "["): openBracket
    case UInt8(ascii: "]"): closeBracket
    case UInt8(ascii: "("): open
    case UInt8(ascii: ")"): close
    case UInt8(ascii: ","): comma
    case UInt8(ascii: "."): dot
    case UInt8(ascii: ";"): semicolon
    case UInt8(ascii: "-"): minus
    case UInt8(ascii: "/"): slash
    case UInt8(ascii: "#"): hash
    case UInt8(ascii: "@"): at
    case UInt8(ascii: ":"): colon
    case UInt8(ascii: "?"): question
    case UInt8(ascii: "%"): percent
    default: symbol
    }
  }
}

/// Which of eight bytes continue a name, all at once: letters, digits, `_`, `$`, and what is not ASCII.
enum NameBytes {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  /// The high bit of each byte that continues no name, of eight bytes in one number.
  @inline(__always)
  static func others(in bytes: UInt64) -> UInt64 {
    // Below 0x80 no sum of two bytes carries into the next, and the high bit of a sum says whether a bound is reached.
    let low = bytes & ~highBits
    let lower = low | (ones &* 0x20)
    let letters = (lower &+ ones &* (0x80 - 0x61)) & ~(lower &+ ones &* (0x80 - 0x7B))
    let digits = (low &+ ones &* (0x80 - 0x30)) & ~(low &+ ones &* (0x80 - 0x3A))
    let underscores = highBits &- (low ^ (ones &* 0x5F))
    let dollars = highBits &- (low ^ (ones &* 0x24))
    return ~(bytes | letters | digits | underscores | dollars) & highBits
  }
}

/// The tables of the tokenizer, made once and never freed.
///
/// `@unchecked` because the pointers are written before the value is published and never after.
struct SQLTables: @unchecked Sendable {
  struct Entry {
    var head: UInt64
    var tail: UInt64
    var length: Int
    var keyword: SQLKeyword
    var rules: KeywordRules
  }

  static let shared = SQLTables()
  static let capitals: UInt64 = 0xDFDF_DFDF_DFDF_DFDF
  private static let slots = 1024

  let classes: UnsafePointer<UInt8>
  private let keywords: UnsafePointer<Entry>

  private init() {
    let classes = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    for byte in 0..<256 { classes[byte] = ByteClass.of(UInt8(byte)) }
    let keywords = UnsafeMutablePointer<Entry>.allocate(capacity: Self.slots)
    keywords.initialize(repeating: Entry(head: 0, tail: 0, length: 0, keyword: .none, rules: []), count: Self.slots)
    for keyword in SQLKeyword.allCases where keyword != .none {
      let bytes = Array(keyword.rawValue.utf8)
      var entry = Entry(head: 0, tail: 0, length: bytes.count, keyword: keyword, rules: keyword.rules)
      for (index, byte) in bytes.prefix(16).enumerated() {
        let capital = UInt64(byte & 0xDF) << (UInt64(index & 7) * 8)
        if index < 8 { entry.head |= capital } else { entry.tail |= capital }
      }
      var slot = Self.slot(entry.head, entry.tail)
      while keywords[slot].length != 0 { slot = (slot + 1) & (Self.slots - 1) }
      keywords[slot] = entry
    }
    self.classes = UnsafePointer(classes)
    self.keywords = UnsafePointer(keywords)
  }

  @inline(__always)
  private static func slot(_ head: UInt64, _ tail: UInt64) -> Int {
    Int(truncatingIfNeeded: ((head ^ (tail &* 31)) &* 0x9E37_79B9_7F4A_7C15) >> 54)
  }

  /// The keyword that a word spells, or `.none`.
  ///
  /// Bytes are compared without the bit that tells capitals: among the bytes of a name only letters, in either case,
  /// become a capital letter by that.
  @inline(__always)
  func keyword(_ start: UnsafePointer<UInt8>, length: Int, readable: Int) -> (SQLKeyword, KeywordRules) {
    guard length >= 2, length <= 17 else { return (.none, []) }
    let head = Self.word(start, length: min(length, 8), readable: readable) & Self.capitals
    let tail =
      length > 8
      ? Self.word(start + 8, length: min(length - 8, 8), readable: readable - 8) & Self.capitals : 0
    var slot = Self.slot(head, tail)
    while true {
      let entry = keywords + slot
      if entry.pointee.head == head, entry.pointee.tail == tail, entry.pointee.length == length {
        if length == 17, start[16] & 0xDF != UInt8(ascii: "P") { return (.none, []) }
        return (entry.pointee.keyword, entry.pointee.rules)
      }
      if entry.pointee.length == 0 { return (.none, []) }
      slot = (slot + 1) & (Self.slots - 1)
    }
  }

  /// Up to eight bytes as a little-endian number.
  @inline(__always)
  private static func word(_ start: UnsafePointer<UInt8>, length: Int, readable: Int) -> UInt64 {
    if readable >= 8 {
      let word = UInt64(littleEndian: UnsafeRawPointer(start).loadUnaligned(as: UInt64.self))
      return word & (UInt64.max >> UInt64(64 - 8 * length))
    }
    var word: UInt64 = 0
    for index in 0..<length { word |= UInt64(start[index]) << UInt64(8 * index) }
    return word
  }
}
