/// The statements of one connection within one tree of recordings.
///
/// Each connection has a log of its own, so two connections on two threads never wait for each other; the logs are
/// merged by sequence number when they are read.
package final class StatementLog: Sendable {
  package let connection: ConnectionEvidence
  fileprivate let store: EvidenceStore
  private let state = Locked(State())

  fileprivate struct State {
    var records = RecordBuffer()
    var captures: [Captures] = []
    var dropped: [DroppedKey: DroppedStatements] = [:]
    var transactions: [TransactionRecord] = []
    /// Those past the limit.
    var totals = TransactionTotals()
  }

  /// How many executions of one shape had their call site taken in the scope that uses the connection now.
  fileprivate struct Captures {
    var scope: UInt32 = 0
    var count: UInt32 = 0
  }

  /// Executions of each shape in a recording whose call stacks are kept.
  package static let capturedExecutions: UInt32 = 8

  /// Transactions kept one by one.
  package static let transactionLimit = 10_000

  init(connection: ConnectionEvidence, store: EvidenceStore) {
    self.connection = connection
    self.store = store
  }

  /// Keeps a statement that begins.
  ///
  /// - Parameter parameters: Computes the hash of the bound values; called for key lookups, and for the first reads of a
  ///   shape. 0 stands for unknown.
  package func begin(
    _ statement: StatementBeginning,
    in scope: RecordingScope,
    isViaConnection: Bool,
    parameters: () -> UInt64
  ) -> StatementSlot {
    guard store.hasRoom else {
      store.countDropped()
      let key = DroppedKey(scope: scope.id, shape: statement.shape)
      state.withLock { $0.dropped[key, default: DroppedStatements()].count += 1 }
      return StatementSlot(log: self, index: nil, scope: scope.id, shape: statement.shape)
    }
    var record = StatementRecord(start: statement.start, shape: statement.shape, scope: scope.id)
    record.thread = statement.thread
    record.flags = statement.flags
    if isViaConnection { record.flags.insert(.viaConnection) }
    record.transaction = statement.transaction
    if let load = DeclaredLoad.current { record.load = store.keep(load) }

    // One turn of the lock for a shape that was seen before; call sites and parameters are taken outside of it.
    var isCaptured = false
    var index = state.withLock { state -> Int? in
      isCaptured = state.capture(shape: Int(statement.shape), scope: scope.id)
      guard !isCaptured && !(statement.isRead && statement.isKeyLookup) else { return nil }
      return state.append(&record, of: self, statement)
    }
    if index == nil {
      if isCaptured { record.stack = store.captureStack() }
      if statement.isRead { record.parameters = parameters() }
      index = state.withLock { $0.append(&record, of: self, statement) }
    }
    return StatementSlot(log: self, index: index, scope: scope.id, shape: statement.shape)
  }

  /// Completes the record of a statement that ended.
  package func end(_ slot: StatementSlot, _ outcome: StatementOutcome) {
    end(slot.index, scope: slot.scope, shape: slot.shape, outcome.counts, outcome.error)
  }

  /// Completes the record of a statement that ended.
  ///
  /// - Parameters:
  ///   - index: Of its slot, with the scope and the shape.
  ///   - counts: What the source tells.
  ///   - failure: Why it failed; `nil` where it did not.
  package func end(
    _ index: Int?, scope: UInt32, shape: UInt32, _ counts: StatementCounts, _ failure: StatementError? = nil
  ) {
    let error = failure.map(store.keep) ?? 0
    // Its call site is wanted, whether or not it was among the first of its shape.
    let stack = error == 0 ? 0 : store.captureStack()
    state.withLock { state in
      guard let index else {
        let key = DroppedKey(scope: scope, shape: shape)
        state.dropped[key, default: DroppedStatements()].add(counts, isFailure: error != 0)
        return
      }
      // The whole recording was finished, and its records handed over, while this statement was open.
      guard index < state.records.count else { return }
      state.records[index].complete(with: counts, error: error)
      if state.records[index].stack == 0 { state.records[index].stack = stack }
    }
  }

  /// Keeps a statement that never ran.
  package func append(
    failedToPrepare shape: UInt32, at time: UInt64, error: StatementError, flags: StatementRecord.Flags,
    in scope: RecordingScope
  ) {
    guard store.hasRoom else {
      store.countDropped()
      let key = DroppedKey(scope: scope.id, shape: shape)
      state.withLock { $0.dropped[key, default: DroppedStatements()].add(failures: 1) }
      return
    }
    var record = StatementRecord(start: time, shape: shape, scope: scope.id)
    record.flags = flags.union(.notPrepared)
    record.error = store.keep(error)
    record.stack = store.captureStack()
    state.withLock { _ = $0.append(&record, of: self, nil) }
  }

  /// Keeps a transaction that ended.
  package func append(_ transaction: TransactionRecord) {
    state.withLock { state in
      if state.transactions.count < Self.transactionLimit {
        state.transactions.append(transaction)
      } else {
        state.totals.add(transaction)
      }
    }
  }

  func transactions() -> (kept: [TransactionRecord], totals: TransactionTotals) {
    state.withLock { ($0.transactions, $0.totals) }
  }

  /// The sequence number of a statement that was kept, by its place plus 1.
  func sequence(of place: UInt64) -> UInt64? {
    state.withLock { state in
      place > 0 && place <= UInt64(state.records.count) ? state.records[Int(place) - 1].sequence : nil
    }
  }

  func records(from sequence: UInt64) -> ArraySlice<StatementRecord> {
    state.withLock { state in
      state.records.records(from: sequence)
    }
  }

  func dropped() -> [DroppedKey: DroppedStatements] {
    state.withLock { $0.dropped }
  }

  /// Gives the memory back once the outermost recording is finished.
  func discard() {
    state.withLock { $0 = State() }
  }
}

