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
  /// Leases that were taken meanwhile, that nobody returned, and that no task tells the test of.
  let unattributed: [LeaseRecord]

  init(scope: RecordingScope, evidence statements: StatementEvidence) {
    let observed = ObservedAccesses(statements, of: scope).leases
    let evidence = scope.store.pools
    unattributed = UnattributedLeases.shared.leaks(during: scope)
    // Most tests of most suites have none.
    if evidence.isEmpty {
      (leases, events, madePools, leaking, opened) = (observed, [], [], [:], [])
      return
    }
    leases = evidence.leases(in: scope) + observed
    events = evidence.events(in: scope)
    madePools = evidence.pools(in: scope).map { MadePool(name: $0.name) }
    leaking = LeakingPool.of(leases)
    opened = evidence.openedConnections(in: scope).map { OpenedConnection($0) }
  }

  /// Whether a pool that is watched was asked for a connection here, or got one back.
  var wasAsked: Bool { !leases.isEmpty || events.contains(where: \.kind.isOfALease) }
}

extension PoolEvent.Kind {
  /// Whether it tells of a caller of the pool, and not only of its connections.
  fileprivate var isOfALease: Bool {
    switch self {
    case .checkout, .checkin, .detach, .waitBegan, .checkoutFailed, .doubleCheckin, .doubleCheckout, .leaseAbandoned:
      true
    default: false
    }
  }
}

/// A pool that was made in a scope.
struct MadePool: Sendable {
  let name: String
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
