internal import CStatementLog
internal import DatabaseSupport
internal import Synchronization

/// A statement that a driver has sent: the token of ``StatementHooks``.
///
/// Its end is told once; what is told afterwards is left out. A token that is let go without an end leaves a statement that
/// is still open, which is what a recording says of it; its span ends there.
public final class ExecutingStatement: Sendable {
  let slot: StatementSlot?
  /// What the observer of the process keeps of it.
  let observation: (any Observation)?
  private let start: UInt64
  private let isEnded = Atomic<Bool>(false)
  /// The session flush that the statement is a part of.
  private let flush: (session: SessionFlush, shape: StatementShape)?
  private let transaction: DriverStatement?

  init(
    slot: StatementSlot?, observation: (any Observation)?, transaction: DriverStatement? = nil,
    flush: (session: SessionFlush, shape: StatementShape)? = nil
  ) {
    self.flush = flush
    self.transaction = transaction
    self.slot = slot
    self.observation = observation
    start = slot == nil && observation == nil ? 0 : monotonicNanoseconds()
  }

  deinit { tellObserver(nil) }

  /// The statement ended well.
  ///
  /// - Parameters:
  ///   - rowsReturned: Rows that were read; `nil`: unknown, never taken for zero.
  ///   - rowsChanged: Rows that were inserted, updated or deleted; `nil`: unknown.
  public func didExecute(rowsReturned: Int? = nil, rowsChanged: Int? = nil) {
    end(error: nil, rowsReturned: rowsReturned, rowsChanged: rowsChanged)
  }

  /// The statement failed.
  ///
  /// The text of the error is not taken: databases like to quote values in it.
  ///
  /// - Parameters:
  ///   - error: What was thrown; its type stands for it where there is no code.
  ///   - status: The database's code: an SQLSTATE such as `23505`, or a number.
  ///   - message: A text without values, for messages and spans.
  public func didFail(_ error: any Error, status: String? = nil, message: String? = nil) {
    let type = String(reflecting: Swift.type(of: error))
    let failure = StatementError(
      code: status.flatMap { Int($0) } ?? 0, status: status ?? type, message: message ?? type)
    end(error: failure, rowsReturned: nil, rowsChanged: nil)
  }

  private func end(error: StatementError?, rowsReturned: Int?, rowsChanged: Int?) {
    guard slot != nil || observation != nil || transaction != nil else { return }
    guard !isEnded.exchange(true, ordering: .relaxed) else { return }
    var outcome = StatementOutcome(duration: monotonicNanoseconds() - start, error: error)
    if let rowsReturned {
      outcome.counts.rowsReturned = UInt32(clamping: rowsReturned)
      outcome.counts.hasRows = true
    }
    if let rowsChanged { outcome.counts.rowsChanged = Int32(clamping: rowsChanged) }
    if let slot { slot.log.end(slot, outcome) }
    let isCounted = transaction?.end(slot, hasFailed: error != nil, rowsChanged: rowsChanged) ?? false
    tellObserver(outcome)
    if let flush, error == nil, !isCounted || SessionFlush.current !== flush.session {
      flush.session.add(rowsChanged, by: flush.shape)
    }
  }

  private func tellObserver(_ outcome: StatementOutcome?) {
    if let observation { ProcessObserver.current?.statementEnded(observation, outcome, message: nil) }
  }
}
