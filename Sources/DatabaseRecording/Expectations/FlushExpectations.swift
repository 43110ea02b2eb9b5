internal import DatabaseInstrumentation
internal import DatabaseSupport

extension DatabaseExpectation {
  /// Which rows a scope inserts, updates and deletes so that they last, by table.
  ///
  /// ```swift
  /// try expectDatabase(.flush(inserted: ["book": 1, "page": 12])) { try library.publish(draft) }
  /// ```
  ///
  /// It compares the sum over all transactions of the scope: what was rolled back, or undone by a savepoint, does not count.
  /// A table that is named anywhere is compared with all three counts; what is not given is 0. Rows that triggers, foreign
  /// key actions and `REPLACE` change count. Rows of a virtual table are its own, whatever tables it keeps them in. Names are compared without case; tables of attached databases are written
  /// `archive.book`, temporary ones `temp.draft`.
  ///
  /// ```text
  /// Expected 12 rows inserted into page, found 11, and 1 more count differs.
  ///     table  change    expected  found
  ///   ≠ page   inserted        12     11
  ///   ≠ page   updated          0      2
  ///     book   inserted         1      1
  ///   1×  committed, immediate: inserted book 1, page 12; updated page 2; deleted page 1    #1 … #16
  ///        at Library.swift:42 in Library.publish(_:)
  /// ```
  ///
  /// It takes SQLite's row changes, which are on where `DatabaseTesting` is linked, and of other databases the numbers that a driver
  /// tells (`InstrumentedConnection`). Where they are not all known, as of triggers, the expectation fails and says so.
  ///
  /// - Parameters:
  ///   - inserted: Rows inserted, by table.
  ///   - updated: Rows updated, by table.
  ///   - deleted: Rows deleted, by table.
  ///   - exactly: Whether nothing may be written to tables that are not named.
  public static func flush(
    inserted: [String: Int] = [:], updated: [String: Int] = [:], deleted: [String: Int] = [:], exactly: Bool = false
  ) -> Self {
    var expected = RowChanges()
    // With the zeros, which name a table.
    (expected.inserted, expected.updated, expected.deleted) = (inserted, updated, deleted)
    let wanted = expected
    let name = flushName(wanted, exactly: exactly)
    return DatabaseExpectation(
      name: name, needsQueries: false, problem: flushProblem(wanted, exactly: exactly),
      wantsNumber: true
    ) {
      recording, _ in
      if let unknown = UnknownRows(recording, expectation: name).finding { return [unknown] }
      let found = LastingRows(recording).changes
      let table = RowChangeTable(expected: wanted, found: found, isExact: exactly)
      let mismatches = Analysis(recording).flushMismatches()
      guard table.differs else { return mismatches }
      let statements = Array(recording.writes)
      return [
        Finding(
          kind: .flush, headline: "Expected \(table.firstDifference).",
          details: table.text() + TransactionLines(recording) { $0.writeCount > 0 || !$0.executed.isEmpty }.lines
            + OpenNote(recording).lines + (statements.isEmpty ? Unseen(recording).lines : []),
          count: statements.count, callSite: nil, statements: statements, isFinal: table.isExceeded)
      ] + mismatches
    }
  }

  private static func flushName(_ changes: RowChanges, exactly: Bool) -> String {
    var parts: [String] = []
    for (label, rows) in [
      ("inserted", changes.inserted), ("updated", changes.updated), ("deleted", changes.deleted),
    ] where !rows.isEmpty {
      let list = rows.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
      parts.append("\(label): [\(list)]")
    }
    if exactly { parts.append("exactly: true") }
    return ".flush(\(parts.joined(separator: ", ")))"
  }

  private static func flushProblem(_ changes: RowChanges, exactly: Bool) -> String? {
    let all = [changes.inserted, changes.updated, changes.deleted]
    if all.contains(where: { $0.contains { $0.value < 0 } }) { return "a count cannot be negative; write 0 or more." }
    if !exactly, all.allSatisfy(\.isEmpty) {
      return "it names no table, so nothing can break it; name one, or write .noDurableWrites."
    }
    return nil
  }

  /// In which order a scope writes: all changes of one step come before the first of the next.
  ///
  /// ```swift
  /// recording.expect(.flush(order: [.insert("author"), .insert("book")]))
  /// ```
  ///
  /// Changes that did not last, and changes that are not named, do not matter.
  ///
  /// ```text
  /// Expected insert author before insert book, found insert book first.
  ///   what was written, in the order of the first row of each:
  ///     1. insert book     3 rows
  ///     2. insert author   2 rows
  /// ```
  ///
  /// - Parameter order: The steps, at least two, each of them once.
  public static func flush(order: [FlushStep]) -> Self {
    let list = order.map { ".\($0.operation.rawValue)(\"\($0.table)\")" }.joined(separator: ", ")
    let name = ".flush(order: [\(list)])"
    let folded = order.map { "\($0.operation.rawValue) \($0.table.asciiLowercased)" }
    var problem: String?
    if order.count < 2 { problem = "an order takes two steps or more." }
    if Set(folded).count < folded.count { problem = "it names a step twice; each may stand once." }
    return DatabaseExpectation(name: name, needsQueries: false, problem: problem) { recording, _ in
      if let unknown = UnknownRows(recording, expectation: name).finding { return [unknown] }
      return FlushOrder(recording).finding(order).map { [$0] } ?? []
    }
  }

