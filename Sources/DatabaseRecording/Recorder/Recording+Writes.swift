internal import CStatementLog
public import DatabaseInstrumentation
internal import DatabaseSupport

extension Recording {
  /// The transactions, in the order in which they began, with those that wrote nothing.
  ///
  /// A statement outside of any transaction is one when it writes. The first 10,000 of each connection are kept one by one;
  /// expectations count all.
  public var transactions: [RecordedTransaction] {
    storage.evidence.writes.transactions.map { RecordedTransaction(evidence: storage.evidence, transaction: $0) }
  }

  /// What was written: one for each transaction that wrote, then one for each session flush that an ORM declared through
  /// `FlushHooks`.
  ///
  /// What an ORM flushed is also part of its transaction.
  public var flushes: [Flush] { transactionFlushes + sessionFlushes }

  var transactionFlushes: [Flush] {
    let evidence = storage.evidence
    return evidence.writes.transactions.filter { !$0.executed.isEmpty || !$0.isComplete }.map { transaction in
      Flush(
        lasting: transaction.lasting, executed: transaction.executed,
        updatedColumns: evidence.columns(of: transaction.executed, connection: Int(transaction.connection)),
        isCommitted: transaction.outcome == .committed,
        isComplete: transaction.isComplete && transaction.outcome != .unknown, session: nil, announced: nil,
        statementNumbers: transaction.numbers)
    }
  }

  var sessionFlushes: [Flush] {
    let evidence = storage.evidence
    return evidence.writes.flushes.map { session in
      let parts = evidence.writes.transactions.filter { transaction in
        transaction.executed.contains { $0.flush == session.flush.number }
      }
      func rows(_ all: [TableRows]) -> [TableRows] { all.filter { $0.flush == session.flush.number } }
      let numbers = parts.compactMap(\.numbers)
      // A driver tells what its statements changed, and nothing of transactions.
      let told = session.kept.map { TableRows(table: $0, flush: session.flush.number, rows: $1) }
      return Flush(
        lasting: parts.flatMap { rows($0.lasting) },
        executed: parts.isEmpty ? told : parts.flatMap { rows($0.executed) },
        updatedColumns: parts.reduce(into: [:]) { columns, part in
          columns.merge(evidence.columns(of: rows(part.executed), connection: Int(part.connection))) { $0.union($1) }
        },
        isCommitted: !parts.isEmpty && parts.allSatisfy { $0.outcome == .committed },
        isComplete: !parts.isEmpty && parts.allSatisfy { $0.isComplete && $0.outcome != .unknown },
        session: session.flush.name,
        announced: session.flush.announced,
        statementNumbers: numbers.isEmpty
          ? nil : (numbers.map(\.lowerBound).min() ?? 1)...(numbers.map(\.upperBound).max() ?? 1))
    }
  }

  /// Why transactions of the recording are not known; `nil` when they are.
  ///
  /// Drivers, spans and log messages tell of statements, not of what became of them.
  var unknownTransactions: String? {
    let evidence = storage.evidence
    let untold = evidence.records.indices.filter { index in
      let kind = evidence.shape(at: index).kind
      return (kind.isWrite || kind == .transaction)
        && evidence.records[index].flags.isDisjoint(with: [.hasCounters, .knowsTransaction])
    }
    let counted = evidence.dropped.filter { entry in
      let kind = evidence.shape(of: entry).kind
      return (kind.isWrite || kind == .transaction) && entry.statements.withoutCounters > 0
    }
    let count = counted.reduce(untold.count) { $0 + Int($1.statements.withoutCounters) }
    guard let place = untold.first.map({ evidence.connectionIndices[$0] }) ?? counted.first?.connection else {
      return nil
    }
    let connection = evidence.connections[Int(place)].info
    return
      "\(count.counted("statement")) of \(connection) came from hooks, spans or log messages, which do not tell "
      + "what a transaction keeps"
  }

  /// Why row changes of the recording are not known; `nil` when they are.
  var unknownRowChanges: String? {
    if let unknownTransactions { return unknownTransactions }
    let writes = storage.evidence.writes
    if writes.transactions.contains(where: { $0.outcome == .unknown && !$0.executed.isEmpty }) {
      return "a transaction that wrote ended while no recording was running"
    }
    if let transaction = writes.transactions.first(where: { !$0.isComplete && isOfDriver($0) }) {
      let connection = storage.evidence.connections[Int(transaction.connection)].info
      return
        "the driver of \(connection) does not tell all rows that were changed: of some statement it tells no number, or it cannot "
        + "know what a trigger, an upsert or the action of a foreign key changed"
    }
    if writes.transactions.contains(where: { !$0.isComplete }) || (writes.hasOverflow && !writes.overflow.isComplete) {
      return
        "SQLite did not tell all rows that were changed: without its preupdate hook it says nothing of rows that REPLACE removes, "
        + "and counts others without a word on their table"
    }
    return nil
  }
}

extension Recording {
  /// Whether a driver told of a transaction, and not SQLite.
  private func isOfDriver(_ transaction: TransactionEvidence) -> Bool {
    guard let first = transaction.firstStatement else {
      return storage.evidence.connections[Int(transaction.connection)].info.system != .sqlite
    }
    return !storage.evidence.records[first].flags.contains(.hasCounters)
  }

  /// Whether SQLite could tell what is not known of row changes.
  var isUnknownBySQLite: Bool {
    unknownTransactions == nil && !storage.evidence.writes.transactions.contains { !$0.isComplete && isOfDriver($0) }
  }
}

extension TransactionEvidence {
  var numbers: ClosedRange<Int>? {
    guard let firstStatement, let lastStatement else { return nil }
    return (firstStatement + 1)...(max(firstStatement, lastStatement) + 1)
  }
}

extension StatementEvidence {
  /// Names of the columns that updates changed; a column whose name is not known is `column 3`.
  func columns(of rows: [TableRows], connection: Int) -> [String: Set<String>] {
    var found: [String: Set<String>] = [:]
    for entry in rows where entry.rows.updatedColumns != 0 {
      let isMain = entry.table.database == "main"
      let names = isMain ? connections[connection].schema.table(entry.table.name)?.columns ?? [] : []
      for column in 0..<64 where entry.rows.updatedColumns & (1 << UInt64(column)) != 0 {
        found[entry.table.qualified, default: []].insert(
          column < names.count ? names[column] : "column \(column + 1)")
      }
    }
    return found
  }
}
