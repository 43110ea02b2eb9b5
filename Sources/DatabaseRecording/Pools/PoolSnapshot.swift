internal import DatabaseInstrumentation

/// What a scope saw of connection pools and connections, as it was at its end.
struct PoolSnapshot: Sendable {
  let leases: [LeaseRecord]
  let events: [PoolEvent]
  /// The pools that were made in the scope.
  let madePools: [PoolMonitor]
  let opened: [OpenedConnection]

  init(scope: RecordingScope) {
    let evidence = scope.store.pools
    leases = evidence.leases(in: scope)
    events = evidence.events(in: scope)
    madePools = evidence.pools(in: scope)
    opened = evidence.openedConnections(in: scope).map { OpenedConnection($0) }
  }

  /// Whether pools were made in the scope and none of them was asked for a connection.
  var isBlind: Bool {
    !madePools.isEmpty && leases.isEmpty && madePools.allSatisfy { $0.count(of: .checkout) == 0 }
  }
}
