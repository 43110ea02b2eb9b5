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

  private func end(_ control: TransactionControl) {
    var step = DriverTransactions.Step(control: control, time: monotonicNanoseconds())
    if let (log, scope) = connection.evidence.logOfTask {
      step.log = log
      step.place = TransactionRecord.Place(scope: scope)
    }
    connection.driver.end(step, on: connection.evidence)
  }
}
