internal import DatabaseSupport

/// The values of a query as its text has them: its literals, and the parameters that stand for others.
///
/// Of one shape they differ from text to text, and say which of the bound values are those of a key.
package struct StatementValues: Sendable, Hashable {
  /// One value.
  package enum Source: Sendable, Hashable {
    /// A hash of a literal.
    case literal(UInt64)
    /// The number of a parameter, counted from 1.
    case parameter(Int)
  }

  /// The values that one column of a key is compared with.
  package struct Key: Sendable, Hashable {
    package var values: [Source]
    /// Whether a value is a whole list: `json_each(?)`, `ANY (?)`.
    package var hasLists = false
  }

  /// The columns of the hint's predicates by value, in their order: the first ``keyLimit`` of them.
  package private(set) var keys: [Key] = []
  /// All of the text, in its order.
  package private(set) var all: [Source] = []
  /// What the answer depends on beside them.
  package private(set) var volatility = Volatility.none

  /// Columns of a key that are told apart.
  package static let keyLimit = 3

  /// - Parameter shape: Of the text. Keys that are others than in its hint are left out.
  package init(utf8: UnsafeBufferPointer<UInt8>, shape: StatementShape, dialect: SQLDialect) {
    let tokens = SQLTokenList(utf8, dialect: dialect)
    var sources: [Int: Source] = [:]
    var numbering = ParameterNumbering(dialect: dialect)
    for index in 0..<tokens.count {
      guard let source = Self.source(index, in: tokens, &numbering) else { continue }
      sources[index] = source
      all.append(source)
    }
    volatility = Volatility(of: tokens)
    let columns = shape.loaderHint.valueColumns
    guard !columns.isEmpty else { return }
    let reading = QueryReading(tokens, withNames: TableScanner.withNames(of: tokens, dialect: dialect))
    guard reading.keys.map({ $0.column.lowercased() }) == columns.map({ $0.name.lowercased() }) else { return }
    keys = reading.keys.prefix(Self.keyLimit).map { key in
      Key(
        values: key.values.compactMap { range in range.lazy.compactMap { sources[$0] }.first }, hasLists: key.hasLists)
    }
  }

  /// The text of a statement, as a `String`.
  package init(_ sql: String, shape: StatementShape, dialect: SQLDialect) {
    var sql = sql
    self = sql.withUTF8 { StatementValues(utf8: $0, shape: shape, dialect: dialect) }
  }

  package var hasParameters: Bool {
    all.contains { if case .parameter = $0 { true } else { false } }
  }

  private static func source(_ index: Int, in tokens: SQLTokenList, _ numbering: inout ParameterNumbering) -> Source? {
    switch tokens.kind(index) {
    case .parameter: return .parameter(numbering.number(of: tokens.bytes(index)))
    case .string, .quoted: return .literal(Fingerprint.of(tokens.bytes(index)))
    case .number:
      let hash = Fingerprint.of(tokens.bytes(index))
      return .literal(tokens.isSymbol(index - 1, "-") ? ~hash : hash)
    case .keyword:
      switch tokens.keyword(index) {
      case .true: return .literal(1)
      case .false: return .literal(2)
      case .null: return .literal(3)
      default: return nil
      }
    default: return nil
    }
  }
}

/// Numbers parameters as the database does.
private struct ParameterNumbering {
  let dialect: SQLDialect
  private var largest = 0
  private var named: [String: Int] = [:]

  init(dialect: SQLDialect) {
    self.dialect = dialect
  }

  mutating func number(of parameter: UnsafeBufferPointer<UInt8>) -> Int {
    let digits = parameter.dropFirst()
    let mayBeNumbered = parameter.first == UInt8(ascii: "?") || !dialect.isSQLite
    if digits.isEmpty {
      largest += 1
      return largest
    }
    if mayBeNumbered, let number = Int(String(decoding: digits, as: UTF8.self)), number > 0 {
      largest = max(largest, number)
      return number
    }
    let name = String(decoding: parameter, as: UTF8.self)
    if let known = named[name] { return known }
    largest += 1
    named[name] = largest
    return largest
  }
}

extension LoaderHint {
  /// A column that is compared with values.
  package struct ValueColumn: Sendable, Hashable {
    package var table: String?
    package var name: String
    package var isList: Bool
  }

  /// The columns of the predicates by value, in their order.
  package var valueColumns: [ValueColumn] {
    keyPredicates.filter(\.isByValue).flatMap { predicate in
      predicate.columns.map { ValueColumn(table: predicate.table, name: $0, isList: predicate.form == .inList) }
    }
  }
}
