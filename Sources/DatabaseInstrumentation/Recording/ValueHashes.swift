internal import DatabaseSupport

/// What is kept of the values of one execution: enough to tell it from others of its shape.
package struct ValueHashes: Sendable, Hashable {
  /// Of all of them; 0: unknown, or the answer depends on more than them.
  package var parameters: UInt64
  /// Of those of the columns of a key.
  package var keys: KeyHashes
  /// Whether a value is too large to be told apart from others.
  package var hasUnknown = false

  package static let unknown = ValueHashes(parameters: 0, keys: KeyHashes())

  package init(parameters: UInt64, keys: KeyHashes) {
    self.parameters = parameters
    self.keys = keys
  }

  /// - Parameters:
  ///   - values: Of the text.
  ///   - bound: The bound values in order, as text; `nil` where they are not known, an element for NULL.
  ///   - isAmbiguous: Whether several values are told by one text.
  package init(_ values: StatementValues, bound: [String?]?, isAmbiguous: (String) -> Bool = { _ in false }) {
    let ambiguous = Set((bound ?? []).indices.filter { bound?[$0].map(isAmbiguous) ?? false })
    func hash(of source: StatementValues.Source) -> UInt64? {
      switch source {
      case .literal(let hash): SeededGenerator.mix(hash ^ 1)
      case .parameter(let number):
        bound.flatMap { bound in
          number <= bound.count && !ambiguous.contains(number - 1) ? Self.hash(of: bound[number - 1]) : nil
        }
      }
    }
    keys = KeyHashes()
    for (column, key) in values.keys.enumerated() {
      let all = key.values.map(hash)
      let isKnown = !all.isEmpty && !all.contains(nil)
      if isKnown { keys.setHash(of: column, to: all.compactMap { $0 }) }
      if !key.hasLists { keys.setCount(of: column, to: isKnown ? Set(all).count : all.count) }
    }
    var all: UInt64 = 0
    var isKnown = values.volatility != .always && ambiguous.isEmpty
    hasUnknown = !ambiguous.isEmpty
    for source in values.all {
      guard let part = hash(of: source) else {
        isKnown = false
        break
      }
      all = SeededGenerator.mix(all ^ part)
    }
    for value in bound ?? [] {
      if values.volatility == .withBoundNow, value?.lowercased() == "now" { isKnown = false }
      all = SeededGenerator.mix(all ^ Self.hash(of: value))
    }
    parameters = isKnown ? max(all, 1) : 0
  }

  private static func hash(of value: String?) -> UInt64 {
    // NULL differs from the text of it.
    guard let value else { return 2 }
    return SeededGenerator.mix(Fingerprint.of(value) ^ UInt64(value.utf8.count))
  }
}

/// Hashes of the values that the columns of a key are compared with: 12 bytes, and two for how many values there are.
package struct KeyHashes: Sendable, Hashable {
  /// Of each column; 0: unknown.
  private var hashes: (UInt32, UInt32, UInt32) = (0, 0, 0)
  /// Five bits for each column: how many different values; 0: unknown, 31: that many or more.
  package private(set) var counts: UInt16 = 0

  package static let most = 31

  package init() {}

  package init(_ hashes: (UInt32, UInt32, UInt32), counts: UInt16) {
    self.hashes = hashes
    self.counts = counts
  }

  /// As a record has them.
  package var words: (UInt32, UInt32, UInt32) { hashes }

  /// The hash of a column's values; `nil`: unknown.
  package func hash(of column: Int) -> UInt32? {
    let hash: UInt32
    switch column {
    case 0: hash = hashes.0
    case 1: hash = hashes.1
    case 2: hash = hashes.2
    default: hash = 0
    }
    return hash == 0 ? nil : hash
  }

  /// How many different values a column is compared with, ``most`` standing for more as well; `nil`: unknown.
  package func count(of column: Int) -> Int? {
    guard column < StatementValues.keyLimit else { return nil }
    let count = Int(counts >> UInt16(5 * column)) & Self.most
    return count == 0 ? nil : count
  }

  mutating func setHash(of column: Int, to values: [UInt64]) {
    let sum = Set(values).reduce(0) { $0 &+ SeededGenerator.mix($1) }
    let hash = max(UInt32(truncatingIfNeeded: sum ^ (sum >> 32)), 1)
    switch column {
    case 0: hashes.0 = hash
    case 1: hashes.1 = hash
    case 2: hashes.2 = hash
    default: break
    }
  }

  /// - Parameter count: How many there are at most, where the values are not known.
  mutating func setCount(of column: Int, to count: Int) {
    guard column < StatementValues.keyLimit else { return }
    counts |= UInt16(min(count, Self.most)) << UInt16(5 * column)
  }

  package static func == (a: KeyHashes, b: KeyHashes) -> Bool { a.hashes == b.hashes && a.counts == b.counts }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(hashes.0)
    hasher.combine(hashes.1)
    hasher.combine(hashes.2)
    hasher.combine(counts)
  }
}

extension StatementValues {
  private static let memo = TextMemo<[SQLDialect: StatementValues]>()

  /// The values of a text that a driver or a log tells of.
  static func of(_ sql: String, shape: StatementShape, dialect: SQLDialect) -> StatementValues {
    let known = memo.meaning(of: sql) { [dialect: StatementValues($0, shape: shape, dialect: dialect)] }
    return known[dialect] ?? StatementValues(sql, shape: shape, dialect: dialect)
  }
}
