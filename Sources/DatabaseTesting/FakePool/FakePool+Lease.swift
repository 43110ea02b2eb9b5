internal import DatabaseInstrumentation
internal import DatabaseSupport

extension FakePool {
  /// A connection that was taken, until it is given back; good for one return.
  ///
  /// A lease that is dropped without being given back is a leak, and its connection is thrown away.
  public final class Lease: Sendable {
    /// Its number within the pool.
    public let id: Int
    /// The number of its connection within the pool.
    public let connectionID: Int
    let object: Connection
    let pool: FakePool

    init(id: Int, connectionID: Int, connection: Connection, pool: FakePool) {
      self.id = id
      self.connectionID = connectionID
      object = connection
      self.pool = pool
    }

    deinit { pool.perform { $0.machine.abandon(lease: id) } }

    /// The connection.
    ///
    /// - Throws: ``PoolUsageError`` once the lease is over: somebody else may have the connection.
    public var connection: Connection {
      get throws {
        try pool.requireRunning(id, "used")
        return object
      }
    }

    /// Gives the connection back. After an invalidation that does nothing.
    ///
    /// - Throws: ``PoolUsageError`` the second time, with both lines.
    public func checkin(
      fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
      function: StaticString = #function
    ) throws {
      let site = CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function)
      if case .double(let message) = pool.perform({ $0.machine.checkin(lease: id, site: site) }) {
        throw PoolUsageError(message + ".")
      }
    }

    /// The connection is broken: throws it away now, and ends the lease.
    ///
    /// - Throws: ``PoolUsageError`` once the lease is over.
    public func invalidate(reason: String? = nil) throws {
      try pool.requireRunning(id, "invalidated")
      pool.perform { $0.machine.invalidate(lease: id, softly: false, reason: reason) }
    }

    /// Has the connection replaced at its next checkout; this lease goes on.
    ///
    /// - Throws: ``PoolUsageError`` once the lease is over.
    public func invalidateSoftly(reason: String? = nil) throws {
      try pool.requireRunning(id, "invalidated")
      pool.perform { $0.machine.invalidate(lease: id, softly: true, reason: reason) }
    }

    /// The server is gone: throws this connection away now, and the others of the pool at their next checkout.
    ///
    /// - Throws: ``PoolUsageError`` once the lease is over.
    public func invalidateAll(reason: String? = nil) throws {
      try pool.requireRunning(id, "invalidated")
      pool.perform { $0.machine.invalidateAll(reporter: id, reason: reason) }
    }

    /// Takes the connection out of the pool for good, and ends the lease. Its new owner closes it.
    ///
    /// - Throws: ``PoolUsageError`` once the lease is over, and for the one connection of a `.static` pool.
    public func detach() throws -> DetachedConnection {
      try pool.requireRunning(id, "detached")
      if pool.options.mode == .static {
        throw pool.violation("the one connection of pool \"\(pool.monitor.name)\" is shared and cannot be detached")
      }
      pool.perform { $0.machine.detach(lease: id) }
      return DetachedConnection(id: connectionID, connection: object, pool: pool)
    }
  }

  /// A connection that was taken out of its pool; whoever has it closes it.
  public final class DetachedConnection: Sendable {
    /// The connection.
    public let connection: Connection
    private let id: Int
    private let pool: FakePool

    init(id: Int, connection: Connection, pool: FakePool) {
      self.id = id
      self.connection = connection
      self.pool = pool
    }

    deinit { pool.perform { $0.machine.closeDetached(connection: id, isAbandoned: true) } }

    /// Closes it; a second time does nothing.
    public func close() { pool.perform { $0.machine.closeDetached(connection: id) } }
  }

  /// A lease that cannot be copied: giving it back twice does not compile.
  ///
  /// ```swift
  /// let lease = try await pool.checkoutUnique()
  /// try lease.checkin()
  /// // try lease.checkin() again: error: 'lease' consumed more than once
  /// ```
  public struct UniqueLease: ~Copyable, Sendable {
    private let lease: Lease

    init(_ lease: Lease) { self.lease = lease }

    /// Its number within the pool.
    public var id: Int { lease.id }

    /// The connection.
    public var connection: Connection { get throws { try lease.connection } }

    /// Gives the connection back.
    public consuming func checkin(
      fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
      function: StaticString = #function
    ) throws {
      try lease.checkin(fileID: fileID, filePath: filePath, line: line, column: column, function: function)
    }

    /// Takes the connection out of the pool for good.
    public consuming func detach() throws -> DetachedConnection { try lease.detach() }
  }

  private func requireRunning(_ lease: Int, _ verb: String) throws {
    guard state.withLock({ $0.machine.isRunning(lease) }) else {
      throw violation(
        "lease \(lease) of pool \"\(monitor.name)\" is over and cannot be \(verb): take a new one", lease: lease)
    }
  }
}
