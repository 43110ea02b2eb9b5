internal import DatabaseInstrumentation

/// What a scope saw of connection pools and connections, as it was at its end.
struct PoolSnapshot: Sendable {
  let leases: [LeaseRecord]
  let events: [PoolEvent]
  /// The pools that were made in the scope.
  let madePools: [MadePool]
  /// By the identity of each lease that leaked, what its pool looked like.
  let leaking: [ObjectIdentifier: LeakingPool]
  let opened: [OpenedConnection]

  init(scope: RecordingScope) {
    let evidence = scope.store.pools
    leases = evidence.leases(in: scope)
    events = evidence.events(in: scope)
    madePools = evidence.pools(in: scope).map {
      MadePool(name: $0.name, checkouts: $0.count(of: .checkout))
    }
    leaking = LeakingPool.of(leases)
    opened = evidence.openedConnections(in: scope).map { OpenedConnection($0) }
  }

  /// Whether pools were made in the scope and none of them was asked for a connection.
  var isBlind: Bool {
    !madePools.isEmpty && leases.isEmpty && madePools.allSatisfy { $0.checkouts == 0 }
  }
}

/// A pool that was made in a scope.
struct MadePool: Sendable {
  let name: String
  let checkouts: Int
}

/// The pool of a lease that leaked.
struct LeakingPool: Sendable {
  let statistics: PoolStatistics
  /// The latest events of the connection, oldest first.
  let events: [PoolEvent]

  static func of(_ leases: [LeaseRecord]) -> [ObjectIdentifier: LeakingPool] {
    var pools: [ObjectIdentifier: (statistics: PoolStatistics, events: [PoolEvent])] = [:]
    var found: [ObjectIdentifier: LeakingPool] = [:]
    for lease in leases where lease.isLeak {
      guard let monitor = lease.entry.monitor else { continue }
      let pool = pools[ObjectIdentifier(monitor)] ?? (monitor.statistics, monitor.events)
      pools[ObjectIdentifier(monitor)] = pool
      found[ObjectIdentifier(lease.entry)] = LeakingPool(
        statistics: pool.statistics, events: pool.events.filter { $0.connection == lease.connection }.suffix(5))
    }
    return found
  }
}
