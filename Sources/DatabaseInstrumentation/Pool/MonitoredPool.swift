/// A pool that hands connections out and takes them back: enough to wrap it in a ``MonitoredPool``.
public protocol MonitorablePool: Sendable {
  /// What it hands out.
  associatedtype Connection: Sendable
  /// What tells one connection from another.
  associatedtype ConnectionID: Hashable & Sendable

  /// Takes a connection; waits where it must.
  func checkout() async throws -> Connection
  /// Gives a connection back.
  func checkin(_ connection: Connection) async throws
  /// What tells it from the other connections of the pool.
  func id(of connection: Connection) -> ConnectionID
  /// Why a checkout failed that threw `error`: drivers have their own errors for a timeout and a cancellation.
  ///
  /// By default `.cancelled` for a `CancellationError` and whatever a cancelled task throws, and `.openFailed` otherwise.
  func failure(for error: any Error) -> PoolCheckoutFailure
}

extension MonitorablePool where Connection: AnyObject, ConnectionID == ObjectIdentifier {
  /// The object itself.
  public func id(of connection: Connection) -> ObjectIdentifier { ObjectIdentifier(connection) }
}

extension MonitorablePool {
  /// `.cancelled` for a `CancellationError` and whatever a cancelled task throws, `.openFailed` otherwise.
  public func failure(for error: any Error) -> PoolCheckoutFailure {
    error is CancellationError || Task.isCancelled ? .cancelled : .openFailed
  }
}

/// A pool behind a monitor: what is taken and given back through it is accounted for.
///
/// ```swift
/// let pool = MonitoredPool(DriverPool(size: 10), name: "main", size: 10)
/// let rows = try await pool.withConnection { try await $0.query("SELECT 1") }
/// ```
///
/// Connections are known from their first checkout on. Where the pool can tell that it closed one, hand that on with
/// ``closed(_:)`` or ``closed(id:)``, or to the monitor where that is made first: otherwise each that it opens anew counts as one
/// more that is open.
public final class MonitoredPool<Base: MonitorablePool>: Sendable {
  /// The pool itself.
  public let base: Base
  /// Leases, events and statistics.
  public let monitor: PoolMonitor
  @usableFromInline
  let numbers = ConnectionNumbers<Base.ConnectionID>()

  /// A connection that was taken.
  public struct Lease: Sendable {
    /// The connection.
    public let connection: Base.Connection
    @usableFromInline
    let token: PoolObserver.Lease

    @usableFromInline
    init(connection: Base.Connection, token: PoolObserver.Lease) {
      self.connection = connection
      self.token = token
    }
  }

  /// Wraps a pool.
  ///
  /// - Parameters:
  ///   - base: The pool.
  ///   - name: What messages and metrics call it.
  ///   - size: The connections that it keeps.
  ///   - maxOverflow: The connections that it may open beyond that.
  ///   - sharesConnections: Whether it may hand one connection to several callers at a time.
  public convenience init(
    _ base: Base, name: String, size: PoolSize = .unlimited, maxOverflow: PoolSize = 0, sharesConnections: Bool = false
  ) {
    self.init(
      base,
      monitor: PoolMonitor(name: name, size: size, maxOverflow: maxOverflow, sharesConnections: sharesConnections))
  }

  /// Wraps a pool, whose monitor is made as it is needed, for example with `heldTooLongAfter`.
  public init(_ base: Base, monitor: PoolMonitor) {
    self.base = base
    self.monitor = monitor
    monitor.add(numbers)
  }

  /// Takes a connection. The error is the pool's own.
  @inlinable
  public func checkout(
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    function: StaticString = #function
  ) async throws -> Lease {
    // Whether it has to wait only the pool knows: it counts as waiting until it is answered, and no event says so.
    let began = monitor.beginWait()
    let connection: Base.Connection
    do {
      connection = try await base.checkout()
    } catch {
      monitor.endWait(by: base.failure(for: error))
      throw error
    }
    let site = CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function)
    let number = numbers.number(of: base.id(of: connection), in: monitor)
    return Lease(connection: connection, token: monitor.checkOut(number, since: began, site: site))
  }

  /// Gives a connection back. A second time is noted with both lines, and left to the pool.
  ///
  /// - Throws: The pool's own error; the lease is still out then.
  @inlinable
  public func checkin(
    _ lease: Lease, fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line,
    column: UInt = #column, function: StaticString = #function
  ) async throws {
    let site = CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function)
    let isFirst = monitor.beginReturn(lease.token, site: site)
    do {
      try await base.checkin(lease.connection)
    } catch {
      if isFirst { monitor.cancelReturn(lease.token) }
      throw error
    }
    if isFirst { monitor.endReturn(lease.token) }
  }

  /// Lends a connection to `body` and gives it back, also when `body` throws.
  @inlinable
  public func withConnection<R>(
    _ body: (Base.Connection) async throws -> R, fileID: StaticString = #fileID, filePath: StaticString = #filePath,
    line: UInt = #line, column: UInt = #column, function: StaticString = #function
  ) async throws -> R {
    let lease = try await checkout(
      fileID: fileID, filePath: filePath, line: line, column: column, function: function)
    let result: R
    do {
      result = try await body(lease.connection)
    } catch {
      try? await checkin(
        lease, fileID: fileID, filePath: filePath, line: line, column: column, function: function)
      throw error
    }
    try await checkin(lease, fileID: fileID, filePath: filePath, line: line, column: column, function: function)
    return result
  }

  /// The pool closed a connection.
  public func closed(_ connection: Base.Connection) { closed(id: base.id(of: connection)) }

  /// The pool closed a connection, of which it only knows what tells it from the others.
  public func closed(id: Base.ConnectionID) {
    guard let number = numbers.remove(id) else { return }
    monitor.observer.closed(number)
  }
}
