internal import DatabaseSupport

/// The transactions of one connection, as its driver tells of them: by the text of `BEGIN`, `COMMIT` and their like, or by calls.
final class DriverTransactions: Sendable {
  private let state: Locked<State>

  fileprivate struct State {
    /// Whether the driver has told of one, so that a statement outside of any is known to be so.
    var areTold: Bool
    var isOpen = false
    /// A statement failed, after which PostgreSQL takes back whatever is still sent.
    var isAborted = false
  }

  /// - Parameter areTold: Whether the driver says that it tells of all.
  init(areTold: Bool) {
    state = Locked(State(areTold: areTold))
  }

  /// Whether the transaction around a statement that begins now is known, or that there is none.
  var areKnown: Bool { state.withLock { $0.areTold || $0.isOpen } }

  /// Whether a statement has to be heard of although nobody records.
  var isOpen: Bool { state.withLock { $0.isOpen } }

  /// What `sql` asks for, where it may be a transaction's; looked at for every statement.
  static func control(in sql: String) -> TransactionControl? {
    guard sql.mayControl else { return nil }
    return TransactionControl(sql) ?? (sql.isAbort ? .rollback : nil)
  }

  /// A statement, or a call, of the driver ended.
  func end(_ step: Step, on connection: ObservedConnection) {
    guard step.control != nil || step.isWrite || step.hasFailed else { return }
    let (control, isKnown, endsBefore) = state.withLock { state -> (TransactionControl?, Bool, Bool) in
      let endsBefore = state.isOpen && step.commitsBefore
      if endsBefore { state.isOpen = false }
      let control = state.follow(step, isAbortedByFailures: connection.info.system.abortsAfterFailure)
      return (control, state.areTold, endsBefore)
    }
    if endsBefore { settle(TransactionLedger.Ending(control: .commit), step, on: connection) }
    guard isKnown, control != nil || step.isWrite else { return }
    var ending = TransactionLedger.Ending(control: control, isWrite: step.isWrite)
    ending.hasFailed = step.hasFailed
    ending.keepsChanges = !step.hasFailed
    ending.isComplete = step.hasFailed || step.isComplete
    settle(ending, step, on: connection)
    if step.isChained { settle(TransactionLedger.Ending(control: .begin(.deferred)), step, on: connection) }
  }

  private func settle(_ ending: TransactionLedger.Ending, _ step: Step, on connection: ObservedConnection) {
    var ending = ending
    ending.place = step.place
    ending.time = step.time
    connection.transactions.settle(
      ending, in: step.log, first: ending.control == nil && !step.hasFailed ? step.change : nil, transactions: nil)
  }

  /// What ended.
  struct Step {
    var control: TransactionControl?
    var log: StatementLog?
    var place = TransactionRecord.Place()
    var time: UInt64
    var isWrite = false
    var hasFailed = false
    /// Whether all rows that it changed are known.
    var isComplete = true
    var change: TableChange?
    /// Whether the database commits what is open before it.
    var commitsBefore = false
    /// `COMMIT AND CHAIN`: the next one begins at once.
    var isChained = false
  }
}

extension DriverTransactions.State {
  /// - Returns: What the database made of what was asked for.
  fileprivate mutating func follow(_ step: DriverTransactions.Step, isAbortedByFailures: Bool) -> TransactionControl? {
    guard !step.hasFailed else {
      if isOpen, isAbortedByFailures { isAborted = true }
      return step.control
    }
    switch step.control {
    case .begin, .savepoint:
      areTold = true
      isOpen = true
      return step.control
    case .rollbackTo:
      isAborted = false
      return step.control
    case .commit, .rollback:
      areTold = true
      isOpen = step.isChained
      // PostgreSQL answers such a COMMIT with ROLLBACK.
      defer { isAborted = false }
      return isAborted ? .rollback : step.control
    case .release, nil: return step.control
    }
  }
}

extension DatabaseSystem {
  fileprivate var abortsAfterFailure: Bool { dialect == .postgreSQL }
}

extension String {
  /// Whether its first two letters are those of a statement that begins, divides or ends a transaction, or it begins with a comment.
  fileprivate var mayControl: Bool {
    var bytes = utf8.makeIterator()
    var first = bytes.next()
    while first == 0x20 || first == 0x0a || first == 0x0d || first == 0x09 { first = bytes.next() }
    guard let first else { return false }
    switch (first | 0x20, bytes.next().map { $0 | 0x20 }) {
    case (UInt8(ascii: "b"), UInt8(ascii: "e")), (UInt8(ascii: "c"), UInt8(ascii: "o")),
      (UInt8(ascii: "e"), UInt8(ascii: "n")), (UInt8(ascii: "r"), UInt8(ascii: "o")),
      (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "s"), UInt8(ascii: "a")),
      (UInt8(ascii: "s"), UInt8(ascii: "t")), (UInt8(ascii: "a"), UInt8(ascii: "b")),
      (UInt8(ascii: "/"), _), (UInt8(ascii: "-"), _):
      return true
    default: return false
    }
  }

  /// PostgreSQL's other word for `ROLLBACK`.
  fileprivate var isAbort: Bool {
    let words = split(whereSeparator: { !$0.isLetter }).map { $0.uppercased() }
    return words == ["ABORT"] || words == ["ABORT", "WORK"] || words == ["ABORT", "TRANSACTION"]
  }

  var isChained: Bool { uppercased().hasSuffix(" AND CHAIN") }
}
