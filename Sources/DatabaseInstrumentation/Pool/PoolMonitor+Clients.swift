internal import DatabaseSupport

/// For clients and pools that know their connections by an identifier of their own.
extension PoolMonitor {
  /// Counts what `body` does with a connection as a lease: for clients that only lend their connections.
  ///
  /// ```swift
  /// func withConnection<R: Sendable>(_ body: (DriverConnection) async throws -> R) async throws -> R {
  ///   try await client.withConnection { connection in
  ///     try await monitor.withLease(on: connection.id) { try await body(connection) }
  ///   }
  /// }
  /// ```
  ///
  /// A connection is known from its first lease on. Tell of one that the client closed with ``closed(id:)``; otherwise the one
  /// that comes in its place counts as one more.
  ///
  /// - Parameters:
  ///   - id: What tells the connection from the others of the client.
  ///   - body: The work; an error of it ends the lease as well.
  ///   - fileID: The place of the call, as the next four. In tests the lease is told to be of the innermost line on the call
  ///     stack that is outside of this file, where there is one.
  ///   - filePath: Its file.
  ///   - line: Its line.
  ///   - column: Its column.
  ///   - function: Its function.
  public func withLease<R>(
    on id: some Hashable & Sendable, _ body: () throws -> R, fileID: StaticString = #fileID,
    filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column, function: StaticString = #function
  ) rethrows -> R {
    let site = CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function)
    let lease = checkOut(on: id, otherwise: site)
    defer { observer.checkedIn(lease, site: site) }
    return try body()
  }

  /// Counts what `body` does with a connection as a lease: for clients that only lend their connections.
  ///
  /// - Parameters: As for the synchronous form.
  public func withLease<R>(
    on id: some Hashable & Sendable, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> R,
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    function: StaticString = #function
  ) async rethrows -> R {
    let site = CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function)
    let lease = checkOut(on: id, otherwise: site)
    defer { observer.checkedIn(lease, site: site) }
    return try await body()
  }

  /// The client closed a connection, which ``withLease(on:_:fileID:filePath:line:column:function:)`` or a ``MonitoredPool`` with this
  /// monitor knows by `id`.
  public func closed(id: some Hashable & Sendable) {
    var number = connectionIDs.remove(AnyConnectionID(id))
    for remove in wrapped.withLock({ $0 }) where number == nil { number = remove(id) }
    if let number { observer.closed(number) }
  }

  /// The connections of a pool behind this monitor.
  func add<ID>(_ numbers: ConnectionNumbers<ID>) {
    wrapped.withLock { $0.append { id in (id as? ID).flatMap { numbers.remove($0) } } }
  }

  private func checkOut(on id: some Hashable & Sendable, otherwise site: CheckoutSite) -> PoolObserver.Lease {
    let connection = connectionIDs.number(of: AnyConnectionID(id), in: self)
    return checkOut(connection, by: .current(site: nil, poolFile: site.filePath, otherwise: site))
  }
}

/// What tells a connection from the others of its client, of whatever type it is.
struct AnyConnectionID: Hashable, @unchecked Sendable {  // Made of what is both.
  private let value: AnyHashable

  init(_ value: some Hashable & Sendable) { self.value = AnyHashable(value) }
}
