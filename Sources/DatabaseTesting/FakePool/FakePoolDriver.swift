/// What a ``FakePool`` does with connections: any functions, of a stub or of a real database.
///
/// ```swift
/// let pool = FakePool(driver: FakePoolDriver(open: { StubConnection() }), options: FakePoolOptions(size: 2))
/// ```
///
/// The functions are called outside of the pool's lock, on the thread that needs them. They may suspend, as those of a driver on
/// SwiftNIO do: virtual time stands still meanwhile, since nothing but ``FakePool/advance(by:)`` moves it. Code that cannot wait,
/// as `checkoutImmediately()`, then gets a ``PoolUsageError``.
public struct FakePoolDriver<Connection: Sendable>: Sendable {
  /// Opens a connection.
  public var open: @Sendable () async throws -> Connection
  /// Prepares a connection that was just opened; when it throws, the connection is closed.
  public var setUp: @Sendable (Connection) async throws -> Void = { _ in }
  /// Throws when the connection is dead.
  public var ping: @Sendable (Connection) async throws -> Void = { _ in }
  /// Ends what the last user left open.
  public var reset: @Sendable (Connection, FakePoolOptions.ResetPolicy) async throws -> Void = { _, _ in }
  /// Closes a connection.
  public var close: @Sendable (Connection) async -> Void
  /// Looks at each connection before it is handed out: throws ``FakePoolDisconnected`` to have it replaced once, another
  /// error to reject it.
  public var willCheckOut: (@Sendable (Connection) async throws -> Void)?
  /// The number of the database connection behind it, where that is recorded.
  package var identity: @Sendable (Connection) -> UInt64? = { _ in nil }

  /// A driver that can open connections, and close them; the other functions do nothing until they are set.
  public init(
    open: @escaping @Sendable () async throws -> Connection,
    close: @escaping @Sendable (Connection) async -> Void = { _ in }
  ) {
    self.open = open
    self.close = close
  }
}

/// Thrown by a checkout hook: the connection is dead, another one may do.
public struct FakePoolDisconnected: Error, Sendable {
  /// A dead connection.
  public init() {}
}
