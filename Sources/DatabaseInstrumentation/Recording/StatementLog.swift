internal import CCallStacks
internal import DatabaseSupport
internal import Synchronization

/// The statements of one connection within one tree of recordings.
///
/// Each connection has a log of its own, so two connections on two threads never wait for each other; the logs are
/// merged by sequence number when they are read.
package final class StatementLog: @unchecked Sendable {  // `state` is touched under the lock of the head alone.
  package let connection: ObservedConnection
  private let store: RecordingTree
  /// What a source may write by itself. It lives as long as the log.
  package let head: UnsafeMutablePointer<LogHead>
  private let state: UnsafeMutablePointer<State>
  /// Of which executions call sites were taken, under the lock of the head: a `dcs_capture_counts`, which a source may use.
  package let captures: UnsafeMutableRawPointer
  /// Whether there was no room for a statement.
  private let isFull = Atomic<Bool>(false)
  /// Transactions that ended.
  private let ended = Locked(Ended())

  private struct State {
    var records = RecordBuffer()
    var dropped = DroppedTally()
    /// Records that the store has set apart for this log, beyond the room of the head.
    var claimed = 0
  }

  private struct Ended {
    var transactions: [TransactionRecord] = []
    /// When each of them ended, in nanoseconds of the monotonic clock: ascending.
    var ends: [UInt64] = []
    /// Those past the limit.
    var totals = TransactionTotals()
    var replacements: [DatabaseReplacement] = []
  }

  /// Executions of each shape in a recording whose call stacks are kept in any case, where somebody may ask for them. Of a further read
  /// its stack is kept where it costs no more than to tell that it is a new one.
  package static let capturedExecutions: UInt32 = 8

  /// Transactions kept one by one.
  package static let transactionLimit = 10_000

  init(connection: ObservedConnection, store: RecordingTree, number: Int) {
    self.connection = connection
    self.store = store
    head = .allocate(LogHead(origin: store.origin, number: UInt32(truncatingIfNeeded: number)))
    state = .allocate(capacity: 1)
    state.initialize(to: State())
    let captures = UnsafeMutablePointer<dcs_capture_counts>.allocate(capacity: 1)
    captures.initialize(to: dcs_capture_counts())
    self.captures = UnsafeMutableRawPointer(captures)
  }

  deinit {
    dcs_forget_captures(captureCounts)
    captures.deallocate()
    state.deinitialize(count: 1)
    state.deallocate()
    head.free()
  }

  /// Keeps a statement that begins.
  ///
  /// - Parameters:
  ///   - statement: Its start is set where the source leaves it to the log: then nothing that is done here is part of the
  ///     statement's time.
  ///   - values: Computes the hashes of the values; called for reads, with whether it is one of the first of its shape.
  /// - Returns: Where it is.
  package func begin(
    _ statement: inout StatementBeginning, in scope: UInt32, values: (_ isCaptured: Bool) -> ValueHashes
  ) -> StatementSlot {
    let load = DeclaredLoad.current.map(store.keep) ?? 0
    let isFull = isFull.load(ordering: .relaxed)
    // One turn of the lock for a shape that was seen before; call sites are taken outside of it.
    let isCaptured = head.withLock { _ in capture(statement, in: scope) }
    let hashes = statement.isRead && !isFull ? values(isCaptured) : .unknown
    // One call for both: it is on the stacks that are compared.
    let stack = !isFull && (isCaptured || statement.isRead) ? store.stacks.place(isWanted: isCaptured) : 0
    var slot = head.withLock {
      append(&statement, in: scope, load: load, stack: stack, values: hashes, to: &$0)
    }
    if slot.record == nil {
      let mayHaveRoom = store.takeBackRoom()
      slot = head.withLock { head in
        var slot = slot
        if mayHaveRoom {
          slot = append(&statement, in: scope, load: load, stack: stack, values: hashes, to: &head)
        }
        if slot.record == nil { drop(statement.shape, in: scope) { $0.add(statement) } }
        return slot
      }
    }
    if isFull != (slot.record == nil) { self.isFull.store(!isFull, ordering: .relaxed) }
    slot.isSettled = !isCaptured
    if statement.flags.contains(.viaConnection) { store.noteStray(at: statement.start, in: scope) }
    return slot
  }

  /// Completes the record of a statement that ended.
  ///
  /// - Parameter slot: Where it is; it may belong to a recording that was finished and handed over meanwhile.
  package func end(_ slot: StatementSlot, _ outcome: StatementOutcome) {
    let error = outcome.error.map(store.keep) ?? 0
    // Its call site is wanted, whether or not it was among the first of its shape.
    let stack = error == 0 ? 0 : store.stacks.capture()
    head.withLock { head in
      if let record = slot.record {
        if head.generation == slot.generation {
          record.pointee.complete(with: outcome.counts, error: error, stack: stack)
        }
      } else {
        drop(slot.shape, in: slot.scope) { $0.add(outcome.counts, isFailure: error != 0) }
      }
    }
  }

  /// A statement that ended turns out to have failed.
  package func fail(_ slot: StatementSlot, _ error: StatementError) {
    let number = store.keep(error)
    let stack = store.stacks.capture()
    head.withLock { head in
      if let record = slot.record {
        guard head.generation == slot.generation else { return }
        record.pointee.error = number
        if record.pointee.stack == 0 { record.pointee.stack = stack }
      } else {
        state.pointee.dropped.count(slot.shape, in: slot.scope) { $0.failures += 1 }
      }
    }
  }

  /// Keeps a statement that never ran.
  package func append(
    failedToPrepare shape: UInt32, at time: UInt64, error: StatementError, flags: StatementRecord.Flags,
    in scope: RecordingScope
  ) {
    var statement = StatementBeginning(
      shape: shape, start: time, thread: 0, flags: flags.union(.notPrepared), transaction: 0, parent: nil,
      isRead: false)
    let (number, stack) = !isFull.load(ordering: .relaxed) ? (store.keep(error), store.stacks.capture()) : (0, 0)
    head.withLock { head in
      let slot = append(&statement, in: scope.id, load: 0, stack: stack, values: .unknown, to: &head)
      if let record = slot.record {
        record.pointee.error = number
      } else {
        drop(shape, in: scope.id) { counts in
          counts.add(statement)
          counts.failures += 1
        }
      }
    }
    if flags.contains(.viaConnection) { store.noteStray(at: time, in: scope.id) }
  }

  /// Counts a statement that has no record, under the lock.
  private func drop(_ shape: UInt32, in scope: UInt32, _ change: (inout DroppedStatements) -> Void) {
    assertRule(head.isLocked, "the lock of the head is held")
    state.pointee.dropped.count(shape, in: scope, change)
  }

  /// The ledger of the connection knows all, and statements that only write in `transaction` may be kept in the run.
  func beginRun(in transaction: UInt32, scope: UInt32) {
    head.withLock { $0.run = WriteRun(transaction: transaction, scope: scope) }
  }

  /// Ends the run, and hands over what is in it.
  func takeRun() -> WriteRun {
    head.withLock { head in
      let run = head.run
      head.run = WriteRun()
      return run
    }
  }

  /// Keeps a transaction that ended.
  package func append(_ transaction: TransactionRecord) {
    ended.withLock { ended in
      if ended.transactions.count < Self.transactionLimit {
        ended.transactions.append(transaction)
        ended.ends.append(monotonicNanoseconds())
      } else {
        ended.totals.add(transaction)
      }
    }
  }

  /// Keeps that one of the databases was replaced.
  func append(_ kind: DatabaseReplacement.Kind, of database: String, in scope: UInt32) {
    let replacement = DatabaseReplacement(
      kind: kind, database: database, stack: store.stacks.capture(), scope: scope, time: monotonicNanoseconds())
    ended.withLock { $0.replacements.append(replacement) }
  }

  /// What was replaced at `start` or later.
  func replacements(from start: UInt64, isInside: (UInt32) -> Bool) -> [DatabaseReplacement] {
    ended.withLock { $0.replacements.filter { $0.time >= start && isInside($0.scope) } }
  }

  /// The transactions that ended at `start` or later.
  func transactions(from start: UInt64) -> (kept: [TransactionRecord], totals: TransactionTotals) {
    ended.withLock { ended in
      let first = ended.ends.partitioningIndex { $0 >= start }
      return (Array(ended.transactions[first...]), ended.totals)
    }
  }

  /// The sequence number of a statement that was kept, by its place plus 1.
  func sequence(of place: UInt64) -> UInt64? {
    head.withLock { head in
      place > 0 && place <= head.count ? state.pointee.records[Int(place) - 1].sequence : nil
    }
  }

  /// The records whose sequence number is at least `sequence`, in the order of it.
  func records(from sequence: UInt64) -> [StatementRecord] {
    var found: [StatementRecord] = []
    var index = head.withLock { head in
      (0..<Int(head.count)).partitioningIndex { state.pointee.records[$0].sequence >= sequence }
    }
    // Block by block, so that a statement that runs meanwhile never waits for long.
    var hasMore = true
    while hasMore {
      hasMore = head.withLock { head in
        guard index < Int(head.count) else { return false }
        let (record, room) = state.pointee.records.place(of: index)
        let length = min(room, Int(head.count) - index)
        found.append(contentsOf: UnsafeBufferPointer(start: record, count: length))
        index += length
        return true
      }
    }
    return found
  }

  /// The statements of some scopes that were counted by shape.
  func dropped(in scopes: Set<UInt32>) -> [UInt32: DroppedStatements] {
    head.withLock { _ in state.pointee.dropped.counts(in: scopes) }
  }

  /// Gives back the room that it has set apart and does not use.
  func giveBackRoom() {
    head.withLock { head in
      store.room.giveBack(Int(head.room) + state.pointee.claimed)
      head.room = 0
      state.pointee.claimed = 0
    }
  }

  /// Gives the memory back once the outermost recording is finished.
  func discard() {
    let old = head.withLock { head in
      let old = state.pointee
      state.pointee = State()
      dcs_forget_captures(captureCounts)
      head.generation &+= 1
      head.next = nil
      head.room = 0
      head.count = 0
      return old
    }
    _ = consume old
    ended.withLock { $0 = Ended() }
  }

  /// The addresses of the stacks of its recordings, which a source may fill.
  package var stacks: OpaquePointer? { store.stacks.address }

  private var captureCounts: UnsafeMutablePointer<dcs_capture_counts> {
    captures.assumingMemoryBound(to: dcs_capture_counts.self)
  }

  /// Whether the call site of an execution is to be taken, under the lock.
  private func capture(_ statement: StatementBeginning, in scope: UInt32) -> Bool {
    assertRule(head.isLocked, "the lock of the head is held")
    return dcs_wants_capture(captureCounts, statement.shape, scope, statement.hasOneSite ? 1 : Self.capturedExecutions)
  }

  /// Appends the record of a statement, if there is room, under the lock.
  private func append(
    _ statement: inout StatementBeginning, in scope: UInt32, load: UInt32, stack: UInt32, values: ValueHashes,
    to head: inout LogHead
  ) -> StatementSlot {
    if statement.start == 0 { statement.start = monotonicNanoseconds() }
    var slot = StatementSlot(log: self, scope: scope, shape: statement.shape, generation: head.generation)
    guard head.room > 0 || makeRoom(in: &head) else { return slot }
    var record = StatementRecord(start: statement.start, shape: statement.shape, scope: scope)
    record.thread = statement.thread
    record.flags = statement.flags
    record.transaction = statement.transaction
    record.load = load
    record.stack = stack
    record.take(values)
    if let parent = statement.parent, parent.log === self, parent.generation == head.generation,
      let outer = parent.record
    {
      record.parent = outer.pointee.sequence &+ 1
    }
    slot.record = head.append(record)
    slot.place = head.count
    return slot
  }

  /// Where the head has none left, under the lock.
  private func makeRoom(in head: inout LogHead) -> Bool {
    assertRule(self.head.isLocked && head.room == 0, "the lock of the head is held, and there is no room")
    if state.pointee.claimed == 0 { state.pointee.claimed = store.room.claim(after: Int(head.count)) }
    guard state.pointee.claimed > 0 else { return false }
    let (next, room) = state.pointee.records.place(of: Int(head.count))
    head.next = next
    head.room = UInt32(min(room, state.pointee.claimed))
    state.pointee.claimed -= Int(head.room)
    return true
  }
}

extension StatementRecord {
  fileprivate mutating func complete(with outcome: StatementCounts, error: UInt32, stack: UInt32) {
    duration = outcome.hasDuration ? outcome.duration : Self.unknown
    rowsReturned = outcome.rowsReturned
    rowsChanged = outcome.rowsChanged
    steps = outcome.steps
    fullScanSteps = outcome.fullScanSteps
    sorts = outcome.sorts
    automaticIndexRows = outcome.automaticIndexRows
    transaction = outcome.transaction
    version = outcome.version
    self.error = error
    if self.stack == 0 { self.stack = stack }
    if outcome.isUnfinished { flags.insert(.unfinished) } else { flags.remove(.unfinished) }
    if outcome.endsInAutocommit { flags.insert(.endsInAutocommit) } else { flags.remove(.endsInAutocommit) }
    if !flags.contains(.hasCounters) {
      if outcome.hasRows { flags.insert(.knowsRows) }
      if outcome.rowsChanged >= 0 { flags.insert(.knowsChanges) }
    }
  }
}
