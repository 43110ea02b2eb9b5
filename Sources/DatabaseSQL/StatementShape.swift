internal import DatabaseSupport
internal import Synchronization

/// What stays the same of a statement when its values change.
///
/// Two statements that differ in white space, comments, the case of keywords, in their values, or in the number of
/// elements of an `IN` list or of rows of a `VALUES` have one shape:
///
/// ```swift
/// let shape = StatementShape("select * from book where authorId in (1, 2, 3) -- all of them")
/// shape.normalizedSQL      // SELECT * FROM book WHERE authorId IN (?)
/// shape.kind               // .select
/// shape.tables             // [book read]
/// shape.summary            // SELECT book
/// shape == StatementShape("SELECT * FROM book WHERE authorId IN (?)")   // true
/// ```
///
/// Names stay as they were written, so `book` and `"book"` are two shapes. A text of white space and comments is the
/// empty statement of kind `other`. A text of several statements is one shape, `a; b`, that has the kind of the first
/// and the tables of all; ``statements(in:dialect:)`` takes them apart. A `;` at the end is dropped.
///
/// What the text means is worked out when it is first asked for, so that a shape which is only compared costs no more
/// than its text. A copy is one reference.
///
/// In SQLite `"text"` is a string where there is no such column, which the text does not tell. Where a value can stand, right
/// of an operator, in a list of `IN`, as an argument, such a word is shown as a `?`, unless the schema has a column of that
/// name: a recording knows the schema, a shape that is made of a text alone does not. Beside names without quotes that holds
/// wherever an expression can stand, such as in the list of a `SELECT`. Where all names are in double quotes, as those who generate
/// SQL write it, a word in the list of a `SELECT` is a name until a recording knows the columns of all tables that are read, and has
/// none of that name. In the tuples of `VALUES`, after
/// `PRAGMA … =` and in `ATTACH` it is a value in any case. Whatever is shown, the fingerprint is that of the text alone.
///
/// - Complexity: O(*n*) in the length of the text.
public struct StatementShape: Sendable, Hashable, CustomStringConvertible {
  let storage: Storage

  /// Creates the shape of SQL text; no text is an error.
  public init(_ sql: String, dialect: SQLDialect = .sqlite) {
    var sql = sql
    self = sql.withUTF8 { StatementShape(utf8: $0, dialect: dialect) }
  }

  /// - Parameter utf8: The text; it needs no zero at its end and may hold whatever bytes.
  package init(utf8: UnsafeBufferPointer<UInt8>, dialect: SQLDialect) {
    storage = Self.storage(utf8, dialect: dialect)
  }

  /// - Parameter isRepaired: Whether the text is UTF-8: then what is made of it is not repaired by beginning again.
  private static func storage(
    _ utf8: UnsafeBufferPointer<UInt8>, dialect: SQLDialect, isRepaired: Bool = false
  ) -> Storage {
    let valid = SQLNormalizer.withNormalized(utf8, dialect: dialect) { bytes, doubts in
      // What validates any encoding costs more than the rest where the text is short.
      let text =
        bytes.isASCII || isRepaired ? String(decoding: bytes, as: UTF8.self) : String(validating: bytes, as: UTF8.self)
      return text.map { ($0, doubts) }
    }
    guard let (text, doubts) = valid else { return repaired(utf8, dialect: dialect) }
    if doubts.openQuote != 0, let cut = OpenQuotation.cut(utf8, quote: doubts.openQuote, dialect: dialect) {
      return StatementShape(cut, dialect: dialect).storage
    }
    return doubts.hasWords ? Storage(doubtful: text, dialect: dialect) : Storage(text, dialect: dialect)
  }

  init(storage: Storage) { self.storage = storage }

  /// Equal for copies alone.
  package var identity: ObjectIdentifier { ObjectIdentifier(storage) }

  /// What is no UTF-8 is repaired before it is normalised: afterwards, elements of a list could become equal too late to
  /// fold.
  private static func repaired(_ utf8: UnsafeBufferPointer<UInt8>, dialect: SQLDialect) -> Storage {
    var text = String(decoding: utf8, as: UTF8.self)
    return text.withUTF8 { storage($0, dialect: dialect, isRepaired: true) }
  }

  /// The text with one spacing, keywords in capitals, `?` for values and one element in lists.
  ///
  /// It holds no value of the statement. The shape of it is this shape, unless the statement has words in double quotes that
  /// may be names and may be strings.
  public var normalizedSQL: String { storage.normalizedSQL }

  /// A 64-bit hash of the normalised text, equal on every machine and in every run, and whatever is known of the schema.
  ///
  /// Where a statement has all its names in double quotes, as those who generate SQL write it, the words that may be strings are
  /// hashed as names. Else they count as values.
  ///
  /// It is made to be stored in files: the algorithm is part of the API. With `n` the number of bytes, arithmetic
  /// modulo 2⁶⁴, and `mix(h) = h ^ (h >> 32)`: begin with `h = 0x9E3779B97F4A7C15 ^ (n × 0xC2B2AE3D27D4EB4F)`; for each
  /// eight bytes `w` (little-endian, the last ones filled up with zeros) `h = mix((h ^ w) × 0xD6E8FEB86659FD93)`; the
  /// result is `mix(mix(h) × 0xD6E8FEB86659FD93)`.
  public var fingerprint: UInt64 { storage.fingerprint }

