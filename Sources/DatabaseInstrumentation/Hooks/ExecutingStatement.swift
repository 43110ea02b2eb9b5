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
  /// By what it is called among the statements that an endpoint is to see.
  private let told: UInt64?

  init(
    slot: StatementSlot?, observation: (any Observation)?, transaction: DriverStatement? = nil,
    flush: (session: SessionFlush, shape: StatementShape)? = nil, told: UInt64? = nil, start: UInt64? = nil
  ) {
    self.told = told
    self.flush = flush
    self.transaction = transaction
    self.slot = slot
    self.observation = observation
    self.start = start ?? (slot == nil && observation == nil ? 0 : monotonicNanoseconds())
  }

  deinit {
    tellObserver(nil)
    if let told { SeenStatements.shared.end(told) }
  }

  /// The statement ended well.
  ///
  /// - Parameters:
  ///   - rowsReturned: Rows that were read; `nil`: unknown, never taken for zero.
  ///   - rowsChanged: Rows that were inserted, updated or deleted; `nil`: unknown.
  public func didExecute(rowsReturned: Int? = nil, rowsChanged: Int? = nil) {
    end(error: nil, rowsReturned: rowsReturned, rowsChanged: rowsChanged)
  }

  /// The statement ended well, at a time in nanoseconds of the monotonic clock.
  package func didExecute(at end: UInt64) { self.end(error: nil, rowsReturned: nil, rowsChanged: nil, at: end) }

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

  private func end(error: StatementError?, rowsReturned: Int?, rowsChanged: Int?, at time: UInt64? = nil) {
    guard slot != nil || observation != nil || transaction != nil else { return }
    guard !isEnded.exchange(true, ordering: .relaxed) else { return }
    if let told { SeenStatements.shared.end(told) }
    let now = time ?? monotonicNanoseconds()
    var outcome = StatementOutcome(duration: now > start ? now - start : 0, error: error)
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
