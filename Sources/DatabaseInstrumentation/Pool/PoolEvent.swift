/// One thing that happened in a connection pool, with the pool's statistics after it.
///
/// Events are an ordered log. They are not the oracle: a retry may show two checkouts for one lease and a detach has no
/// checkin, so leaks and gauges come from the tables of ``PoolMonitor``, never from counting events.
public struct PoolEvent: Sendable, Hashable, CustomStringConvertible {
  /// What happened.
  public enum Kind: Sendable, Hashable {
    /// The pool is about to open its first connection; right before the first `connect`.
    case firstConnect
    /// A driver connection was opened.
    case connect
    /// A driver connection could not be opened.
    case connectFailed
    /// A lease began.
    case checkout
    /// A lease ended by a return.
    case checkin
    /// A connection is being reset on its way back.
    case reset
    /// A connection must not be used again, now. Carries the reason.
    case invalidate(String?)
    /// A connection is replaced at its next checkout. Carries the reason.
    case softInvalidate(String?)
    /// A lease took its connection out of the pool.
    case detach
    /// A driver connection of the pool was closed.
    case close
    /// A detached driver connection was closed.
    case closeDetached
    /// A checkout has to wait.
    case waitBegan
    /// A checkout failed.
    case checkoutFailed(PoolCheckoutFailure)
    /// A connection is asked whether it is alive.
    case ping
    /// It is not.
    case pingFailed
    /// A lease was returned a second time.
    case doubleCheckin
    /// A lease was dropped without being returned.
    case leaseAbandoned
    /// A detached connection was dropped without being closed.
    case detachedAbandoned
    /// The pool was used, or did something, in a way that cannot be right.
    case usageViolation
    /// A connection was handed out that another lease still has; right after the `checkout`.
    case doubleCheckout
    /// A lease has its connection for longer than the monitor's threshold.
    case heldTooLong

    /// The name alone: `checkout`, `checkoutFailed`, `invalidate`.
    public var name: String { EventKind(self).name }
  }

  /// The name of the pool.
  public let pool: String
  let record: Record
  let rest: Rest?

  /// Its place in the log of its pool, from 1.
  public var sequence: Int { rest?.sequence ?? Int(record.sequence) }
  /// Nanoseconds of the pool's clock: the monotonic one, or the virtual time of a `FakePool`.
  public var time: UInt64 { record.time }
  /// What happened.
  public var kind: Kind {
    switch record.kind.plain {
    case .invalidate: .invalidate(explanation?.reason)
    case .softInvalidate: .softInvalidate(explanation?.reason)
    case let kind: kind
    }
  }
  /// The number of the connection within its pool.
  public var connection: Int? { rest.map(\.connection) ?? Record.number(record.connection) }
  /// The number of the lease within its pool.
  public var lease: Int? { rest.map(\.lease) ?? Record.number(record.lease) }
  /// What the pool looked like after it.
  public var statistics: PoolStatistics { rest?.statistics ?? record.statistics.statistics }
  /// Of `doubleCheckin` the lines of both returns, of `doubleCheckout` those of all checkouts, of `usageViolation` what was
  /// wrong, of `heldTooLong` who has it, of `checkoutFailed(.timeout)` who has the connections. Lines that the call stack has to tell are looked up when this is read.
  public var detail: String? { explanation?.text }

  package var explanation: PoolEventExplanation? { rest?.explanation }

  /// `#3 checkout connection 1, lease 2 ⟨idle 0, empty 0, leased 1, overflow 0, live 1⟩`.
  public var description: String {
    var parts: [String] = []
    if let connection { parts.append("connection \(connection)") }
    if let lease { parts.append("lease \(lease)") }
    return "#\(sequence) \(kind) \(parts.joined(separator: ", "))\(parts.isEmpty ? "" : " ")\(statistics)"
  }
}

extension PoolEvent.Kind: CustomStringConvertible {
  /// The name with what it carries: `checkoutFailed(timeout)`, `invalidate("server closed the connection")`.
  public var description: String {
    switch self {
    case .checkoutFailed(let failure): "checkoutFailed(\(failure))"
    case .invalidate(.some(let reason)): "invalidate(\"\(reason)\")"
    case .softInvalidate(.some(let reason)): "softInvalidate(\"\(reason)\")"
    default: name
    }
  }
}

/// Why a checkout failed.
public enum PoolCheckoutFailure: String, Sendable, Hashable, CustomStringConvertible {
  /// No connection came free in time.
  case timeout
  /// The task that waited was cancelled.
  case cancelled
  /// The pool was closed.
  case poolClosed
  /// A connection could not be opened.
  case openFailed
  /// A hook refused the connection.
  case rejected
  /// As many callers wait as may.
  case queueFull
  /// The pool allows one lease at a time.
  case exclusive

  /// Its name.
  public var description: String { rawValue }
}
