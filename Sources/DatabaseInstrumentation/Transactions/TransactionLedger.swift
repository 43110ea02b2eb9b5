internal import CStatementLog

/// Keeps account of what the transactions of one connection wrote, and of what lasted.
///
/// A pure value: it is told of each statement that changed rows or that begins, divides or ends a transaction, after that
/// statement ended. Changes are first added, then the statement's end settles them.
///
/// ```text
/// ledger.end(.init(control: .begin(.deferred), inAutocommit: false))
/// ledger.add(RowTally(inserted: RowCount(1)), for: .init(table: 0))
/// ledger.end(.init(inAutocommit: false))
/// ledger.end(.init(control: .commit, inAutocommit: true))     // returns the transaction
/// ```
package struct TransactionLedger: Sendable {
  /// The end of one statement.
  package struct Ending: Sendable {
    package var control: TransactionControl?
    package var place = TransactionRecord.Place()
    /// Whether it is a statement that may change rows, or defines something.
    package var isWrite = false
    package var hasFailed = false
    /// Whether its own changes were kept when it failed half-way.
    package var keepsChanges = true
    /// Whether there was no transaction around it when it began; `nil`: the source cannot tell.
    package var beganInAutocommit: Bool?
    /// Whether there is no transaction after it; `nil`: the source cannot tell.
    package var inAutocommit: Bool?
    /// Whether a commit of a transaction that wrote changed the database; `nil`: the source cannot tell, or it wrote nothing.
    package var reachedDatabase: Bool?
    /// Whether all row changes of the statement are known.
    package var isComplete = true
    package var time: UInt64 = 0

    package init(
      control: TransactionControl? = nil, isWrite: Bool = false, beganInAutocommit: Bool? = nil,
      inAutocommit: Bool? = nil
    ) {
      self.control = control
      self.isWrite = isWrite
      self.beganInAutocommit = beganInAutocommit
      self.inAutocommit = inAutocommit
    }
  }

  /// From a savepoint, or from the beginning, to the next savepoint.
  fileprivate struct Frame: Sendable {
    /// `nil`: the transaction itself.
    var name: String?
    var changes = ChangeTally()
  }

  fileprivate struct Open: Sendable {
    var record: TransactionRecord
    var frames: [Frame]
    /// Whether a part of it was undone.
    var hasUndone = false
  }

  fileprivate var open: Open?
  /// What the statement that ended last undid, as `ROLLBACK TO` does.
  private(set) var undone = ChangeTally()
  /// Changes of the statement that has not ended yet.
  private var statement = ChangeTally()

  package init() {}

  /// Whether a transaction is open, as far as was seen.
  package var isOpen: Bool { open != nil }

  /// The transaction that is open, as it stands.
  package var current: TransactionRecord? {
    guard let open else { return nil }
    var record = open.record
    record.durable = open.lasting
    return record
  }

  /// The statement that ends next changed rows.
  package mutating func add(_ rows: RowTally, for key: ChangeTally.Key) {
    guard !rows.isEmpty else { return }
    statement.add(rows, for: key)
  }

  /// A statement ended.
  ///
  /// - Returns: The transactions that ended with it: none or one, two where the end of an earlier one was not seen.
  package mutating func end(_ ending: Ending) -> [TransactionRecord] {
    defer { if !statement.isEmpty { statement.removeAll() } }
    if !undone.isEmpty { undone.removeAll() }
    var finished: [TransactionRecord] = []
    if ending.beganInAutocommit == true, let stale = close(.unknown) { finished.append(stale) }
    if open == nil, ending.beganInAutocommit == false {
      open = Open(record: TransactionRecord(mode: .unseen, begin: nil, start: ending.time), frames: [Frame()])
    }
    if open == nil {
      begin(ending)
      if open == nil, let record = autocommitted(ending) { finished.append(record) }
    } else if let record = proceed(ending) {
      finished.append(record)
    }
    return finished
  }

  /// What the open transaction has changed so far, of all its statements.
  ///
  /// Nothing is taken where a savepoint was rolled back, or where statements of several recordings took part.
  mutating func correct(_ changes: [TableChange]) {
    guard let open, !open.hasUndone else { return }
    let scopes = Set(open.record.participants.map(\.scope)).subtracting([0])
    let flushes = Set(open.record.executed.entries.map(\.key.flush))
    guard scopes.count == 1, let scope = scopes.first, flushes.count <= 1 else { return }
    var tally = ChangeTally()
    for change in changes {
      tally.add(change.rows, for: ChangeTally.Key(scope: scope, flush: flushes.first ?? 0, table: change.table))
    }
    self.open?.record.executed = tally
    self.open?.record.isComplete = true
    self.open?.frames = [Frame(changes: tally)]
  }

  /// Statements in a row ended that wrote within the open transaction and did nothing else: as if each had been told of.
  mutating func end(_ run: dsl_run) {
    guard run.writes > 0, open != nil else { return }
    open?.take(run)
  }

  /// The connection was closed: SQLite rolls back what is open.
  ///
  /// - Parameter scope: Of the recording in which it was; 0: in none.
  package mutating func close(in scope: UInt32) -> TransactionRecord? {
    guard var record = close(.rolledBack) else { return nil }
    record.isRolledBackByDatabase = true
    if scope != 0 { record.end = TransactionRecord.Place(scope: scope) }
    return record
  }

  /// Forgets what is open: it went on while nobody looked.
  package mutating func closeUnseen() -> TransactionRecord? { close(.unknown) }

  private mutating func begin(_ ending: Ending) {
    guard ending.inAutocommit != true, !ending.hasFailed else { return }
    let frames: [Frame]
    let mode: TransactionRecord.Mode
    switch ending.control {
    case .begin(let asked):
      mode = asked
      frames = [Frame()]
    case .savepoint(let name):
      mode = .savepoint
      frames = [Frame(name: name)]
    default:
      return
    }
    var record = TransactionRecord(mode: mode, begin: ending.place, start: ending.time)
    record.note(ending.place, isWrite: false)
    open = Open(record: record, frames: frames)
  }

  private func autocommitted(_ ending: Ending) -> TransactionRecord? {
    guard ending.isWrite || !statement.isEmpty else { return nil }
    var record = TransactionRecord(mode: .autocommit, begin: ending.place, start: ending.time)
    record.note(ending.place, isWrite: ending.isWrite)
    record.end = ending.place
    record.executed = statement
    record.isComplete = ending.isComplete
    if ending.keepsChanges {
      record.durable = statement
      record.outcome = ending.hasFailed && statement.isEmpty ? .rolledBack : .committed
    } else {
      record.outcome = .rolledBack
    }
    record.isRolledBackByDatabase = record.outcome == .rolledBack
    return record
  }

  private mutating func proceed(_ ending: Ending) -> TransactionRecord? {
    let isRelevant = ending.isWrite || ending.control != nil || !statement.isEmpty
    open?.take(statement, ending, isRelevant: isRelevant)
    if let outcome = outcome(of: ending) {
      open?.record.end = ending.place
      if !isRelevant { open?.record.note(ending.place, isWrite: false) }
      let isAsked = ending.control == .rollback && !ending.hasFailed
      guard var record = close(outcome) else { return nil }
      record.isRolledBackByDatabase = outcome == .rolledBack && !isAsked
      return record
    }
    if !ending.hasFailed, let control = ending.control { open?.divide(by: control, undone: &undone) }
    return nil
  }

  /// How the open transaction ended with a statement; `nil` when it did not.
  private func outcome(of ending: Ending) -> TransactionRecord.Outcome? {
    if ending.inAutocommit == false { return nil }
    let isCommit: Bool
    switch ending.control {
    case .commit: isCommit = true
    case .release(let name): isCommit = ending.inAutocommit == true || open?.isOutermost(name) == true
    default: isCommit = false
    }
    if ending.inAutocommit == nil {
      // Without a word from the database the statements themselves decide.
      if ending.hasFailed { return nil }
      if isCommit { return .committed }
      return ending.control == .rollback ? .rolledBack : nil
    }
    guard isCommit, !ending.hasFailed else { return .rolledBack }
    if ending.reachedDatabase == false { return .rolledBack }
    return .committed
  }

  private mutating func close(_ outcome: TransactionRecord.Outcome) -> TransactionRecord? {
    guard let open else { return nil }
    self.open = nil
    var record = open.record
    record.outcome = outcome
    if outcome == .committed || outcome == .unknown { record.durable = open.lasting }
    return record
  }
}

