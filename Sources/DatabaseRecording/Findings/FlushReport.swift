internal import DatabaseInstrumentation
internal import DatabaseSupport

/// Expected and actual row changes side by side: unmet and unexpected ones together, then those that agree.
struct RowChangeTable {
  private struct Line {
    var table: String
    var change: String
    var expected: Int?
    var found: Int

    var differs: Bool { expected != found && !(expected == nil && found == 0) }
  }

  private let lines: [Line]

  /// - Parameters:
  ///   - isExact: Whether what is not expected must not be found, also in tables that are not named.
  init(expected: RowChanges, found: RowChanges, isExact: Bool) {
    let expected = Folded(expected)
    let found = Folded(found)
    var lines: [Line] = []
    for table in expected.tables.union(found.tables).sorted() {
      guard isExact || expected.tables.contains(table) else { continue }
      for (change, path) in Self.changes {
        let (wanted, seen) = (expected[keyPath: path][table] ?? 0, found[keyPath: path][table] ?? 0)
        guard wanted != 0 || seen != 0 else { continue }
        let name = found.names[table] ?? expected.names[table] ?? table
        lines.append(Line(table: name, change: change, expected: wanted, found: seen))
      }
    }
    self.lines = lines
  }

  /// Compares only what was announced.
  init(announced: RowChanges, written: RowChanges) {
    let announced = Folded(announced)
    let written = Folded(written)
    lines = announced.tables.sorted().flatMap { table in
      Self.changes.compactMap { change, path in
        announced[keyPath: path][table].map { count in
          Line(
            table: announced.names[table] ?? table, change: change, expected: count,
            found: written[keyPath: path][table] ?? 0)
        }
      }
    }
  }

  private static var changes: [(String, KeyPath<Folded, [String: Int]>)] {
    [
      ("inserted", \.inserted), ("updated", \.updated), ("deleted", \.deleted),
    ]
  }

  var differs: Bool { lines.contains(where: \.differs) }

  /// Whether more rows are found somewhere than are expected.
  var isExceeded: Bool { lines.contains { $0.found > $0.expected ?? 0 } }

  /// `12 rows inserted into page, found 11`; the first of several.
  var firstDifference: String {
    guard let line = lines.first(where: \.differs) else { return "" }
    let others = lines.filter(\.differs).count - 1
    let more = others == 0 ? "" : ", and \(others.counted("more count")) differ\(others == 1 ? "s" : "")"
    let wanted = line.expected ?? 0
    let preposition = ["inserted": "into", "updated": "in", "deleted": "from"][line.change] ?? "in"
    return
      "\(wanted == 0 ? "no rows" : wanted.counted("row")) \(line.change) \(preposition) \(line.table), found \(line.found)\(more)"
  }

  /// A table; what differs is marked and comes first.
  func text(heading: (String, String) = ("expected", "found")) -> [String] {
    let sorted = lines.filter(\.differs) + lines.filter { !$0.differs }
    let width = max(5, sorted.map(\.table.count).max() ?? 0)
    func row(_ mark: String, _ table: String, _ change: String, _ expected: String, _ found: String) -> String {
      "  \(mark) \(table.padded(to: width))  \(change.padded(to: 8))  \(expected.padded(left: heading.0.count))  "
        + found.padded(left: heading.1.count)
    }
    return [row(" ", "table", "change", heading.0, heading.1)]
      + sorted.map { row($0.differs ? "≠" : " ", $0.table, $0.change, String($0.expected ?? 0), String($0.found)) }
  }

  /// By names in small letters, without `main.`: SQLite compares names so.
  private struct Folded {
    var inserted: [String: Int] = [:]
    var updated: [String: Int] = [:]
    var deleted: [String: Int] = [:]
    var names: [String: String] = [:]
    /// Also those that are named with 0.
    var tables: Set<String> = []

    init(_ changes: RowChanges) {
      for (table, count) in changes.inserted { inserted[fold(table), default: 0] += count }
      for (table, count) in changes.updated { updated[fold(table), default: 0] += count }
      for (table, count) in changes.deleted { deleted[fold(table), default: 0] += count }
    }

    private mutating func fold(_ table: String) -> String {
      var folded = table.asciiLowercased
      if folded.hasPrefix("main.") { folded.removeFirst(5) }
      names[folded] = table
      tables.insert(folded)
      return folded
    }
  }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }

  func padded(left width: Int) -> String { String(repeating: " ", count: Swift.max(0, width - count)) + self }
}

/// The transactions of a recording, in words.
struct TransactionLines {
  private static let limit = 12

  let lines: [String]

  init(_ recording: Recording, where isIncluded: (RecordedTransaction) -> Bool = { _ in true }) {
    var groups: [(text: String, numbers: [ClosedRange<Int>], count: Int, site: CallSite?)] = []
    for transaction in recording.transactions where isIncluded(transaction) {
      let text = transaction.description
      let site = transaction.callSite
      let numbers = transaction.transaction.numbers.map { [$0.lowerBound...$0.upperBound] } ?? []
      if let index = groups.firstIndex(where: { $0.text == text && $0.site == site }) {
        groups[index].count += 1
        groups[index].numbers += numbers
      } else {
        groups.append((text, numbers, 1, site))
      }
    }
    groups = groups.enumerated()
      .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.map(\.element)
    var lines: [String] = []
    for group in groups.prefix(Self.limit) {
      lines.append("  \(group.count)×  \(group.text)    \(Self.span(group.numbers))".trimmedEnd)
      if let site = group.site { lines.append("       at \(site)") }
    }
    if groups.count > Self.limit {
      lines.append("  \(groups.dropFirst(Self.limit).reduce(0) { $0 + $1.count })×  others")
    }
    self.lines = lines
  }

  /// From the first statement of each to its last; of statements that are transactions by themselves their numbers.
  private static func span(_ transactions: [ClosedRange<Int>]) -> String {
    if transactions.allSatisfy({ $0.count == 1 }) { return "\(NumberList(transactions.map(\.lowerBound)))" }
    let shown = transactions.prefix(3).map {
      $0.count < 3 ? "\(NumberList(Array($0)))" : "#\($0.lowerBound) … #\($0.upperBound)"
    }
    return shown.joined(separator: "; ") + (transactions.count > 3 ? "; …" : "")
  }
}

extension String {
  fileprivate var trimmedEnd: String {
    var copy = self
    while copy.last == " " { copy.removeLast() }
    return copy
  }
}
