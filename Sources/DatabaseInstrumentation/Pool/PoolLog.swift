internal import DatabaseSupport

/// What one tree of recordings saw of pools: the leases that were taken in it, and the events.
package final class PoolLog: Sendable {
  private let state = Locked(State())

  fileprivate struct State {
    var leases: ContiguousArray<LiveLease> = []
    var events: ContiguousArray<StoredEvent> = []
    /// Events that are kept whole, by their index.
    var whole: [Int: PoolEvent] = [:]
    var droppedEvents = 0
    /// Whose events there are, and of which pools.
    var sources: ContiguousArray<Source> = []
    var sourceIndex: [Source.Key: Int] = [:]
    var tests: Set<String> = []
    var pools: [UInt32: [ObjectIdentifier: PoolMonitor]] = [:]
    var opened = ScopedList<ObservedConnection>()
    /// Leases and events that were looked at to take evidence.
    var looks = 0
  }

  fileprivate struct Source {
    var scope: RecordingScope
    var pool: PoolMonitor

    struct Key: Hashable {
      var scope: UInt32
      var pool: ObjectIdentifier
    }
  }

  /// Events kept in one tree; the statistics and leases are exact beyond it.
  private static let eventLimit = 20_000

  /// Keeps a lease that began without an event.
  func add(_ lease: LiveLease, in scope: RecordingScope) {
    guard scope.role == .recording else { return }
    lease.share()
    state.withLock { $0.leases.append(lease) }
  }

  /// Keeps an event, and the lease that began with it.
  ///
  /// - Parameters:
  ///   - source: Where the monitor's latest event was kept, which is mostly where the next one belongs.
  ///   - whole: The event itself, which is asked for where it has to be kept whole.
  @inline(__always)
  func add(
    _ event: StoredEvent, _ lease: LiveLease?, of pool: PoolMonitor, in scope: RecordingScope, source: inout Int,
    whole: () -> PoolEvent
  ) {
    state.withLock { state in
      // Most recordings have a few leases: room for them is made once.
      if state.events.isEmpty {
        state.events.reserveCapacity(64)
        state.leases.reserveCapacity(32)
      }
      if let lease {
        lease.share()
        state.leases.append(lease)
      }
      guard state.events.count < Self.eventLimit else {
        state.droppedEvents += 1
        return
      }
      if !state.isSource(source, pool, scope) { source = state.source(pool, scope) }
      if event.isWhole { state.whole[state.events.count] = whole() }
      var event = event
      event.source = UInt32(truncatingIfNeeded: source)
      state.events.append(event)
    }
  }

  /// The text itself, or the equal one that is kept already.
  func shared(_ test: String) -> String { state.withLock { $0.tests.insert(test).memberAfterInsert } }

  /// A pool was made in `scope`.
  func add(_ monitor: PoolMonitor, in scope: RecordingScope) {
    state.withLock { $0.pools[scope.id, default: [:]][ObjectIdentifier(monitor)] = monitor }
  }

  /// A connection was opened in `scope`.
  func add(_ connection: ObservedConnection, in scope: RecordingScope) {
    state.withLock { $0.opened.append(connection, in: scope.id) }
  }

  /// How much there is: nothing that a scope which begins now will have comes before it.
  struct Mark: Sendable {
    fileprivate var leases = 0
    fileprivate var events = 0
  }

  var mark: Mark { state.withLock { Mark(leases: $0.leases.count, events: $0.events.count) } }

  var looks: Int { state.withLock { $0.looks } }

  /// Whether nobody told of a pool, nor of a connection.
  package var isEmpty: Bool {
    state.withLock { $0.leases.isEmpty && $0.events.isEmpty && $0.pools.isEmpty && $0.opened.isEmpty }
  }

  /// The leases taken inside of `scope`, in their order.
  package func leases(in scope: RecordingScope) -> [LeaseRecord] {
    let entries = state.withLock { state in
      let entries = state.leases.dropFirst(scope.poolMark.leases)
      state.looks += entries.count
      return Array(entries)
    }
    return entries.filter { $0.owner?.isInside(scope) == true && (!$0.isAssumed || $0.isCreators) }.compactMap(\.record)
  }

  package func events(in scope: RecordingScope) -> [PoolEvent] {
    let events = state.withLock { state in
      let indices = state.events.indices.dropFirst(scope.poolMark.events)
      state.looks += indices.count
      return indices.map { index in
        let event = state.events[index]
        return (event: event, whole: state.whole[index], source: state.sources[Int(event.source)])
      }
    }
    return events.filter {
      $0.source.scope.isInside(scope) && !($0.event.isAssumed && $0.source.pool.isUsedByOthers)
    }.map { $0.whole ?? $0.event.event(of: $0.source.pool.name) }
  }

  /// The pools made inside of `scope`.
  package func pools(in scope: RecordingScope) -> [PoolMonitor] {
    let scopes = scope.store.scopes(inside: scope.id)
    let pools = state.withLock { state in
      scopes.reduce(into: [ObjectIdentifier: PoolMonitor]()) { pools, scope in
        pools.merge(state.pools[scope] ?? [:]) { first, _ in first }
      }
    }
    return pools.values.sorted { $0.name < $1.name }
  }

  /// The database connections opened inside of `scope`, fixtures' apart.
  package func openedConnections(in scope: RecordingScope) -> [ObservedConnection] {
    let scopes = scope.store.scopes(inside: scope.id)
    return state.withLock { $0.opened.elements(in: scopes) }
  }

  /// Gives the memory back once the outermost recording is finished.
  func discard() { state.withLock { $0 = State() } }
}

extension PoolLog.State {
  @inline(__always)
  fileprivate func isSource(_ index: Int, _ pool: PoolMonitor, _ scope: RecordingScope) -> Bool {
    index < sources.count && sources[index].scope === scope && sources[index].pool === pool
  }

  fileprivate mutating func source(_ pool: PoolMonitor, _ scope: RecordingScope) -> Int {
    let key = PoolLog.Source.Key(scope: scope.id, pool: ObjectIdentifier(pool))
    if let known = sourceIndex[key] { return known }
    sourceIndex[key] = sources.count
    sources.append(PoolLog.Source(scope: scope, pool: pool))
    return sources.count - 1
  }
}
