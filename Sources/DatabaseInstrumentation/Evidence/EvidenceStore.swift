internal import Synchronization

/// All evidence of one tree of recordings: shared by the outermost scope and the scopes inside of it.
package final class EvidenceStore: Sendable {
  /// Statements kept one by one; what comes after is counted by shape.
  package let detailLimit: Int
  package let pools = PoolEvidence()

  private let lastSequence = Atomic<UInt64>(0)
  private let droppedCount = Atomic<Int>(0)
  private let state = Locked(State())

  private struct State {
    var logs: [StatementLog] = []
    var logOfConnection: [UInt64: Int] = [:]
    var parents: [UInt32: UInt32] = [:]
    var stacks: [StackTrace] = []
    var stackIndex: [StackTrace: UInt32] = [:]
    var errors: [StatementError] = []
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

  var hasRoom: Bool {
    lastSequence.load(ordering: .relaxed) < UInt64(detailLimit)
  }

  func nextSequence() -> UInt64 {
    lastSequence.wrappingAdd(1, ordering: .relaxed).oldValue
  }

  /// The number that the next statement gets.
  package var upcomingSequence: UInt64 {
    lastSequence.load(ordering: .relaxed)
  }

  func countDropped() {
    droppedCount.wrappingAdd(1, ordering: .relaxed)
  }

  func register(_ scope: UInt32, parent: UInt32) {
    state.withLock { $0.parents[scope] = parent }
  }

  func log(for connection: ConnectionEvidence) -> StatementLog {
    state.withLock { state in
      if let index = state.logOfConnection[connection.info.id] { return state.logs[index] }
      let log = StatementLog(connection: connection, store: self)
      state.logOfConnection[connection.info.id] = state.logs.count
      state.logs.append(log)
      return log
    }
  }

  /// Keeps the stack of the caller; equal stacks are kept once.
  ///
  /// - Returns: Its index plus 1.
  func captureStack() -> UInt32 {
    let stack = StackTrace.capture()
    return state.withLock { state in
      if let known = state.stackIndex[stack] { return known }
      state.stacks.append(stack)
      let index = UInt32(state.stacks.count)
      state.stackIndex[stack] = index
      return index
    }
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
    let (logs, parents, stacks) = state.withLock { ($0.logs, $0.parents, $0.stacks) }
    let loads = state.withLock { $0.loads }
    var belongs: [UInt32: Bool] = [scope.id: true]
    func isInside(_ id: UInt32) -> Bool {
      if let known = belongs[id] { return known }
      let answer = parents[id].map(isInside) ?? false
      belongs[id] = answer
      return answer
    }

    var found: [(record: StatementRecord, connection: Int32)] = []
    var connections: [ConnectionEvidence] = []
    var dropped: [UInt32: DroppedStatements] = [:]
    var outerStatements = 0
    for log in logs {
      var isUsed = false
      for record in log.records(from: scope.startSequence) {
        if isInside(record.scope) {
          found.append((record, Int32(connections.count)))
          isUsed = true
        } else if record.flags.contains(.viaConnection), record.start <= end {
          outerStatements += 1
        }
      }
      for (key, count) in log.dropped() where isInside(key.scope) {
        dropped[key.shape, default: DroppedStatements()].add(count)
        isUsed = true
      }
      if isUsed { connections.append(log.connection) }
    }
    let spans = state.withLock { $0.spans }.filter { $0.sequence >= scope.startSequence && isInside($0.scope) }
    found = merged(found, with: spans, connections: &connections)
    return StatementEvidence(
      origin: scope.start,
      records: found.map(\.record),
      connectionIndices: found.map(\.connection),
      connections: connections,
      stacks: stacks,
      errors: state.withLock { $0.errors },
      declaredLoads: loads,
      spans: spans,
      dropped: dropped,
      outerStatements: outerStatements
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
