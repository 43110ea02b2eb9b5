internal import DatabaseSupport

/// For authors of drivers: tells of transactions that are no statements of their own, as where the protocol has messages for them.
///
/// ```swift
/// let instrumented = InstrumentedConnection("library", system: .postgreSQL)
/// instrumented.transactions.didBegin()
/// do {
///   try sendInsertsAndUpdates()
///   instrumented.transactions.didCommit()
/// } catch {
///   instrumented.transactions.didRollBack()
/// }
/// ```
///
/// Call each once it has succeeded. Where `BEGIN` and its like go through ``StatementHooks``, these are not to be called as well.
public struct TransactionHooks: Sendable {
  let connection: InstrumentedConnection

  /// A transaction began.
  public func didBegin() { end(.begin(.deferred)) }

  /// The transaction was committed.
  public func didCommit() { end(.commit) }

  /// The transaction was rolled back, be it because of a failure.
  public func didRollBack() { end(.rollback) }

  /// A savepoint was made.
  public func didMakeSavepoint(_ name: String) { end(.savepoint(name.lowercased())) }

  /// A savepoint was released: what came after it is the transaction's.
  public func didRelease(_ savepoint: String) { end(.release(savepoint.lowercased())) }

  /// What came after a savepoint was undone.
  public func didRollBack(to savepoint: String) { end(.rollbackTo(savepoint.lowercased())) }

  /// Rows of one table that the open transaction has changed.
  package struct ChangedTable: Sendable {
    var schema: String
    var name: String
    var inserted: Int
    var updated: Int
    var deleted: Int

    package init(schema: String, name: String, inserted: Int, updated: Int, deleted: Int) {
      self.schema = schema
      self.name = name
      self.inserted = inserted
      self.updated = updated
      self.deleted = deleted
    }
  }

  /// The database itself said what the open transaction has changed so far, all of it, whatever its statements told before.
  package func didChange(_ tables: [ChangedTable]) {
    let monitor = connection.evidence.transactions
    let time = monotonicNanoseconds()
    func count(_ rows: Int) -> RowCount { RowCount(rows, first: time, last: time) }
    monitor.correct(
      tables.map { table in
        // As statements name them.
        let database = table.schema == "public" ? "main" : table.schema
        return TableChange(
          table: monitor.number(ofTable: TableName(database: database, name: table.name)),
          rows: RowTally(inserted: count(table.inserted), updated: count(table.updated), deleted: count(table.deleted)))
      })
  }

  private func end(_ control: TransactionControl) {
    var step = DriverTransactions.Step(control: control, time: monotonicNanoseconds())
    if let (log, scope) = connection.evidence.logOfTask {
      step.log = log
      step.place = TransactionRecord.Place(scope: scope)
    }
    connection.driver.end(step, on: connection.evidence)
  }
}
