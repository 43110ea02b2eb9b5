/// What one tree of recordings saw of pools: the leases that were taken in it, and the events.
package final class PoolEvidence: Sendable {
  private let state = Locked(State())

  private struct State {
    var leases: [LeaseEntry] = []
    var events: [(scope: RecordingScope, pool: String, event: StoredEvent)] = []
    var droppedEvents = 0
    var pools: [ObjectIdentifier: (monitor: PoolMonitor, scopes: [UInt32: RecordingScope])] = [:]
    var opened: [ConnectionEvidence] = []
  }

  /// Events kept in one tree; the statistics and leases are exact beyond it.
  private static let eventLimit = 20_000

  func add(_ lease: LeaseEntry) { state.withLock { $0.leases.append(lease) } }

  func add(_ event: StoredEvent, of pool: String, in scope: RecordingScope) {
    state.withLock { state in
      if state.events.count < Self.eventLimit {
        state.events.append((scope, pool, event))
      } else {
        state.droppedEvents += 1
      }
    }
  }

  /// A pool was made in `scope`.
  func add(_ monitor: PoolMonitor, in scope: RecordingScope) {
    state.withLock { state in
      state.pools[ObjectIdentifier(monitor), default: (monitor, [:])].scopes[scope.id] = scope
    }
  }

  func add(_ connection: ConnectionEvidence) { state.withLock { $0.opened.append(connection) } }

  /// The leases taken inside of `scope`, in their order.
  package func leases(in scope: RecordingScope) -> [LeaseRecord] {
    let entries = state.withLock { $0.leases }
    return entries.filter { $0.owner?.isInside(scope) == true }.map(\.record)
  }

  package func events(in scope: RecordingScope) -> [PoolEvent] {
    let events = state.withLock { $0.events }
    return events.filter { $0.scope.isInside(scope) }.map { $0.event.event(of: $0.pool) }
  }

  /// The pools made inside of `scope`.
  package func pools(in scope: RecordingScope) -> [PoolMonitor] {
    let pools = state.withLock { Array($0.pools.values) }
    return pools.filter { pool in pool.scopes.values.contains { $0.isInside(scope) } }.map(\.monitor)
      .sorted { $0.name < $1.name }
  }

  /// The database connections opened inside of `scope`, fixtures' apart.
  package func openedConnections(in scope: RecordingScope) -> [ConnectionEvidence] {
    let opened = state.withLock { $0.opened }
    return opened.filter { $0.isOpened(inside: scope) }
  }

  /// Gives the memory back once the outermost recording is finished.
  func discard() { state.withLock { $0 = State() } }
}

extension RecordingScope {
  /// Whether it is `scope` or inside of it.
  package func isInside(_ scope: RecordingScope) -> Bool {
    var candidate: RecordingScope? = self
    while let current = candidate {
      if current === scope { return true }
      candidate = current.parent
    }
    return false
  }

  /// The name of the test that it, or a scope around it, was opened for.
  package var owningTest: String? {
    var candidate: RecordingScope? = self
    while let current = candidate {
      if let test = current.test { return test }
      candidate = current.parent
    }
    return nil
  }
}
