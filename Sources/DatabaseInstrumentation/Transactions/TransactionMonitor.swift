internal import CStatementLog
internal import DatabaseSupport

/// Files the transactions of one connection with the recordings that they belong to.
package final class TransactionMonitor: Sendable {
  private let state = Locked(State())

  private struct State {
    var ledger = TransactionLedger()
    var tables = TableNames()
    /// Of the recordings that take part in the open transaction.
    var logs: [StatementLog] = []
    /// Number of the transaction that was open when the last statement ended.
    var transaction: UInt32 = 0
    /// That counts statements which only write by itself.
    var running: StatementLog?

    /// Takes what a log counted by itself.
    mutating func endRun() {
      guard let running else { return }
      ledger.end(running.takeRun())
      self.running = nil
    }

    mutating func takeLogs() -> [StatementLog] {
      defer { logs = [] }
      return logs
    }
  }

  /// A transaction that ended, and whose it is.
  private struct Finished {
    var record: TransactionRecord
    var logs: [StatementLog]

    func file() {
      for log in logs { log.append(record) }
    }
  }

  package init() {}

  /// A table is about to be told of by its number; numbers count from 0.
  package func name(table number: UInt32, _ name: TableName) {
    state.withLock { state in
      if Int(number) == state.tables.numbered.count { state.tables.numbered.append(name) }
    }
  }

  /// A number for a table that its source names.
  package func number(ofTable name: TableName) -> UInt32 {
    state.withLock { $0.tables.number(of: name) }
  }

  /// A statement ended that wrote, or that begins or ends a transaction.
  ///
  /// - Parameters:
  ///   - log: Of the recording that it belongs to.
  ///   - first: What it changed, one table apart: nearly every statement writes to one.
  ///   - transactions: The numbers of the transactions that it began and ended in, where the source counts them.
  package func settle(
    _ ending: TransactionLedger.Ending, in log: StatementLog?, first: TableChange?, rest: [TableChange] = [],
    transactions: (before: UInt32, after: UInt32)?
  ) {
    let flush = SessionFlush.current
    let scope = ending.place.scope
    func key(_ table: UInt32) -> ChangeTally.Key {
      ChangeTally.Key(scope: scope, flush: flush?.number ?? 0, table: table)
    }
    var undone = ChangeTally()
    let finished = state.withLock { state -> [Finished] in
      defer { if flush != nil { undone = state.ledger.undone } }
      var finished: [Finished] = []
      state.endRun()
      if let transactions, transactions.before != state.transaction, let stale = state.ledger.closeUnseen() {
        finished.append(Finished(record: stale, logs: state.takeLogs()))
      }
      if let first { state.ledger.add(first.rows, for: key(first.table)) }
      for change in rest { state.ledger.add(change.rows, for: key(change.table)) }
      if let log, state.logs.last !== log, !state.logs.contains(where: { $0 === log }) { state.logs.append(log) }
      let ended = state.ledger.end(ending)
      state.transaction = transactions?.after ?? 0
      if !ended.isEmpty { finished += ended.map { Finished(record: $0, logs: state.logs) } }
      if !state.ledger.isOpen, !state.logs.isEmpty { state.logs.removeAll(keepingCapacity: true) }
      if state.ledger.isOpen, let log, scope != 0, state.transaction != 0 {
        log.beginRun(in: state.transaction, scope: scope)
        state.running = log
      }
      return finished
    }
    if let flush {
      if ending.keepsChanges {
        for change in (first.map { [$0] } ?? []) + rest {
          if let name = name(of: change.table) { flush.add(change.rows, to: name) }
        }
      }
      for entry in undone.entries where entry.key.flush == flush.number {
        if let name = name(of: entry.key.table) { flush.remove(entry.rows, from: name) }
      }
      if ending.isWrite, !ending.isComplete, first == nil { flush.markUnknown() }
    }
    for ended in finished { ended.file() }
  }

  /// The database said what the open transaction has changed so far: that counts, and not what was added up.
  ///
  /// Where parts of it were undone, what the database counts includes them, and is not taken.
  package func correct(_ changes: [TableChange]) {
    state.withLock { state in
      state.endRun()
      state.ledger.correct(changes)
    }
  }

  /// The connection was closed.
  ///
  /// - Parameter scope: Of the recording in which it was; 0: in none.
  package func close(in scope: UInt32 = 0) {
    let finished = state.withLock { state in
      state.endRun()
      let logs = state.takeLogs()
      return state.ledger.close(in: scope).map { Finished(record: $0, logs: logs) }
    }
    finished?.file()
  }

  /// The transaction that is open now.
  package var current: TransactionRecord? {
    state.withLock { state in
      state.endRun()
      return state.ledger.current
    }
  }

  /// The tables by number.
  var tables: TableNames { state.withLock { $0.tables } }

  /// The name of a table by its number.
  package func name(of table: UInt32) -> TableName? {
    state.withLock { $0.tables[table] }
  }
}
