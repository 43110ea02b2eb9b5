internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseSupport

/// Changes that no statement of the recording says: those of triggers and foreign keys that are not known, of
/// `sqlite3_blob_write`, of a backup, of other processes.
struct UnseenChanges {
  /// A transaction that changed rows of some tables otherwise than its statements say.
  private struct Change {
    var start: UInt64
    var first: Int?
    var last: Int?
  }

  private struct Key: Hashable {
    var database: ObjectIdentifier
    var table: String
  }

  /// In the order in which they began.
  private var changes: [Key: [Change]] = [:]
  /// Statements that may have committed something, by database.
  private var commits: [ObjectIdentifier: [Int]] = [:]
  /// Reads that found a version of their databases, by connection; only where there are several.
  private var versioned: [Int32: [Versioned]] = [:]

  private struct Versioned {
    var index: Int
    /// The first of such reads in its transaction, which all others of it see the same as.
    var snapshot: Int
  }

  init(_ evidence: StatementEvidence) {
    for transaction in evidence.writes.transactions {
      let connection = evidence.connections[Int(transaction.connection)]
      let database = ObjectIdentifier(connection.database)
      let isWriting = transaction.writes > 0 || !transaction.executed.isEmpty
      if let last = transaction.lastStatement, isWriting || transaction.mode != .deferred {
        commits[database, default: []].append(last)
      }
      let hidden = transaction.executed.filter { transaction.writes == 0 || $0.rows.isIndirect }
      for table in Set(hidden.map { $0.table.name.lowercased() }) {
        changes[Key(database: database, table: table), default: []].append(
          Change(
            start: transaction.start, first: transaction.firstStatement,
            last: transaction.outcome == .open ? Int.max : transaction.lastStatement))
      }
    }
    for (index, kind) in evidence.kinds.enumerated() where kind == .pragma || kind == .other {
      commits[ObjectIdentifier(evidence.connection(at: index).database), default: []].append(index)
    }
    if evidence.connections.count > 1 { findVersions(evidence) }
    for database in commits.keys { commits[database]?.sort() }
    for key in changes.keys { changes[key]?.sort { $0.start < $1.start } }
  }

  private mutating func findVersions(_ evidence: StatementEvidence) {
    for (index, record) in evidence.records.enumerated() where record.version != 0 && record.error == 0 {
      let connection = evidence.connectionIndices[index]
      var snapshot = index
      if record.transaction != 0, let before = versioned[connection]?.last,
        evidence.records[before.index].transaction == record.transaction
      {
        snapshot = before.snapshot
      }
      versioned[connection, default: []].append(Versioned(index: index, snapshot: snapshot))
    }
  }

  /// Transactions that are looked at although they began before the first of the two.
  private static let openLimit = 16

  func touch(_ tables: Set<String>, in evidence: StatementEvidence, _ first: Int, _ last: Int) -> Bool {
    let database = ObjectIdentifier(evidence.connection(at: first).database)
    let (from, to) = (evidence.records[first].start, evidence.records[last].start)
    let isChanged = tables.contains { table in
      guard let changes = changes[Key(database: database, table: table)] else { return false }
      let end = changes.partitioningIndex { $0.start >= to }
      let begin = changes.partitioningIndex { $0.start > from }
      return changes[max(0, min(begin, end) - Self.openLimit)..<end].reversed().contains { change in
        guard let begin = change.first, let end = change.last else { return change.start > from }
        return begin < last && end > first
      }
    }
    return isChanged || hasMoreCommits(evidence, first, last)
  }

  /// Whether it is known that nothing was committed between two reads of different connections but what statements say.
  ///
  /// Versions of different connections have nothing to do with each other. So one of the two must have found its own unchanged from
  /// before the first to after the last read.
  func isProven(_ evidence: StatementEvidence, _ first: Int, _ last: Int) -> Bool {
    let (one, other) = (evidence.connectionIndices[first], evidence.connectionIndices[last])
    guard one != other, evidence.records[first].version != 0, evidence.records[last].version != 0 else { return true }
    let others = versioned[other] ?? []
    let own = versioned[one] ?? []
    let place = others.partitioningIndex { $0.index >= last }
    // What it sees may be older than the first read.
    guard !own.isEmpty, place < others.endIndex, others[place].snapshot > first else { return false }
    // And so may what the first read saw be.
    let begin = own[min(own.partitioningIndex { $0.index >= first }, own.endIndex - 1)].snapshot
    let before = others.partitioningIndex { $0.index > begin }
    if before > others.startIndex, !hasMoreCommits(evidence, others[before - 1].index, last) { return true }
    let after = own[own.partitioningIndex { $0.index >= last }...].first { $0.snapshot >= last }
    return after.map { !hasMoreCommits(evidence, first, $0.index) } ?? false
  }

  /// Whether the connection found its databases changed more often between two reads than the statements in between explain.
  private func hasMoreCommits(_ evidence: StatementEvidence, _ first: Int, _ last: Int) -> Bool {
    let (before, after) = (evidence.records[first].version, evidence.records[last].version)
    guard before != 0, after != 0, before != after,
      evidence.connectionIndices[first] == evidence.connectionIndices[last], evidence.dropped.isEmpty
    else { return false }
    let known = commits[ObjectIdentifier(evidence.connection(at: first).database)] ?? []
    let explained = known.partitioningIndex { $0 > last } - known.partitioningIndex { $0 > first }
    return (after &- before) & 0x7FFF_FFFF > UInt32(clamping: explained)
  }
}

extension RowTally {
  /// Whether a trigger or a foreign key action changed some of them.
  fileprivate var isIndirect: Bool { inserted.indirect + updated.indirect + deleted.indirect > 0 }
}