extension TransactionLedger.Open {
  fileprivate var lasting: ChangeTally {
    var sum = frames[0].changes
    for frame in frames.dropFirst() { sum.add(frame.changes) }
    return sum
  }

  fileprivate mutating func take(
    _ changes: ChangeTally, _ ending: TransactionLedger.Ending, isRelevant: Bool
  ) {
    if isRelevant { record.note(ending.place, isWrite: ending.isWrite) }
    if !ending.isComplete { record.isComplete = false }
    guard !changes.isEmpty else { return }
    record.executed.add(changes)
    if ending.keepsChanges { frames[frames.count - 1].changes.add(changes) }
  }

  fileprivate mutating func take(_ run: dsl_run) {
    let change = TableChange(run.changes)
    let key = ChangeTally.Key(scope: run.scope, table: change.table)
    record.note(run)
    record.executed.add(change.rows, for: key)
    frames[frames.count - 1].changes.add(change.rows, for: key)
  }

  fileprivate func isOutermost(_ savepoint: String) -> Bool {
    frames.lastIndex { $0.name == savepoint } == 0
  }

  /// - Precondition: The statement succeeded and left the transaction open.
  fileprivate mutating func divide(by control: TransactionControl, undone: inout ChangeTally) {
    switch control {
    case .savepoint(let name):
      frames.append(TransactionLedger.Frame(name: name))
    case .release(let name):
      if let index = frames.lastIndex(where: { $0.name == name }) {
        if index > 0 { merge(from: index, into: index - 1) }
      } else if record.mode == .unseen {
        // Made before anyone looked: everything that was seen is inside of it.
        merge(from: 1, into: 0)
      }
    case .rollbackTo(let name):
      hasUndone = true
      if let index = frames.lastIndex(where: { $0.name == name }) {
        for frame in frames[index...] { undone.add(frame.changes) }
        frames.removeSubrange((index + 1)...)
        frames[index].changes.removeAll()
      } else if record.mode == .unseen {
        for frame in frames { undone.add(frame.changes) }
        frames = [TransactionLedger.Frame()]
      }
    case .begin, .commit, .rollback:
      break
    }
  }

  private mutating func merge(from first: Int, into target: Int) {
    guard first < frames.count else { return }
    for frame in frames[first...] { frames[target].changes.add(frame.changes) }
    frames.removeSubrange(first...)
  }
}
