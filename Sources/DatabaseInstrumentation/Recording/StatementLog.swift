package import CStatementLog
internal import DatabaseSupport
internal import Synchronization

/// The statements of one connection within one tree of recordings.
///
/// Each connection has a log of its own, so two connections on two threads never wait for each other; the logs are
/// merged by sequence number when they are read.
package final class StatementLog: @unchecked Sendable {  // `state` is touched under the lock of the head alone.
  package let connection: ObservedConnection
  private let store: RecordingTree
  /// What is written with each statement, also by sources that are written in C. It lives as long as the log.
  package let head: UnsafeMutablePointer<dsl_head>
  private let state: UnsafeMutablePointer<State>
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
    head = .allocate(capacity: 1)
    dsl_initialize(head, store.origin, UInt32(truncatingIfNeeded: number))
    state = .allocate(capacity: 1)
    state.initialize(to: State())
  }

  deinit {
    dsl_destroy(head)
    head.deallocate()
    state.deinitialize(count: 1)
    state.deallocate()
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
    let limit = statement.hasOneSite ? 1 : Self.capturedExecutions
    let isCaptured = dsl_wants_stack(head, statement.shape, scope, limit, nil)
    let values = statement.isRead && !isFull ? values(isCaptured) : .unknown
    // One call for both: it is on the stacks that are compared.
    let stack = !isFull && (isCaptured || statement.isRead) ? store.stacks.place(isWanted: isCaptured) : 0
    if statement.start == 0 { statement.start = monotonicNanoseconds() }
    var slot = append(statement, in: scope, load: load, stack: stack, values: values)
    let isKept = slot.kept.record != nil
    if !isKept { drop(statement.shape, in: scope) { $0.add(statement) } }
    if isFull == isKept { self.isFull.store(!isKept, ordering: .relaxed) }
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
    guard slot.kept.record != nil else {
      return drop(slot.shape, in: slot.scope) { $0.add(outcome.counts, isFailure: error != 0) }
    }
    var (kept, ending) = (slot.kept, outcome.counts)
    ending.error = error
    ending.stack = stack
    dsl_complete(&kept, &ending, nil)
  }

  /// A statement that ended turns out to have failed.
  package func fail(_ slot: StatementSlot, _ error: StatementError) {
    let number = store.keep(error)
    let stack = store.stacks.capture()
    guard slot.kept.record != nil else { return drop(slot.shape, in: slot.scope) { $0.failures += 1 } }
    var kept = slot.kept
    dsl_fail(&kept, number, stack)
  }

  /// Keeps a statement that never ran.
  package func append(
    failedToPrepare shape: UInt32, at time: UInt64, error: StatementError, flags: StatementRecord.Flags,
    in scope: RecordingScope
  ) {
    let statement = StatementBeginning(
      shape: shape, start: time, thread: 0, flags: flags.union(.notPrepared), transaction: 0, parent: nil,
      isRead: false)
    let (number, stack) = !isFull.load(ordering: .relaxed) ? (store.keep(error), store.stacks.capture()) : (0, 0)
    let slot = append(statement, in: scope.id, load: 0, stack: stack, values: .unknown, error: number)
    if slot.kept.record == nil {
      drop(shape, in: scope.id) { counts in
        counts.add(statement)
        counts.failures += 1
      }
    }
    if flags.contains(.viaConnection) { store.noteStray(at: time, in: scope.id) }
  }

  /// Counts a statement that has no record.
  private func drop(_ shape: UInt32, in scope: UInt32, _ change: (inout DroppedStatements) -> Void) {
    head.withLock { _ in state.pointee.dropped.count(shape, in: scope, change) }
  }

  /// The ledger of the connection knows all, and statements that only write in `transaction` may be kept in the run.
  func beginRun(in transaction: UInt32, scope: UInt32) { dsl_begin_run(head, transaction, scope) }

  /// Ends the run, and hands over what is in it.
  func takeRun() -> dsl_run { dsl_take_run(head) }

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
      place > 0 && place <= head.pointee.count ? state.pointee.records[Int(place) - 1].sequence : nil
    }
  }

  /// The records whose sequence number is at least `sequence`, in the order of it, and the place of the one before them.
  func records(from sequence: UInt64) -> (records: [StatementRecord], placeBefore: UInt64) {
    var (index, count) = head.withLock { head in
      let count = Int(head.pointee.count)
      return ((0..<count).partitioningIndex { state.pointee.records[$0].sequence >= sequence }, count)
    }
    let placeBefore = UInt64(index)
    var found: [StatementRecord] = []
    found.reserveCapacity(count - index)
    // Block by block, so that a statement that runs meanwhile never waits for long.
    var hasMore = true
    while hasMore {
      hasMore = head.withLock { head in
        count = Int(head.pointee.count)
        guard index < count else { return false }
        let (record, room) = state.pointee.records.place(of: index)
        let length = min(room, count - index)
        found.append(contentsOf: UnsafeBufferPointer(start: record, count: length))
        index += length
        return true
      }
    }
    return (found, placeBefore)
  }

  /// The statements of some scopes that were counted by shape.
  func dropped(in scopes: Set<UInt32>) -> [UInt32: DroppedStatements] {
    head.withLock { _ in state.pointee.dropped.counts(in: scopes) }
  }

  /// Gives back the room that it has set apart and does not use.
  func giveBackRoom() {
    head.withLock { head in
      store.room.giveBack(Int(head.pointee.room) + state.pointee.claimed)
      head.pointee.room = 0
      state.pointee.claimed = 0
    }
  }

  /// Gives the memory back once the outermost recording is finished.
  func discard() {
    let old = head.withLock { _ in
      let old = state.pointee
      state.pointee = State()
      dsl_forget_records(head)
      return old
    }
    _ = consume old
    ended.withLock { $0 = Ended() }
  }

  /// The addresses of the stacks of its recordings, which a source may fill.
  package var stacks: OpaquePointer? { store.stacks.address }

  /// Appends the record of a statement, if there is room.
  private func append(
    _ statement: StatementBeginning, in scope: UInt32, load: UInt32, stack: UInt32, values: ValueHashes,
    error: UInt32 = 0
  ) -> StatementSlot {
    var begun = dsl_beginning()
    begun.start = statement.start
    begun.shape = statement.shape
    begun.scope = scope
    begun.stack = stack
    begun.transaction = statement.transaction
    begun.thread = statement.thread
    begun.error = error
    begun.load = load
    begun.flags = statement.flags
    begun.values = dsl_values(values)
    var outer = statement.parent?.kept ?? dsl_slot()
    var slot = StatementSlot(log: self, scope: scope, shape: statement.shape, kept: dsl_slot())
    // Another thread may take the room that was made.
    while !dsl_append(head, &begun, &outer, &slot.kept), makeRoom() {}
    return slot
  }

  private func makeRoom() -> Bool {
    head.withLock(claimRoom) || store.takeBackRoom() && head.withLock(claimRoom)
  }

  /// Where the head has none left, under the lock.
  private func claimRoom(in head: UnsafeMutablePointer<dsl_head>) -> Bool {
    assertRule(dsl_is_locked(head), "the lock of the head is held")
    if head.pointee.room > 0 { return true }
    if state.pointee.claimed == 0 { state.pointee.claimed = store.room.claim(after: Int(head.pointee.count)) }
    guard state.pointee.claimed > 0 else { return false }
    let (next, room) = state.pointee.records.place(of: Int(head.pointee.count))
    head.pointee.next = next
    head.pointee.room = UInt32(min(room, state.pointee.claimed))
    state.pointee.claimed -= Int(head.pointee.room)
    return true
  }
}

extension UnsafeMutablePointer<dsl_head> {
  /// Calls `body` while nobody else can. Not recursive, and `body` must not wait for anything.
  ///
  /// It gets the address and not the head itself: whoever waits for the lock writes a field of it meanwhile.
  @inline(__always)
  fileprivate func withLock<R>(_ body: (Self) -> R) -> R {
    dsl_lock(self)
    defer { dsl_unlock(self) }
    return body(self)
  }
}

extension dsl_values {
  fileprivate init(_ values: ValueHashes) {
    self.init(
      parameters: values.parameters, keys: values.keys.words, key_counts: values.keys.counts,
      has_unknown: values.hasUnknown)
  }
}
