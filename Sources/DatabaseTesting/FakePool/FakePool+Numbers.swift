internal import DatabaseInstrumentation
internal import DatabaseSupport

/// For an app whose own leases are numbers, or values with a number in them.
extension FakePool {
  /// Takes a connection in code that cannot wait, and keeps the lease until its number is handed to ``takeBack(_:)``.
  ///
  /// ```swift
  /// struct TestPool: ConnectionPool {                    // the app's protocol
  ///   let pool: FakePool<StubConnection>
  ///
  ///   func take() throws -> Lease {
  ///     let (number, connection) = try pool.lend()
  ///     return Lease(connection: connection, id: number)
  ///   }
  ///
  ///   func giveBack(_ lease: Lease) { try? pool.takeBack(lease.id) }
  /// }
  /// ```
  ///
  /// - Parameter poolFile: The file that asks on behalf of somebody else: the line of the lease is the innermost one on the call
  ///   stack outside of it.
  /// - Throws: ``PoolCheckoutError`` when there is none to have now.
  public func lend(poolFile: StaticString = #filePath) throws -> (number: Int, connection: Connection) {
    let lease = try checkoutImmediately(at: nil, poolFile: poolFile)
    state.withLock { $0.lent[lease.id] = lease }
    return (lease.id, lease.object)
  }

  /// Gives a lease back by its number.
  ///
  /// - Throws: ``PoolUsageError`` the second time.
  public func takeBack(_ number: Int) throws {
    let lease = state.withLock { $0.lent.removeValue(forKey: number) }
    if case .double(let message) = perform({ $0.machine.checkin(lease: number, site: nil) }) {
      throw PoolUsageError(message + ".")
    }
    _ = lease
  }
}
