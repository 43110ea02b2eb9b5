internal import Synchronization

/// All evidence of one tree of recordings: shared by the outermost scope and the scopes inside of it.
package final class EvidenceStore: Sendable {
  /// Statements kept one by one; what comes after is counted by shape.
  package let detailLimit: Int
  package let pools = PoolEvidence()
  package let stacks = StackTable()

  /// Nanoseconds of the monotonic clock, from which sequence numbers count.
  let origin = monotonicNanoseconds()
  /// Records that logs have claimed room for.
  private let claimed = Atomic<Int>(0)
  private let state = Locked(State())

  private struct State {
    var logs: [StatementLog] = []
    var logOfConnection: [UInt64: Int] = [:]
    var parents: [UInt32: UInt32] = [:]
    var errors: [StatementError] = []
    var flushes: [(flush: SessionFlush, scope: UInt32)] = []
    var loads: [DeclaredLoad] = []
    var loadIndex: [ObjectIdentifier: UInt32] = [:]
    var spans: [LiveSpan] = []
    var places: [SpanStatement.Place: ConnectionEvidence] = [:]
  }

  /// Errors kept with their message; failures past it are counted all the same.
  private static let errorLimit = 10_000

  package init(detailLimit: Int) {
    self.detailLimit = detailLimit
  }

  /// Whether there is no room for records that was not claimed.
  private var isFull: Bool { claimed.load(ordering: .relaxed) >= detailLimit }

  /// Sets room for some records apart for one log: threads that shared one counter would wait for it at each statement.
  ///
  /// - Returns: How many; 0 past the limit of details.
  func claimRoom() -> Int {
    // Small against the limit, so that little is lost to logs that do not use what they claimed.
    let wanted = max(1, min(64, detailLimit / 1_024))
    guard !isFull else { return 0 }
    return min(wanted, max(0, detailLimit - claimed.wrappingAdd(wanted, ordering: .relaxed).oldValue))
  }

  /// The number that the next statement would get at least.
  ///
  /// - Parameter slack: Nanoseconds by which it is lower.
  package func upcomingSequence(slack: UInt64 = 0) -> UInt64 {
    let now = monotonicNanoseconds()
    return LogHead.sequence(at: now < slack ? 0 : now - slack, since: origin, log: 0)
  }

  func register(_ scope: UInt32, parent: UInt32) {
    state.withLock { $0.parents[scope] = parent }
  }

  /// An ORM declared a flush in `scope`.
  func add(_ flush: SessionFlush, in scope: RecordingScope) {
    state.withLock { $0.flushes.append((flush, scope.id)) }
  }

  func log(for connection: ConnectionEvidence) -> StatementLog {
    state.withLock { state in
      if let index = state.logOfConnection[connection.info.id] { return state.logs[index] }
      let log = StatementLog(connection: connection, store: self, number: state.logs.count + 1)
      state.logOfConnection[connection.info.id] = state.logs.count
      state.logs.append(log)
      return log
    }
  }

  /// Whether a statement of the connection is in one of the recordings, or a transaction.
  func hasLog(for connection: ConnectionEvidence) -> Bool {
    state.withLock { $0.logOfConnection[connection.info.id] != nil }
  }

  /// - Returns: Its index plus 1.
  func keep(_ error: StatementError) -> UInt32 {
    state.withLock { state in
      if state.errors.count >= Self.errorLimit {
        // The same code stands for it; only the message is lost.
        if let index = state.errors.firstIndex(where: { $0.code == error.code }) { return UInt32(index + 1) }
      }
      state.errors.append(error)
      return UInt32(state.errors.count)
    }
  }

  /// - Returns: Its index plus 1.
  func keep(_ load: DeclaredLoad) -> UInt32 {
    state.withLock { state in
      if let known = state.loadIndex[ObjectIdentifier(load)] { return known }
      state.loads.append(load)
      let index = UInt32(state.loads.count)
      state.loadIndex[ObjectIdentifier(load)] = index
      return index
    }
  }

  /// The connection that stands for a database which only spans tell of.
  func connection(for place: SpanStatement.Place, make: () -> ConnectionEvidence) -> ConnectionEvidence {
    if let known = state.withLock({ $0.places[place] }) { return known }
    let made = make()
    return state.withLock { state in
      if let known = state.places[place] { return known }
      state.places[place] = made
      return made
    }
  }

  func keep(_ span: LiveSpan) {
    state.withLock { $0.spans.append(span) }
  }

  /// What `scope` and the scopes inside of it saw so far.
  package func evidence(of scope: RecordingScope, until end: UInt64) -> StatementEvidence {
    let state = self.state.withLock { $0 }
    let (logs, parents) = (state.logs, state.parents)
    var belongs: [UInt32: Bool] = [scope.id: true]
    func isInside(_ id: UInt32) -> Bool {
      if let known = belongs[id] { return known }
      let answer = parents[id].map(isInside) ?? false
      belongs[id] = answer
      return answer
    }

    var found: [(record: StatementRecord, connection: Int32)] = []
    var connections: [ConnectionEvidence] = []
    var used: [StatementLog] = []
    var dropped: [UInt32: DroppedStatements] = [:]
    var outerStatements = 0
    var hasMessages = false
    for log in logs {
      var isUsed = false
      for record in log.records(from: scope.startSequence) {
        if isInside(record.scope) {
          found.append((record, Int32(connections.count)))
          if record.flags.rawValue & StatementRecord.Flags.fromLog.rawValue != 0 { hasMessages = true }
          isUsed = true
        } else if record.flags.contains(.viaConnection), scope.start <= record.start, record.start <= end {
          outerStatements += 1
        }
      }
      for (key, count) in log.dropped() where isInside(key.scope) {
        dropped[key.shape, default: DroppedStatements()].add(count)
        isUsed = true
      }
      guard isUsed || log.hasTransactions(isInside: isInside) else { continue }
      connections.append(log.connection)
      used.append(log)
    }
    let spans = SpanEvidence.of(state.spans.filter { $0.sequence >= scope.startSequence && isInside($0.scope) })
    // A log is in order by itself, and what messages tell of may be in it twice.
    let isMixed = used.count > 1 || !spans.isEmpty || hasMessages
    if isMixed {
      found = merged(found, with: spans, connections: &connections)
      found.sort { $0.record.sequence < $1.record.sequence }
    }
    var writes = WriteEvidence()
    for (index, log) in used.enumerated() {
      writes.add(log, connection: Int32(index), isInside: isInside) { sequence in
        let index = found.partitioningIndex { $0.record.sequence >= sequence }
        return index < found.count && found[index].record.sequence == sequence ? index : nil
      }
    }
    writes.transactions.sort { $0.start < $1.start }
    writes.flushes = state.flushes.filter { isInside($0.scope) }.map(\.flush.evidence)
    return StatementEvidence(
      origin: scope.start,
      records: found.map(\.record),
      connectionIndices: found.map(\.connection),
      connections: connections,
      stacks: stacks,
      errors: self.state.withLock { $0.errors },
      declaredLoads: state.loads,
      spans: spans,
      dropped: dropped,
      outerStatements: outerStatements,
      writes: writes
    )
  }

  /// Gives the memory back once the outermost recording is finished.
  func discard() {
    let logs = state.withLock { $0.logs }
    for log in logs { log.discard() }
    pools.discard()
    state.withLock { $0.spans = [] }
  }
}