  /// No row is inserted, updated or deleted so that it lasts. What is rolled back may be written.
  ///
  /// ```text
  /// Expected no durable writes, found 1 row: inserted book 1.
  ///   1×  committed, autocommit: inserted book 1    #1
  ///        at Library.swift:42 in Library.preview(_:)
  /// ```
  ///
  /// ``noWrites`` is the stricter one: it does not even allow writes that are undone. Tables may be defined, as long as no row
  /// comes or goes with it: `DROP TABLE`, `CREATE TABLE … AS` and `ALTER TABLE … DROP COLUMN` break it, as does a whole
  /// database that is written: by a backup, by `VACUUM INTO`, or by `sqlite3_deserialize`. Rows of temporary tables do not last.
  public static var noDurableWrites: Self {
    DatabaseExpectation(name: ".noDurableWrites", needsQueries: true) { recording, _ in
      if let unknown = UnknownTransactions(recording, expectation: ".noDurableWrites").finding { return [unknown] }
      if let written = WholeDatabases(recording).finding { return [written] }
      if let dropped = DurableDefinitions(recording).finding { return [dropped] }
      let found = LastingRows(recording).durable
      let count = [found.inserted, found.updated, found.deleted].flatMap(\.values).reduce(0, +)
      if count == 0 {
        let unknown = UnknownRows(recording, expectation: ".noDurableWrites").finding
        return recording.storage.evidence.writes.mayHaveKeptMore ? unknown.map { [$0] } ?? [] : []
      }
      return [
        Finding(
          kind: .flush, headline: "Expected no durable writes, found \(count.counted("row")): \(found).",
          details: TransactionLines(recording) { !$0.lasting.isEmpty }.lines, count: count,
          statements: Array(recording.writes), isFinal: true)
      ]
    }
  }
}

extension WriteEvidence {
  /// Whether rows that nobody told of may have lasted.
  fileprivate var mayHaveKeptMore: Bool {
    if hasOverflow, !overflow.isComplete { return true }
    return transactions.contains { transaction in
      if transaction.isComplete || transaction.outcome == .rolledBack { return false }
      return transaction.outcome != .open || !transaction.beganInside
    }
  }
}

/// That there are statements of which nobody tells what their transaction kept.
struct UnknownTransactions {
  let finding: Finding?

  init(_ recording: Recording, expectation: String) {
    finding = recording.unknownTransactions.map { reason in
      Finding(
        kind: .blind, headline: "\(expectation) cannot be checked: \(reason).",
        details: ["  fix: count statements instead, e.g. .writes(…) or .statements(.transaction, …)"])
    }
  }
}

/// That rows were changed which nobody could tell of.
struct UnknownRows {
  let finding: Finding?

  init(_ recording: Recording, expectation: String) {
    finding = recording.unknownRowChanges.map { reason in
      Finding(
        kind: .blind, headline: "\(expectation) cannot be checked: \(reason).",
        details: [
          recording.isUnknownBySQLite
            ? "  fix: link an SQLite that is built with SQLITE_ENABLE_PREUPDATE_HOOK, switch row changes on, and record the whole transaction"
            : "  fix: count statements instead, e.g. .inserts(…, on: …), or have the driver tell rows, tables and transactions"
        ])
    }
  }
}

/// Why rows that ran do not count.
private struct OpenNote {
  let lines: [String]

  init(_ recording: Recording) {
    let open = recording.transactions.filter { $0.outcome == .open && !$0.executed.isEmpty }
    var lines: [String] = []
    if open.contains(where: { !$0.beganBefore }) {
      lines.append("  a transaction that was still open when the recording ended has kept nothing")
    }
    if open.contains(where: \.beganBefore) {
      lines.append("  a transaction began before the recording and went on after it: its part within counts as written")
    }
    self.lines = lines
  }
}

/// The order of what lasted.
private struct FlushOrder {
  private struct Change {
    var name: String
    var rows: RowCount
  }

  private let changes: [String: Change]

  init(_ recording: Recording) {
    var changes: [String: Change] = [:]
    for entry in recording.storage.evidence.writes.lasting {
      for operation in RowOperation.allCases where entry.rows[operation].count > 0 {
        let name = "\(operation) \(entry.table.qualified)"
        changes[name.asciiLowercased, default: Change(name: name, rows: RowCount())].rows += entry.rows[operation]
      }
    }
    self.changes = changes
  }

  func finding(_ order: [FlushStep]) -> Finding? {
    let found = order.map { step in changes[step.description.asciiLowercased] }
    if let missing = found.firstIndex(where: { $0 == nil }) {
      return Finding(
        kind: .flush, headline: "Expected \(order[missing]) as step \(missing + 1) of \(order.count), found none.",
        details: lines, count: 1)
    }
    for (offset, (before, after)) in zip(found, found.dropFirst()).enumerated() {
      guard let before, let after, before.rows.last >= after.rows.first else { continue }
      let how = after.rows.first < before.rows.first ? "found \(order[offset + 1]) first" : "found them mixed"
      return Finding(
        kind: .flush, headline: "Expected \(order[offset]) before \(order[offset + 1]), \(how).", details: lines,
        count: 1)
    }
    return nil
  }

  private var lines: [String] {
    guard !changes.isEmpty else { return ["  nothing was written that lasted"] }
    let sorted = changes.values.sorted { $0.rows.first < $1.rows.first }
    let width = sorted.map(\.name.count).max() ?? 0
    return ["  what was written, in the order of the first row of each:"]
      + sorted.enumerated().map { offset, change in
        "    \(offset + 1). \(change.name.padded(to: width))   \(change.rows.count.counted("row"))"
      }
  }
}
