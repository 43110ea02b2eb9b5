/// What ``checkPoolContract(rules:except:patience:settling:make:fileID:filePath:line:column:)`` needs of a pool, whichever it is.
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
///
/// The others have defaults: a rule that needs what a pool cannot do is not tried, and the output says so.
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
  /// Ends a lease because its connection is broken: the pool throws it away.
  ///
  /// - Returns: Whether the pool can do that; `false` by default.
  func discard(_ lease: Lease) async throws -> Bool
  /// Has the next opening of a connection fail, and no other one.
  ///
  /// - Returns: Whether the pool can be told so; `false` by default.
  func failNextOpen() async -> Bool
  /// Whether the connection of a lease, which may be over, is open; `nil`, the default, where nobody can tell.
  func isOpen(_ lease: Lease) async -> Bool?
  /// How many callers wait; `nil`, the default, where the pool does not tell.
  var waiting: Int? { get async }
  /// Lets the time of a pool that runs on virtual time go by.
  ///
  /// - Returns: Whether it does; `false` by default.
  func advance(by duration: Duration) async -> Bool
}

extension ContractPool {
  /// The pool cannot.
  public func detach(_ lease: Lease) async throws -> Bool { false }
  /// The pool cannot.
  public func discard(_ lease: Lease) async throws -> Bool { false }
  /// The pool cannot be told.
  public func failNextOpen() async -> Bool { false }
  /// Nobody can tell.
  public func isOpen(_ lease: Lease) async -> Bool? { nil }
  /// The pool does not tell.
  public var waiting: Int? { get async { nil } }
  /// Its time is the real one.
  public func advance(by duration: Duration) async -> Bool { false }
}
