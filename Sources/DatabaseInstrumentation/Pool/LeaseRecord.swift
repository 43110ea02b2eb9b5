/// One lease of a connection: from its checkout until exactly one of checkin, detach, invalidate, abandonment.
public struct LeaseRecord: Sendable, CustomStringConvertible {
  /// What became of a lease.
  public enum State: Sendable, Hashable, CustomStringConvertible {
    /// It still has its connection.
    case leased
    /// It was returned.
    case returned
    /// Its connection was thrown away while it ran.
    case invalidated
    /// It took its connection out of the pool, and that is still open.
    case detached
    /// It took its connection out of the pool and closed it.
    case detachedAndClosed
    /// It was dropped without being returned.
    case abandoned

    /// In words: `leased`, `detached and closed`.
    public var description: String {
      switch self {
      case .leased: "leased"
      case .returned: "returned"
      case .invalidated: "invalidated"
      case .detached: "detached"
      case .detachedAndClosed: "detached and closed"
      case .abandoned: "abandoned"
      }
    }
  }

  /// Its number within its pool, from 1.
  public let id: Int
  /// The name of the pool.
  public let pool: String
  /// The number of the connection within the pool.
  public let connection: Int
  /// The checkouts of that connection so far, this one included.
  public let checkoutCount: Int
  /// Nanoseconds of the pool's clock.
  public let checkedOutAt: UInt64
  /// Nanoseconds of the pool's clock; `nil` while it runs.
  public let endedAt: UInt64?
  /// What became of it.
  public let state: State
  /// The test that took it, with its case, where it is known.
  public let test: String?

  package let entry: LiveLease
  package let heldUntil: UInt64
  /// When it ended by the monotonic clock; `nil` where it ran on.
  package let monotonicEnd: UInt64?

  /// The line that took the connection, where it is known. Symbolicated when it is read, if the stack has to tell it.
  public var callSite: CallSite? { entry.origin?.callSite }

  /// How long it had the connection so far, by the pool's clock.
  public var heldFor: Duration { .nanoseconds(Int64(clamping: (endedAt ?? heldUntil) &- checkedOutAt)) }

  /// Whether the connection came back: neither still out, nor detached and open, nor abandoned.
  public var isLeak: Bool {
    switch state {
    case .leased, .detached, .abandoned: true
    case .returned, .invalidated, .detachedAndClosed: false
    }
  }

  /// `lease 3 of pool "main" on connection 1: leased, 2 checkouts, at Bank.swift:12 in Bank.transfer()`.
  public var description: String {
    let site = callSite.map { ", at \($0)" } ?? ""
    return "lease \(id) of pool \"\(pool)\" on connection \(connection): \(state)\(site)"
  }
}

/// A connection of a pool, as the pool's monitor knows it.
public struct PooledConnectionRecord: Sendable, Hashable {
  /// Its number within its pool, from 1.
  public let id: Int
  /// When it was opened: nanoseconds of the pool's clock.
  public let createdAt: UInt64
  /// When it was last taken: nanoseconds of the pool's clock.
  public internal(set) var checkedOutAt: UInt64?
  /// When it last came back: nanoseconds of the pool's clock.
  public internal(set) var checkedInAt: UInt64?
  /// How often it was taken.
  public internal(set) var checkoutCount = 0
  /// Whether a lease took it out of the pool.
  public internal(set) var isDetached = false
  /// The number of the database connection behind it (``ConnectionInfo/id``), where that is known.
  public internal(set) var databaseConnection: UInt64?
}
