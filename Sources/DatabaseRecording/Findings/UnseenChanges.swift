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
    for database in commits.keys { commits[database]?.sort() }
    for key in changes.keys { changes[key]?.sort { $0.start < $1.start } }
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