  /// What the statement does; of several statements, what the first does.
  public var kind: StatementKind { storage.analysis.kind }

  /// The tables that the statement names, each once for each role, in the order of their first appearance.
  ///
  /// Those of subqueries and joins are among them; the names that a `WITH` introduces and table-valued functions are
  /// not.
  public var tables: [TableReference] { storage.analysis.tables }

  /// The operations and their targets, such as `SELECT book` or `INSERT archive SELECT book`.
  ///
  /// Made by the rules of
  /// [`db.query.summary`](https://opentelemetry.io/docs/specs/semconv/database/database-spans/#generating-a-summary-of-the-query):
  /// operations and targets in the order of the text, targets as they were written, quotes included. It has at most
  /// 255 bytes and ends at a whole target. Keywords are in capitals, as in ``normalizedSQL``.
  public var summary: String { storage.analysis.summary }

  /// The normalised text.
  public var description: String { storage.normalizedSQL }

  /// What a `SELECT` says about keys; empty for other statements.
  package var loaderHint: LoaderHint { storage.analysis.loaderHint }

  /// Whether the normalised texts are equal.
  public static func == (left: StatementShape, right: StatementShape) -> Bool {
    if left.storage === right.storage { return true }
    guard left.storage.fingerprint == right.storage.fingerprint else { return false }
    return left.storage.normalizedSQL == right.storage.normalizedSQL || left.isSame(asDecided: right)
  }

  /// Feeds the fingerprint to a hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(storage.fingerprint)
  }
}

extension StatementShape {
  final class Storage: Sendable {
    let normalizedSQL: String
    let fingerprint: UInt64
    let dialect: SQLDialect
    /// Words of which the schema says whether they are names.
    let doubts: DoubtfulWords?
    /// Whether the schema has said so.
    let isDecided: Bool
    /// A retained `StatementAnalysis`, or 0. Not an `AtomicLazyReference`, whose generic code is not specialised here and
    /// costs more than what it guards.
    private let analysisAddress = Atomic<UInt>(0)

    init(_ normalizedSQL: String, dialect: SQLDialect) {
      var text = normalizedSQL
      fingerprint = text.withUTF8 { Fingerprint.of($0) }
      self.normalizedSQL = text
      self.dialect = dialect
      doubts = nil
      isDecided = true
    }

    /// - Parameter text: Normalised, with the words.
    init(doubtful text: String, dialect: SQLDialect) {
      var text = text
      self.dialect = dialect
      isDecided = false
      guard let doubts = text.withUTF8({ DoubtfulWords($0, dialect: dialect) }) else {
        fingerprint = text.withUTF8 { Fingerprint.of($0) }
        normalizedSQL = text
        self.doubts = nil
        return
      }
      self.doubts = doubts
      var shown = StatementShape.normalized(doubts.asWritten, dialect: dialect)
      fingerprint = doubts.isGenerated ? text.withUTF8 { Fingerprint.of($0) } : shown.withUTF8 { Fingerprint.of($0) }
      normalizedSQL = shown
    }

    /// What is shown of another one where names are known.
    init(_ other: Storage, showing text: String, doubts: DoubtfulWords?) {
      normalizedSQL = text
      fingerprint = other.fingerprint
      dialect = other.dialect
      self.doubts = doubts
      isDecided = true
    }

    /// The text whose meaning is the statement's.
    private var meaning: String {
      guard let doubts, !isDecided, doubts.isGenerated else { return normalizedSQL }
      return doubts.asNames
    }

    deinit { Self.reference(analysisAddress.load(ordering: .acquiring))?.release() }

    var analysis: StatementAnalysis {
      if let known = Self.reference(analysisAddress.load(ordering: .acquiring)) { return known.takeUnretainedValue() }
      let made = Unmanaged.passRetained(StatementAnalysis(of: meaning, dialect: dialect))
      let (isFirst, earlier) = analysisAddress.compareExchange(
        expected: 0, desired: UInt(bitPattern: made.toOpaque()), ordering: .acquiringAndReleasing)
      if isFirst { return made.takeUnretainedValue() }
      made.release()
      return Self.reference(earlier)?.takeUnretainedValue() ?? StatementAnalysis(of: meaning, dialect: dialect)
    }

    private static func reference(_ address: UInt) -> Unmanaged<StatementAnalysis>? {
      UnsafeRawPointer(bitPattern: address).map { Unmanaged.fromOpaque($0) }
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  fileprivate var isASCII: Bool {
    let raw = UnsafeRawBufferPointer(self)
    var all: UInt64 = 0
    var index = 0
    while index &+ 8 <= raw.count {
      all |= raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      index &+= 8
    }
    while index < raw.count {
      all |= UInt64(raw[index])
      index &+= 1
    }
    return all & 0x8080_8080_8080_8080 == 0
  }
}
