internal import DatabaseSupport

/// For pools whose leases have a number, a pointer or another identifier of the app's.
extension PoolMonitor {
  /// A connection was handed out, and both it and its lease are known by what the app calls them.
  ///
  /// ```swift
  /// struct WatchedPool: ConnectionPool {                   // the app's protocol
  ///   let pool: any ConnectionPool
  ///   let monitor = PoolMonitor(name: "main", size: 5)
  ///
  ///   func take() throws -> Lease {
  ///     let lease = try pool.take()
  ///     monitor.checkedOut(lease.id, on: ObjectIdentifier(lease.connection))
  ///     return lease
  ///   }
  ///
  ///   func giveBack(_ lease: Lease) {
  ///     monitor.checkedIn(lease.id)                        // before the pool may hand the connection to the next
  ///     pool.giveBack(lease)
  ///   }
  /// }
  /// ```
  ///
  /// Nothing else has to be kept. A connection is known from its first checkout on; one that the pool closes is told with
  /// ``closed(id:)``.
  ///
  /// - Parameters:
  ///   - lease: What tells the lease from all others that are out.
  ///   - connection: What tells the connection from the others of the pool.
  ///   - poolFile: The file that calls this: the line of the lease is the innermost one outside of it.
  public func checkedOut(
    _ lease: some Hashable & Sendable, on connection: some Hashable & Sendable, poolFile: StaticString = #filePath
  ) {
    let number = connectionIDs.number(of: AnyConnectionID(connection), in: self)
    let taken = checkOut(number, by: .current(site: nil, poolFile: poolFile))
    identified.withLock { $0.add(taken, as: AnyConnectionID(lease)) }
  }

  /// A lease that is known by what the app calls it came back. A second time is noted as `doubleCheckin`.
  public func checkedIn(_ lease: some Hashable & Sendable, poolFile: StaticString = #filePath) {
    if let known = identified.withLock({ $0.end(AnyConnectionID(lease)) }) {
      return observer.checkedIn(known, poolFile: poolFile)
    }
    apply(.violation("a lease of pool \"\(name)\" was returned and never taken"))
  }
}

/// Leases by what their pool calls them: those that run, and the latest that ended.
struct IdentifiedLeases: Sendable {
  private var running: [AnyConnectionID: PoolObserver.Lease] = [:]
  private var ended: [AnyConnectionID: PoolObserver.Lease] = [:]
  /// The oldest at `next`.
  private var order: ContiguousArray<AnyConnectionID> = []
  private var next = 0
  private static let limit = 1_024

  mutating func add(_ lease: PoolObserver.Lease, as id: AnyConnectionID) { running[id] = lease }

  /// - Returns: What the monitor calls it; `nil` where nothing is known of it.
  mutating func end(_ id: AnyConnectionID) -> PoolObserver.Lease? {
    guard let lease = running.removeValue(forKey: id) else { return ended[id] }
    if ended.updateValue(lease, forKey: id) == nil {
      if order.count < Self.limit {
        order.append(id)
      } else {
        ended[order[next]] = nil
        order[next] = id
        next = (next + 1) % Self.limit
      }
    }
    return lease
  }
}
