internal import DatabaseInstrumentation
internal import DatabaseSupport

/// What a query snapshot holds beyond each shape of query and how often it ran.
///
/// ```swift
/// try expectQuerySnapshot(including: [.strategies, .plans]) { try library.authorsWithBooks() }
/// ```
///
/// Each of them is a line of its own below the query:
///
/// ```text
/// 1×  SELECT * FROM book WHERE authorId IN (?)
///     loads book.authorId by selectIn
///     reads book
///     plan: SEARCH book USING INDEX bookByAuthor (authorId=?)
/// ```
public struct QuerySnapshotDetails: OptionSet, Sendable, Hashable {
  /// One bit for each detail.
  public let rawValue: Int

  /// Details by their bits; unknown ones mean nothing.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Which relationship a query loads, and how: `loads book.authorId by lazy`.
  public static let strategies = QuerySnapshotDetails(rawValue: 1)
  /// Which tables it reads and writes: `reads author, book`.
  public static let tables = QuerySnapshotDetails(rawValue: 2)
  /// How SQLite runs it, by `EXPLAIN QUERY PLAN`; the words differ between versions of SQLite.
  public static let plans = QuerySnapshotDetails(rawValue: 4)
}

/// What a scope asked of the database, as text that is equal from run to run.
///
/// One line for each shape of query, with how often it ran, sorted by the SQL: the order in which concurrent statements
/// happened to run is no part of it, nor is anything that is measured.
package struct QuerySnapshot: Sendable, Hashable {
  private static let header = "# query snapshot 1"
  package var text: String

  package init(_ recording: Recording, including details: QuerySnapshotDetails = []) {
    var counts: [String: Int] = [:]
    for (shape, count, _) in recording.queries.countsByShape {
      counts[shape.normalizedSQL.singleLine, default: 0] += count
    }
    let below = details.isEmpty ? [:] : Self.details(details, of: recording)
    let lines = counts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.flatMap { sql, count in
      ["\(count)×  \(sql)"] + (below[sql] ?? []).map { "    " + $0.singleLine }
    }
    text = ([Self.header] + lines).joined(separator: "\n") + "\n"
  }

  /// The lines below each query. They depend on what was sent, not on when.
  private static func details(_ details: QuerySnapshotDetails, of recording: Recording) -> [String: [String]] {
    var loads: [String: Set<String>] = [:]
    var lines: [String: [String]] = [:]
    for statement in recording.queries {
      let sql = statement.sql.singleLine
      if details.contains(.strategies), let load = statement.load {
        loads[sql, default: []].insert("loads \(load.relationship) by \(load.strategy)")
      }
      guard lines[sql] == nil else { continue }
      lines[sql] = []
      if details.contains(.tables) {
        for (verb, role) in [("reads", TableReference.Role.read), ("writes", .written)] {
          let tables = Set(statement.shape.tables.filter { $0.role == role }.map(\.name)).sorted()
          if !tables.isEmpty { lines[sql]?.append("\(verb) \(tables.joined(separator: ", "))") }
        }
      }
      if details.contains(.plans), let plan = statement.queryPlan {
        lines[sql]?.append(contentsOf: plan.map { "plan: \($0)" })
      }
    }
    for (sql, loads) in loads { lines[sql]?.insert(contentsOf: loads.sorted(), at: 0) }
    return lines
  }

  /// What is to be shown where the text of a file differs: its lines with `-`, those of this snapshot with `+`.
  ///
  /// - Returns: `nil` where nothing differs but line ends.
  package func difference(from old: String) -> [String]? {
    let (before, after) = (Self.lines(of: old), Self.lines(of: text))
    guard before != after else { return nil }
    let changes = after.difference(from: before)
    let removed = Set(changes.removals.map { Self.offset(of: $0) })
    let inserted = Set(changes.insertions.map { Self.offset(of: $0) })
    var lines: [String] = []
    var (left, right) = (0, 0)
    while left < before.count || right < after.count {
      if left < before.count && removed.contains(left) {
        lines.append("  - \(before[left])")
        left += 1
      } else if right < after.count && inserted.contains(right) {
        lines.append("  + \(after[right])")
        right += 1
      } else {
        lines.append("    \(after[right])")
        left += 1
        right += 1
      }
    }
    return lines
  }

  private static func lines(of text: String) -> [String] {
    text.unicodeScalars.split { $0 == "\n" || $0 == "\r" }.map { String($0) }
  }

  private static func offset(of change: CollectionDifference<String>.Change) -> Int {
    switch change {
    case .insert(let offset, _, _), .remove(let offset, _, _): offset
    }
  }

  /// A name that is safe on every file system.
  package static func fileName(_ parts: [String]) -> String {
    let whole = parts.joined(separator: ".")
    var isChanged = whole.utf8.count > 120
    let kept = whole.unicodeScalars.prefix(120).map { scalar -> Character in
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
      if isPlain || "-_.".unicodeScalars.contains(scalar) { return Character(scalar) }
      isChanged = true
      return "-"
    }
    guard isChanged || whole.hasPrefix(".") || whole.isEmpty else { return String(kept) + ".txt" }
    // FNV-1a: few bytes, and equal in every run.
    let hash = whole.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return "_" + String(kept) + "-" + String(hash, radix: 16) + ".txt"
  }
}
