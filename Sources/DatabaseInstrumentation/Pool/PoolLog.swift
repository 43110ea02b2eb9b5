internal import DatabaseSupport

/// What one tree of recordings saw of pools: the leases that were taken in it, and the events.
package final class PoolLog: Sendable {
  /// `nil` until somebody tells of a pool or a connection.
  private let state = Locked<State?>(nil)

  fileprivate struct State {
    var leases: ContiguousArray<LiveLease> = []
    var events: ContiguousArray<PoolEvent.Record> = []
    /// By the index of their event.
    var rests: [Int: PoolEvent.Rest] = [:]
    var runs: ContiguousArray<Run> = []
    var droppedEvents = 0
    var tests: Set<String> = []
    var pools: [UInt32: [ObjectIdentifier: PoolMonitor]] = [:]
    var opened = ScopedList<ObservedConnection>()
    /// Leases and events that were looked at to take evidence.
    var looks = 0
  }

  /// Whose the events are from an index on.
  fileprivate struct Run {
    var first: Int
    var scope: RecordingScope
    var pool: PoolMonitor
    /// Whether they were taken to be the pool's creator's, since no task told whose they are.
    var isAssumed: Bool
  }

  /// Events kept in one tree; the statistics and leases are exact beyond it.
  private static let eventLimit = 20_000

  /// What it has, to be added to or to be read; made where there was nothing yet.
  private func change<R>(_ body: (inout State) -> R) -> R {
    state.withLock { state in
      if state == nil { state = State() }
      return body(&state!)
    }
  }

  /// Keeps an event, and the lease that began with it.
  func add(
    _ event: PoolEvent.Record, _ rest: PoolEvent.Rest?, _ lease: LiveLease?, of pool: PoolMonitor,
    in scope: RecordingScope, isAssumed: Bool
  ) {
    change { state in
      // Most recordings have a few leases: room for them is made once.
      if state.events.isEmpty {
        state.events.reserveCapacity(64)
        state.leases.reserveCapacity(32)
      }
      if let lease { state.leases.append(lease) }
      guard state.events.count < Self.eventLimit else {
        state.droppedEvents += 1
        return
      }
      if !state.isInLastRun(pool, scope, isAssumed) {
        state.runs.append(Run(first: state.events.count, scope: scope, pool: pool, isAssumed: isAssumed))
      }
      if let rest { state.rests[state.events.count] = rest }
      state.events.append(event)
    }
  }

  /// The text itself, or the equal one that is kept already.
  func shared(_ test: String) -> String { change { $0.tests.insert(test).memberAfterInsert } }

  /// A pool was made in `scope`.
  func add(_ monitor: PoolMonitor, in scope: RecordingScope) {
    change { $0.pools[scope.id, default: [:]][ObjectIdentifier(monitor)] = monitor }
  }

  /// A connection was opened in `scope`.
  func add(_ connection: ObservedConnection, in scope: RecordingScope) {
    change { $0.opened.append(connection, in: scope.id) }
  }

  /// How much there is: nothing that a scope which begins now will have comes before it.
  struct Mark: Sendable {
    fileprivate var leases = 0
    fileprivate var events = 0
  }

  var mark: Mark { state.withLock { Mark(leases: $0?.leases.count ?? 0, events: $0?.events.count ?? 0) } }

  var looks: Int { state.withLock { $0?.looks ?? 0 } }

  /// Whether nobody told of a pool, nor of a connection.
  package var isEmpty: Bool {
    state.withLock { state in
      state.map { $0.leases.isEmpty && $0.events.isEmpty && $0.pools.isEmpty && $0.opened.isEmpty } ?? true
    }
  }

  /// The leases taken inside of `scope`, in their order.
  package func leases(in scope: RecordingScope) -> [LeaseRecord] {
    let entries = change { state in
      let entries = state.leases.dropFirst(scope.poolMark.leases)
      state.looks += entries.count
      return Array(entries)
    }
    return entries.filter { $0.owner?.isInside(scope) == true && (!$0.isAssumed || $0.isCreators) }.compactMap(\.record)
  }

  package func events(in scope: RecordingScope) -> [PoolEvent] {
    let start = scope.poolMark.events
    let (events, rests, runs) = change { state in
      state.looks += max(0, state.events.count - start)
      return (state.events, state.rests, state.runs)
    }
    var found: [PoolEvent] = []
    for (index, run) in runs.enumerated() {
      let end = index + 1 < runs.count ? runs[index + 1].first : events.count
      guard end > start, run.scope.isInside(scope), !(run.isAssumed && run.pool.isUsedByOthers) else { continue }
      for index in max(start, run.first)..<end {
        found.append(PoolEvent(pool: run.pool.name, record: events[index], rest: rests[index]))
      }
    }
    return found
  }

  /// The pools made inside of `scope`.
  package func pools(in scope: RecordingScope) -> [PoolMonitor] {
    guard state.withLock({ $0?.pools.isEmpty == false }) else { return [] }
    let scopes = scope.store.scopes(inside: scope.id)
    let pools = change { state in
      scopes.reduce(into: [ObjectIdentifier: PoolMonitor]()) { pools, scope in
        pools.merge(state.pools[scope] ?? [:]) { first, _ in first }
      }
    }
    return pools.values.sorted { $0.name < $1.name }
  }

  /// The database connections opened inside of `scope`, fixtures' apart.
  package func openedConnections(in scope: RecordingScope) -> [ObservedConnection] {
    let scopes = scope.store.scopes(inside: scope.id)
    return change { $0.opened.elements(in: scopes) }
  }

  /// Gives the memory back once the outermost recording is finished.
  func discard() { state.withLock { $0 = nil } }
}

extension PoolLog.State {
  @inline(__always)
  fileprivate func isInLastRun(_ pool: PoolMonitor, _ scope: RecordingScope, _ isAssumed: Bool) -> Bool {
    guard !runs.isEmpty else { return false }
    let last = runs.count - 1
    return runs[last].scope === scope && runs[last].pool === pool && runs[last].isAssumed == isAssumed
  }
}
