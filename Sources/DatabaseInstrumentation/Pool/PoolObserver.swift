internal import DatabaseSupport

/// What a connection pool tells its monitor.
///
/// ```swift
/// let connection = observer.connected()                    // after opening one
/// let lease = observer.checkedOut(connection)              // hand it out
/// observer.checkedIn(lease)                                // it came back
/// observer.closed(connection)
/// ```
///
/// Any thread may call it, also under the pool's own lock: listeners then run under that lock too. It never throws.
public struct PoolObserver: Sendable {
  let monitor: PoolMonitor

  /// One lease, as the pool must hand it back: a single-use token.
  public struct Lease: Sendable, Hashable {
    /// Its number within the pool.
    public let id: Int
    /// The number of the connection within the pool.
    public let connection: Int

    @usableFromInline
    init(id: Int, connection: Int) {
      self.id = id
      self.connection = connection
    }
  }

  /// A connection was opened.
  ///
  /// - Parameters:
  ///   - databaseConnection: The number of the database connection behind it, where that is known: its statements are
  ///     then tied to the lease.
  ///   - took: How long opening it took.
  /// - Returns: The connection's number within the pool.
  @discardableResult
  public func connected(databaseConnection: UInt64? = nil, took: Duration = .zero) -> Int {
    let (id, outcomes) = monitor.enterConnection(took: took)
    for outcome in outcomes { monitor.publish(outcome) }
    monitor.databaseConnection(databaseConnection, of: id)
    if let last = outcomes.last { monitor.noteExcess(last.statistics) }
    return id
  }

  /// A connection could not be opened.
  public func connectFailed() { monitor.apply(PoolChange(.connectFailed)) }

  /// A caller begins to wait for a connection.
  public func waitBegan() { monitor.apply(PoolChange(.waitBegan, .waitBegan)) }

  /// A caller got what it waited for; followed by `checkedOut(_:waited:site:)`.
  public func waitEnded() { monitor.apply(PoolChange(nil, .waitEnded)) }

  /// A caller gets no connection.
  ///
  /// - Parameters:
  ///   - failure: Why.
  ///   - wasWaiting: Whether ``waitBegan()`` was called for it.
  public func checkoutFailed(_ failure: PoolCheckoutFailure, wasWaiting: Bool = false) {
    let holders = failure == .timeout ? monitor.explainHolders() : nil
    monitor.apply(PoolChange(.checkoutFailed(failure), wasWaiting ? .waitEnded : .none, explanation: holders))
  }

  /// A connection was handed out.
  ///
  /// - Parameters:
  ///   - connection: Its number, from ``connected(databaseConnection:took:)``.
  ///   - waited: How long the caller waited.
  ///   - site: The line that asked for it. When `nil` it is found in tests: the innermost line of the call stack that is
  ///     outside of the file that calls this, which is the pool's own.
  ///   - poolFile: That file.
  /// - Returns: What ends the lease.
  public func checkedOut(
    _ connection: Int, waited: Duration = .zero, site: CheckoutSite? = nil,
    poolFile: StaticString = #filePath
  ) -> Lease {
    monitor.checkOut(
      connection, waited: waited == .zero ? 0 : waited.nanoseconds, by: .current(site: site, poolFile: poolFile))
  }

  /// A connection came back. A second time is noted as `doubleCheckin`, with both lines.
  ///
  /// After ``invalidated(_:reason:)``, and after ``closed(_:)`` of the connection while it was out, a first return is in order.
  ///
  /// - Parameters:
  ///   - lease: What ``checkedOut(_:waited:site:poolFile:)`` returned.
  ///   - site: The line that gives it back. When `nil` it is found in tests, as for a checkout.
  ///   - poolFile: The pool's own file.
  public func checkedIn(_ lease: Lease, site: CheckoutSite? = nil, poolFile: StaticString = #filePath) {
    monitor.checkIn(lease, site: site, poolFile: poolFile)
  }

  /// A connection is being reset on its way back.
  public func reset(_ connection: Int) { monitor.apply(PoolChange(.reset, connection: connection)) }

  /// A lease ends because its connection is thrown away; followed by ``closed(_:)``.
  public func invalidated(_ lease: Lease, reason: String? = nil) {
    monitor.end(lease, .invalidate(reason), .invalidated, "invalidated")
  }

  /// A connection is replaced at its next checkout; its lease goes on.
  public func softInvalidated(_ connection: Int, reason: String? = nil) {
    monitor.apply(PoolChange(.softInvalidate(reason), connection: connection))
  }

  /// A lease takes its connection out of the pool for good.
  public func detached(_ lease: Lease) {
    monitor.end(lease, .detach, .detached(leavesEmptySlot: false), "detached")
  }

  /// A lease was dropped without being returned; it counts as a leak. Followed by ``closed(_:)``.
  public func abandoned(_ lease: Lease) {
    monitor.end(lease, .leaseAbandoned, .abandoned(closes: true), "abandoned")
  }

  /// A connection of the pool was closed, or a detached one. Whoever has it at that moment, as when the server closes it, has
  /// yet to return its lease.
  public func closed(_ connection: Int) {
    let isDetached = monitor.isDetached(connection)
    monitor.apply(
      PoolChange(
        isDetached ? .closeDetached : .close, isDetached ? .detachedClosed : .closed(leavesEmptySlot: false),
        connection: connection))
  }
}
