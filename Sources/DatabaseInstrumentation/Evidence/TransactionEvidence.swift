/// Rows of one table that changed within a recording.
package struct TableRows: Sendable, Hashable {
  package var table: TableName
  /// Number of the session flush; 0: none.
  package var flush: UInt32
  package var rows: RowTally

  package init(table: TableName, flush: UInt32, rows: RowTally) {
    self.table = table
    self.flush = flush
    self.rows = rows
  }
}

/// One transaction as one recording saw it.
package struct TransactionEvidence: Sendable {
  /// Index of its connection in the evidence.
  package var connection: Int32
  package var mode: TransactionRecord.Mode
  package var outcome: TransactionRecord.Outcome
  package var isRolledBackByDatabase: Bool
  /// Whether its beginning was recorded.
  package var beganInside: Bool
  /// Whether its end was recorded.
  package var endedInside: Bool
  package var executed: [TableRows]
  package var durable: [TableRows]
  /// Statements of the recording that write.
  package var writes: Int
  package var isComplete: Bool
  /// Positions in the evidence, where the statements were kept.
  package var firstStatement: Int?
  package var lastStatement: Int?
  package var beginStatement: Int?
  package var start: UInt64

  /// What counts as lasting when the recording ends.
  ///
  /// A transaction that was left open has not kept anything. One that was open before the recording began is decided
  /// about outside: what was not undone meanwhile counts.
  package var lasting: [TableRows] {
    switch outcome {
    case .committed, .unknown: durable
    case .rolledBack: []
    case .open: beganInside ? [] : durable
    }
  }
}

/// Transactions past the limit of details, by how they ended: their contents are exact.
package struct TransactionTotals: Sendable {
  package var executed = ChangeTally()
  package var durable = ChangeTally()
  package var participants: [UInt32: Totals] = [:]

  package struct Totals: Sendable {
    package var commits = 0
    package var rollbacks = 0
    package var autocommitWrites = 0
    package var isComplete = true
  }

  mutating func add(_ record: TransactionRecord) {
    executed.add(record.executed)
    if record.outcome != .rolledBack { durable.add(record.durable) }
    for participant in record.participants {
      var totals = participants[participant.scope] ?? Totals()
      if !record.isComplete { totals.isComplete = false }
      if record.mode == .autocommit { totals.autocommitWrites += participant.writes }
      if record.end?.scope == participant.scope, record.isWriting {
        if record.outcome == .committed { totals.commits += 1 }
        if record.outcome == .rolledBack, record.mode != .autocommit { totals.rollbacks += 1 }
      }
      participants[participant.scope] = totals
    }
  }
}

extension TransactionRecord {
  /// Whether a statement in it wrote or could have.
  package var isWriting: Bool { writes > 0 || !executed.isEmpty }
}

extension TransactionRecord {
  /// - Parameters:
  ///   - isInside: Whether a scope is part of the recording.
  ///   - position: The position in the evidence of a place in the log.
  func evidence(
    connection: Int32, tables: TableNames, isInside: (UInt32) -> Bool, position: (UInt64) -> Int?
  ) -> TransactionEvidence? {
    var (isOurs, writes) = (false, 0)
    var (first, last): (Int?, Int?)
    for participant in participants where isInside(participant.scope) {
      isOurs = true
      writes += participant.writes
      if let position = position(participant.first) {
        first = min(first ?? position, position)
        last = max(last ?? position, position)
      }
      if participant.last != participant.first, let position = position(participant.last) {
        first = min(first ?? position, position)
        last = max(last ?? position, position)
      }
    }
    guard isOurs else { return nil }
    var evidence = TransactionEvidence(
      connection: connection, mode: mode, outcome: outcome, isRolledBackByDatabase: isRolledBackByDatabase,
      beganInside: false, endedInside: false, executed: executed.rows(in: tables, isInside: isInside),
      durable: durable.rows(in: tables, isInside: isInside), writes: writes, isComplete: isComplete,
      firstStatement: first, lastStatement: last, beginStatement: nil, start: start)
    if let begin, isInside(begin.scope) {
      evidence.beganInside = true
      evidence.beginStatement = position(begin.statement)
    }
    if let end { evidence.endedInside = isInside(end.scope) }
    return evidence
  }
}

extension ChangeTally {
  func rows(in tables: TableNames, isInside: (UInt32) -> Bool) -> [TableRows] {
    var found: [TableRows] = []
    for entry in entries where isInside(entry.key.scope) {
      guard let table = tables[entry.key.table] else { continue }
      if let index = found.firstIndex(where: { $0.table == table && $0.flush == entry.key.flush }) {
        found[index].rows += entry.rows
      } else {
        found.append(TableRows(table: table, flush: entry.key.flush, rows: entry.rows))
      }
    }
    return found
  }
}