extension StatementLog.State {
  fileprivate mutating func capture(shape: Int, scope: UInt32) -> Bool {
    if shape >= captures.count {
      captures.append(contentsOf: repeatElement(StatementLog.Captures(), count: shape + 16 - captures.count))
    }
    if captures[shape].scope != scope { captures[shape] = StatementLog.Captures(scope: scope, count: 0) }
    guard captures[shape].count < StatementLog.capturedExecutions else { return false }
    captures[shape].count += 1
    return true
  }

  /// The sequence number is drawn under the lock, so that a log is always in order.
  fileprivate mutating func append(
    _ record: inout StatementRecord, of log: StatementLog, _ beginning: StatementBeginning?
  ) -> Int {
    record.sequence = log.store.nextSequence()
    if let parent = beginning?.parentLog, parent.toOpaque() == Unmanaged.passUnretained(log).toOpaque(),
      let index = beginning?.parentIndex, index >= 0, index < records.count
    {
      record.parent = records[index].sequence + 1
    }
    return records.append(record)
  }
}

extension StatementRecord {
  fileprivate mutating func complete(with outcome: StatementCounts, error: UInt32) {
    duration = outcome.hasDuration ? outcome.duration : Self.unknown
    rowsReturned = outcome.rowsReturned
    rowsChanged = outcome.rowsChanged
    steps = outcome.steps
    fullScanSteps = outcome.fullScanSteps
    sorts = outcome.sorts
    automaticIndexRows = outcome.automaticIndexRows
    transaction = outcome.transaction
    self.error = error
    if outcome.isUnfinished { flags.insert(.unfinished) } else { flags.remove(.unfinished) }
    if outcome.endsInAutocommit { flags.insert(.endsInAutocommit) } else { flags.remove(.endsInAutocommit) }
    if !flags.contains(.hasCounters) {
      if outcome.hasRows { flags.insert(.knowsRows) }
      if outcome.rowsChanged >= 0 { flags.insert(.knowsChanges) }
    }
  }
}

/// What statements past the limit of details are counted by.
package struct DroppedKey: Hashable, Sendable {
  package var scope: UInt32
  package var shape: UInt32
}

/// Exact counts of statements that were not kept one by one.
package struct DroppedStatements: Sendable {
  package var count = 0
  package var failures = 0
  package var rowsReturned = 0
  package var rowsChanged = 0

  package mutating func add(_ counts: StatementCounts, isFailure: Bool) {
    if isFailure { failures += 1 }
    rowsReturned += Int(counts.rowsReturned)
    rowsChanged += Int(max(0, counts.rowsChanged))
  }

  mutating func add(failures: Int) {
    count += failures
    self.failures += failures
  }

  package mutating func add(_ other: DroppedStatements) {
    count += other.count
    failures += other.failures
    rowsReturned += other.rowsReturned
    rowsChanged += other.rowsChanged
  }
}

extension RandomAccessCollection {
  /// The first index whose element satisfies `predicate`, in a collection partitioned by it.
  ///
  /// - Complexity: O(log *n*).
  package func partitioningIndex(where predicate: (Element) throws -> Bool) rethrows -> Index {
    var low = startIndex
    var count = self.count
    while count > 0 {
      let half = count / 2
      let middle = index(low, offsetBy: half)
      if try predicate(self[middle]) {
        count = half
      } else {
        low = index(after: middle)
        count -= half + 1
      }
    }
    return low
  }
}
