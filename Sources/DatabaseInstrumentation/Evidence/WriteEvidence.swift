/// What one recording knows of transactions and flushes, immutable.
package struct WriteEvidence: Sendable {
  /// In the order in which they began.
  package var transactions: [TransactionEvidence] = []
  /// Of transactions past the limit of details.
  package var overflow = TransactionTotals.Totals()
  package var overflowExecuted: [TableRows] = []
  package var overflowDurable: [TableRows] = []
  package var hasOverflow = false
  package var flushes: [Session] = []
  /// In the order of the connections.
  package var replacements: [DatabaseReplacement] = []

  /// A session flush as it stood when the evidence was taken.
  package struct Session: Sendable {
    package var flush: SessionFlush
    package var kept: [TableName: RowTally]
    package var isFinished: Bool
    /// Whether a statement of it wrote rows that its source does not tell.
    package var isUnknown: Bool
  }

  package init() {}

  /// What ran, over all transactions.
  package var executed: [TableRows] { transactions.flatMap(\.executed) + overflowExecuted }

  /// What lasted, over all transactions.
  package var lasting: [TableRows] { transactions.flatMap(\.lasting) + overflowDurable }

  /// Adds what one connection's transactions did.
  ///
  /// - Parameters:
  ///   - start: When the recording began: what ended before is none of it.
  ///   - scopes: The recording and those inside of it.
  ///   - position: The position in the evidence of a place in the log.
  mutating func add(
    _ log: StatementLog, connection: Int32, from start: UInt64, in scopes: Set<UInt32>, position: (UInt64) -> Int?
  ) {
    let isInside = scopes.contains
    let tables = log.connection.transactions.tables
    let (kept, totals) = log.transactions(from: start)
    for record in kept + (log.connection.transactions.current.map { [$0] } ?? []) {
      if var evidence = record.evidence(
        connection: connection, tables: tables, isInside: isInside, position: position)
      {
        if !log.connection.tellsAll(evidence.executed) { evidence.isComplete = false }
        evidence.executed = log.connection.declared(evidence.executed)
        evidence.durable = log.connection.declared(evidence.durable)
        transactions.append(evidence)
      }
    }
    replacements += log.replacements(from: start, isInside: isInside).map { replacement in
      var replacement = replacement
      replacement.connection = connection
      return replacement
    }
    for (scope, count) in totals.participants where isInside(scope) {
      hasOverflow = true
      overflow.commits += count.commits
      overflow.rollbacks += count.rollbacks
      overflow.autocommitWrites += count.autocommitWrites
      overflow.isComplete = overflow.isComplete && count.isComplete
    }
    let executed = totals.executed.rows(in: tables, isInside: isInside)
    if !log.connection.tellsAll(executed) { overflow.isComplete = false }
    overflowExecuted += log.connection.declared(executed)
    overflowDurable += log.connection.declared(totals.durable.rows(in: tables, isInside: isInside))
  }
}

extension ObservedConnection {
  /// Without the rows in which virtual tables keep their content: a developer declared none of these tables.
  fileprivate func declared(_ rows: [TableRows]) -> [TableRows] {
    guard !rows.isEmpty, rows.contains(where: { VirtualTable.mayKeepContent(in: $0.table.name) }) else { return rows }
    let virtuals = schema.virtualTables
    return rows.filter { entry in !virtuals.contains { $0.keepsContent(in: entry.table.name) } }
  }
}

extension StatementLog {
  /// Whether a transaction that ended has to do with a recording.
  func hasTransactions(from start: UInt64, isInside: (UInt32) -> Bool, looks: inout Int) -> Bool {
    if !replacements(from: start, isInside: isInside).isEmpty { return true }
    return transactions(from: start).kept.contains { transaction in
      looks += 1
      return transaction.participants.contains { isInside($0.scope) }
    }
  }
}
