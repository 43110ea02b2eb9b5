internal import CStatementLog
public import DatabaseInstrumentation

extension Recording {
  /// The connections that were taken from pools in the scope, in that order.
  ///
  /// A lease belongs to the recording of the task that took it. Where the task is lost, it belongs to the recording in which
  /// the pool was made, as long as no other one has used the pool; otherwise to none, and `notes` name it.
  public var leases: [LeaseRecord] { storage.pools.leases }

  /// What happened in pools while the scope ran, for its own leases and in its own tasks.
  public var poolEvents: [PoolEvent] { storage.pools.events }

  /// The SQLite connections that were opened in the scope, those of fixtures apart.
  public var openedConnections: [OpenedConnection] { storage.pools.opened }

  /// Whether what was seen of pools is enough for an expectation to prove something.
  func meets(_ need: DatabaseExpectation.PoolNeed) -> Bool {
    switch need {
    case .nothing: true
    case .checkout: storage.pools.wasAsked
    // Those of an instrumentor are begun and ended by this package.
    case .checkoutOrSpan: storage.pools.wasAsked || storage.evidence.spans.contains { !$0.isOwn }
    }
  }

  /// The statements that ran on the connection of a lease while the lease had it.
  ///
  /// Known where the pool tells which database connection is behind its own, as `FakePool.sqlite` does.
  public func statements(in lease: LeaseRecord) -> [ExecutedStatement] {
    guard let id = lease.entry.databaseConnection else { return [] }
    let end = lease.monotonicEnd ?? .max
    // What the clock of statements may be behind: less than a statement, a return and a checkout take together.
    let began = lease.entry.began - min(lease.entry.began, 200)
    return statements.filter { statement in
      statement.connection.id == id && statement.record.start >= began && statement.record.start <= end
    }
  }
}
