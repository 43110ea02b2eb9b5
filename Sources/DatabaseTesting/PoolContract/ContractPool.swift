/// What ``checkPoolContract(patience:make:fileID:filePath:line:column:)`` needs of a pool, whichever it is.
///
/// ```swift
/// struct Subject: ContractPool {
///   let pool: MyPool
///   func checkout() async throws -> MyConnection { try await pool.get() }
///   func checkin(_ lease: MyConnection) async throws { pool.put(lease) }
///   func connectionID(of lease: MyConnection) -> ObjectIdentifier { ObjectIdentifier(lease) }
///   func close() async { await pool.shutdown() }
/// }
/// ```
public protocol ContractPool: Sendable {
  /// What a checkout returns.
  associatedtype Lease: Sendable
  /// What tells one connection from another.
  associatedtype ConnectionID: Hashable & Sendable

  /// Takes a connection; waits where it must.
  func checkout() async throws -> Lease
  /// Gives a connection back. May throw for a lease that is over.
  func checkin(_ lease: Lease) async throws
  /// The connection of a lease.
  func connectionID(of lease: Lease) -> ConnectionID
  /// Closes the pool.
  func close() async
  /// Takes a connection out of the pool for good.
  ///
  /// - Returns: Whether the pool can do that; `false` by default.
  func detach(_ lease: Lease) async throws -> Bool
  /// How many callers wait; `nil`, the default, where the pool does not tell.
  var waiting: Int? { get async }
}

extension ContractPool {
  /// The pool cannot.
  public func detach(_ lease: Lease) async throws -> Bool { false }
  /// The pool does not tell.
  public var waiting: Int? { get async { nil } }
}

/// One rule that a pool breaks.
public struct PoolContractBreach: Sendable, Hashable, CustomStringConvertible {
  /// The rule.
  public enum Rule: String, Sendable, Hashable, CaseIterable {
    /// A caller that waits gets the connection that comes back.
    case waiterIsServed
    /// A second return of one lease changes nothing.
    case doubleReturn
    /// A return of a lease that is over does not free somebody else's connection.
    case staleReturn
    /// Closing the pool wakes those who wait.
    case closeWakesWaiters
    /// A closed pool gives no connection and takes back those that are out.
    case closedPool
    /// A wait that was cancelled ends, and costs no connection.
    case cancelledWait
    /// A detached connection is never handed out again, and makes room for another one.
    case detach
  }

  /// The rule.
  public let rule: Rule
  /// What was expected, and what happened.
  public let description: String
}
