internal import CStatementLog
internal import DatabaseSupport
internal import Synchronization

/// All evidence of one tree of recordings: shared by the outermost scope and the scopes inside of it.
package final class RecordingTree: Sendable {
  /// Statements kept one by one; what comes after is counted by shape.
  package let detailLimit: Int
  package let pools = PoolLog()
  /// Whether a task of it used what logs its statements.
  private let hasUsedLog = Atomic<Bool>(false)
  package let stacks = StackTable()

  /// Nanoseconds of the monotonic clock, from which sequence numbers count.
  let origin = monotonicNanoseconds()
  let room: RecordRoom
  /// Whether room was taken back from logs that did not use it.
  private let hasTakenBack = Atomic<Bool>(false)
  private let takingBack = Locked(())
  private let tree = Locked(ScopeTree())
  /// `nil` until something belongs to one of its scopes, since most tests of most suites touch no database.
  private let state = Locked<State?>(nil)
  /// Whether nobody asks for its logs any more; written under the lock of its state.
  private let isDiscarded = Atomic<Bool>(false)

  private struct State {
    var logs: [StatementLog] = []
    var logOfConnection: [UInt64: Int] = [:]
    /// The logs that a scope used, by their index.
    var logsOfScope: [UInt32: Set<Int>] = [:]
    var errors = GrowingList<StatementError>()
    var errorOfCode: [Int: UInt32] = [:]
    var flushes = ScopedList<SessionFlush>()
    var loads = GrowingList<DeclaredLoad>()
    var loadIndex: [ObjectIdentifier: UInt32] = [:]
    var spans = ScopedList<LiveSpan>()
    var places: [SpanStatement.Place: ObservedConnection] = [:]
    /// Statements that belong to their scope because their connection does, by when they began.
    var strays: [Stray] = []
    /// Logs, records and transactions that were looked at to take evidence.
    var looks = 0
  }

  private struct Stray {
    var start: UInt64
    var scope: UInt32
  }

  /// Errors kept with their message; failures past it are counted all the same.
  private static let errorLimit = 10_000

  package init(detailLimit: Int) {
    self.detailLimit = detailLimit
    room = RecordRoom(limit: detailLimit)
  }

  /// What belongs to its scopes, to be added to or to be read; made where there was nothing yet.
  private func change<R>(_ body: (inout State) -> R) -> R {
    state.withLock { state in
      if state == nil { state = State() }
      return body(&state!)
    }
  }

  /// There was no room for a record: takes back what logs have set apart and do not use, the first time.
  ///
  /// Not to be called under the lock of a log.
  ///
  /// - Returns: Whether there may be room now.
  func takeBackRoom() -> Bool {
    if !hasTakenBack.load(ordering: .acquiring) {
      takingBack.withLock { _ in
        guard !hasTakenBack.load(ordering: .relaxed) else { return }
        // Before the logs are asked: one that claims some meanwhile either has it when it is asked, or claims no more than it uses.
        room.tighten()
        for log in state.withLock({ $0?.logs ?? [] }) { log.giveBackRoom() }
        hasTakenBack.store(true, ordering: .releasing)
      }
    }
    return room.hasSome
  }

  /// Whether one of its recordings used a library that logs its statements, as far as their tasks tell.
  var usesLog: Bool { hasUsedLog.load(ordering: .relaxed) }

  func noteLogUse() {
    if !usesLog { hasUsedLog.store(true, ordering: .relaxed) }
  }

  /// The number that the next statement would get at least.
  ///
  /// - Parameter slack: Nanoseconds by which it is lower.
  package func upcomingSequence(slack: UInt64 = 0) -> UInt64 {
    let now = monotonicNanoseconds()
    return sequence(at: now < slack ? 0 : now - slack)
  }

  /// The number that a statement which begins at a time gets at least.
  private func sequence(at time: UInt64) -> UInt64 { dsl_sequence(time, origin, 0) }

  func register(_ scope: UInt32, parent: UInt32) {
    tree.withLock { $0.add(scope, inside: parent) }
  }

  /// A scope and those inside of it.
  func scopes(inside scope: UInt32) -> Set<UInt32> { tree.withLock { $0.scopes(inside: scope) } }

  /// What taking the evidence of its scopes has cost so far: logs, records and transactions that were looked at.
  package var looks: Int { state.withLock { $0?.looks ?? 0 } + pools.looks }

  /// An ORM declared a flush in `scope`.
  func add(_ flush: SessionFlush, in scope: RecordingScope) {
    change { $0.flushes.append(flush, in: scope.id) }
  }

  /// The log of a connection, for a scope that from now on has something in it.
  func log(for connection: ObservedConnection, in scope: UInt32) -> StatementLog {
    change { state in
      // A statement that began as its recording ended: nobody looks for it.
      guard !isDiscarded.load(ordering: .relaxed) else {
        return StatementLog(connection: connection, store: self, number: 0)
      }
      let index = state.logOfConnection[connection.info.id] ?? state.logs.count
      state.logsOfScope[scope, default: []].insert(index)
      if index < state.logs.count { return state.logs[index] }
      let log = StatementLog(connection: connection, store: self, number: index + 1)
      state.logOfConnection[connection.info.id] = index
      state.logs.append(log)
      return log
    }
  }

  /// Whether a statement of the connection is in one of the recordings, or a transaction.
  func hasLog(for connection: ObservedConnection) -> Bool {
    state.withLock { $0?.logOfConnection[connection.info.id] != nil }
  }

  /// A statement belongs to `scope` because its connection does: scopes inside of it say that it ran meanwhile.
  func noteStray(at start: UInt64, in scope: UInt32) {
    change { state in
      guard state.strays.count < detailLimit else { return }
      // Another thread may have begun one a moment later and be here first.
      var place = state.strays.count
      while place > 0, state.strays[place - 1].start > start { place -= 1 }
      state.strays.insert(Stray(start: start, scope: scope), at: place)
    }
  }

  /// - Returns: Its index plus 1.
  func keep(_ error: StatementError) -> UInt32 {
    change { state in
      if state.errors.count >= Self.errorLimit {
        // The same code stands for it; only the message is lost.
        if let known = state.errorOfCode[error.code] { return known }
      }
      state.errors.append(error)
      let number = UInt32(state.errors.count)
      if state.errorOfCode[error.code] == nil { state.errorOfCode[error.code] = number }
      return number
    }
  }

  /// - Returns: Its index plus 1.
  func keep(_ load: DeclaredLoad) -> UInt32 {
    change { state in
      if let known = state.loadIndex[ObjectIdentifier(load)] { return known }
      state.loads.append(load)
      let index = UInt32(state.loads.count)
      state.loadIndex[ObjectIdentifier(load)] = index
      return index
    }
  }

  /// The connection that stands for a database which only spans tell of.
  func connection(for place: SpanStatement.Place, make: () -> ObservedConnection) -> ObservedConnection {
    if let known = state.withLock({ $0?.places[place] }) { return known }
    let made = make()
    return change { state in
      if let known = state.places[place] { return known }
      state.places[place] = made
      return made
    }
  }

  func keep(_ span: LiveSpan) {
    change { $0.spans.append(span, in: span.scope) }
  }

  /// What `scope` and the scopes inside of it saw so far.
  ///
  /// - Complexity: What they have, and what ran meanwhile on the connections that they used; never what is in the whole tree.
  ///
  /// - Parameter start: Where what is asked for begins, if that is not where the scope does.
  package func evidence(of scope: RecordingScope, from start: UInt64? = nil, until end: UInt64) -> StatementEvidence {
    // Most tests of most suites touch no database.
    guard let own = own(of: scope, until: end) else { return StatementEvidence(ofNothingSince: scope.start) }
    let start = max(scope.start, start ?? 0)
    let startSequence = start == scope.start ? scope.startSequence : sequence(at: start < 2_000 ? 0 : start - 2_000)
    let isInside = own.scopes.contains
    var looks = own.logs.count
    var connections: [ObservedConnection] = []
    var used: [Used] = []
    var dropped: [DroppedShape] = []
    for log in own.logs {
      let (all, placeBefore) = log.records(from: startSequence)
      looks += all.count
      let use = Used(log, all, after: placeBefore, of: own.scopes)
      let counted = log.dropped(in: own.scopes)
      for (shape, count) in counted {
        dropped.append(DroppedShape(connection: Int32(connections.count), shape: shape, statements: count))
      }
      guard
        !use.records.isEmpty || !counted.isEmpty || log.hasTransactions(from: start, isInside: isInside, looks: &looks)
      else { continue }
      connections.append(log.connection)
      used.append(use)
    }
    let spans = SpanEvidence.of(own.spans.filter { $0.sequence >= startSequence })
    var records: [StatementRecord]
    var connectionIndices: [Int32]
    // A log is in order by itself, and what messages tell of may be in it twice.
    var superseded: Set<Int32> = []
    let isMixed = used.count > 1 || !spans.isEmpty || used.contains(where: \.hasMessages)
    if isMixed {
      var found = used.enumerated().flatMap { index, use in use.records.map { (record: $0, connection: Int32(index)) } }
      found = merged(found, with: spans, connections: &connections, superseded: &superseded)
      found.sort { $0.record.sequence < $1.record.sequence }
      records = found.map(\.record)
      connectionIndices = found.map(\.connection)
    } else {
      records = used.first?.records ?? []
      connectionIndices = Array(repeating: 0, count: records.count)
    }
    var writes = WriteEvidence()
    for (index, use) in used.enumerated() where !superseded.contains(Int32(index)) {
      writes.add(use.log, connection: Int32(index), from: start, in: own.scopes) { place in
        if !isMixed, use.isWhole { return use.position(of: place) }
        return use.log.sequence(of: place).flatMap { sequence in
          let index = records.partitioningIndex { $0.sequence >= sequence }
          return index < records.count && records[index].sequence == sequence ? index : nil
        }
      }
    }
    writes.transactions.sort { $0.start < $1.start }
    writes.flushes = own.flushes.map(\.evidence)
    // Again: what spans tell may have added errors.
    let errors = change { state in
      state.looks += looks
      return state.errors
    }
    return StatementEvidence(
      origin: scope.start,
      records: records,
      connectionIndices: connectionIndices,
      connections: connections.map(ConnectionSnapshot.init),
      stacks: RecordedStacks(stacks),
      errors: errors,
      declaredLoads: own.loads,
      spans: spans,
      dropped: dropped.sorted { ($0.shape, $0.connection) < ($1.shape, $1.connection) },
      outerStatements: own.outerStatements,
      writes: writes
    )
  }

  /// What one log has of a scope and those inside of it.
  private struct Used {
    let log: StatementLog
    let records: [StatementRecord]
    /// Whether they are all that the log has from their first one on.
    let isWhole: Bool
    let hasMessages: Bool
    private let placeBefore: UInt64

    init(_ log: StatementLog, _ all: [StatementRecord], after placeBefore: UInt64, of scopes: Set<UInt32>) {
      self.log = log
      self.placeBefore = placeBefore
      // Nearly always a log has the records of one scope alone.
      let share = scopes.count == 1 ? scopes.first.map { dsl_share_of(all, all.count, $0) } : nil
      isWhole = share?.count == all.count
      if let share, isWhole || share.count == 0 {
        records = isWhole ? all : []
        hasMessages = share.hasMessages
      } else {
        records = all.filter { scopes.contains($0.scope) }
        hasMessages = records.contains { $0.flags.contains(.fromLog) }
      }
    }

    /// Where the record with a place in the log is among them, if they are whole.
    func position(of place: UInt64) -> Int? {
      place > placeBefore && place - placeBefore <= UInt64(records.count) ? Int(place - placeBefore) - 1 : nil
    }
  }

  /// What belongs to a scope and those inside of it.
  private struct Own {
    var scopes: Set<UInt32>
    /// In the order in which their connections were first used.
    var logs: [StatementLog]
    var spans: [LiveSpan]
    var flushes: [SessionFlush]
    var loads: GrowingList<DeclaredLoad>
    var outerStatements: Int
  }

  /// - Returns: `nil` where nothing belongs to any scope of the tree.
  private func own(of scope: RecordingScope, until end: UInt64) -> Own? {
    guard state.withLock({ $0 != nil }) else { return nil }
    return change { state in
      let scopes = scopes(inside: scope.id)
      let logs = scopes.reduce(into: Set<Int>()) { logs, scope in logs.formUnion(state.logsOfScope[scope] ?? []) }
      let first = state.strays.partitioningIndex { $0.start >= scope.start }
      let outer = state.strays[first...].prefix { $0.start <= end }.count { !scopes.contains($0.scope) }
      return Own(
        scopes: scopes, logs: logs.sorted().map { state.logs[$0] }, spans: state.spans.elements(in: scopes),
        flushes: state.flushes.elements(in: scopes), loads: state.loads, outerStatements: outer)
    }
  }

  /// Gives the memory back once the outermost recording is finished.
  func discard() {
    let logs = state.withLock { state -> [StatementLog] in
      isDiscarded.store(true, ordering: .relaxed)
      defer {
        // They refer to the tree, which would keep itself alive.
        state?.logs = []
        state?.logOfConnection = [:]
        state?.logsOfScope = [:]
        state?.spans = ScopedList()
      }
      return state?.logs ?? []
    }
    for log in logs { log.discard() }
    pools.discard()
  }
}
