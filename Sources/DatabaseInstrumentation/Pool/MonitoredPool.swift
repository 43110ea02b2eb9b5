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
}

extension MonitorablePool where Connection: AnyObject, ConnectionID == ObjectIdentifier {
  /// The object itself.
  public func id(of connection: Connection) -> ObjectIdentifier { ObjectIdentifier(connection) }
}

/// A pool behind a monitor: what is taken and given back through it is accounted for.
///
/// ```swift
/// let pool = MonitoredPool(DriverPool(size: 10), name: "main", size: 10)
/// let rows = try await pool.withConnection { try await $0.query("SELECT 1") }
/// ```
///
/// Connections are known from their first checkout on. Where the pool can tell that it closed one, hand that on with
/// ``closed(_:)``.
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
  public init(_ base: Base, name: String, size: PoolSize = .unlimited, maxOverflow: PoolSize = 0) {
    self.base = base
    monitor = PoolMonitor(name: name, size: size, maxOverflow: maxOverflow)
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
      monitor.endWait(by: error)
      throw error
    }
    let site = CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function)
    let number = numbers.number(of: base.id(of: connection), in: monitor)
    let lease = monitor.checkOut(number, since: began, site: site)
    return Lease(connection: connection, token: PoolObserver.Lease(id: lease, connection: number))
  }

  /// Gives a connection back. A second time is noted, and left to the pool.
  @inlinable
  public func checkin(_ lease: Lease) async throws {
    // Before the pool may hand it to the next.
    monitor.checkIn(lease.token.id, connection: lease.token.connection)
    try await base.checkin(lease.connection)
  }

  /// Lends a connection to `body` and gives it back, also when `body` throws.
  @inlinable
  public func withConnection<R>(
    _ body: (Base.Connection) async throws -> R, fileID: StaticString = #fileID, filePath: StaticString = #filePath,
    line: UInt = #line, column: UInt = #column, function: StaticString = #function
  ) async throws -> R {
    let lease = try await checkout(
      fileID: fileID, filePath: filePath, line: line, column: column, function: function)
    do {
      let result = try await body(lease.connection)
      try await checkin(lease)
      return result
    } catch {
      if monitor.isRunning(lease.token.id) { try? await checkin(lease) }
      throw error
    }
  }

  /// The pool closed a connection.
  public func closed(_ connection: Base.Connection) {
    guard let number = numbers.remove(base.id(of: connection)) else { return }
    monitor.observer.closed(number)
  }
}
