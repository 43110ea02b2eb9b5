public import DatabaseInstrumentation

/// How a ``FakePool`` behaves.
///
/// ```swift
/// var options = FakePoolOptions(size: 2, maxOverflow: 1)
/// options.timeout = .seconds(5)          // virtual seconds
/// options.checksBeforeUse = true
/// ```
public struct FakePoolOptions: Sendable, Hashable {
  /// What the pool keeps.
  public enum Mode: Sendable, Hashable {
    /// A queue of connections with a size and an overflow.
    case queue
    /// One lease at most; the second checkout fails and names the first one's line.
    case exclusive
    /// No pooling: each checkout opens a connection and each return closes it.
    case none
    /// One connection that all leases share.
    case `static`
  }

  /// Which idle connection is used next.
  public enum Reuse: Sendable, Hashable {
    /// The one that has been idle longest.
    case fifo
    /// The one that came back last.
    case lifo
  }

  /// What happens to a connection on its way back.
  public enum ResetPolicy: String, Sendable, Hashable {
    /// An open transaction is rolled back.
    case rollback
    /// An open transaction is committed.
    case commit
    /// Nothing.
    case none
  }

  /// Whose order of events is followed.
  public enum Semantics: Sendable, Hashable {
    /// Each lease has one checkout and one end.
    case strict
    /// SQLAlchemy's own: a checkin also after an invalidation, a checkout for each attempt.
    case sqlAlchemy
  }

  /// What the pool keeps; a queue by default.
  public var mode: Mode = .queue
  /// The connections that it keeps; 1 or more, or `.unlimited`.
  public var size: PoolSize
  /// The connections that it may open beyond that.
  public var maxOverflow: PoolSize
  /// How long a checkout may take, in virtual time; zero fails at once where it would wait.
  public var timeout: Duration = .seconds(30)
  /// Which idle connection is used next.
  public var reuse: Reuse = .fifo
  /// The age above which a connection is replaced at its next checkout; `nil` for none.
  public var recycleAfter: Duration?
  /// Whether a connection that was used before is asked whether it is alive before it is used again.
  public var checksBeforeUse = false
  /// What happens to a connection on its way back.
  public var reset: ResetPolicy = .rollback
  /// How many callers may wait; `nil` for any number.
  public var queueLimit: Int?
  /// Whether a connection from before a pool-wide invalidation is closed on return, not at its next checkout.
  public var closesInvalidOnReturn = false
  /// Whose order of events is followed.
  public var semantics: Semantics = .strict

  /// A queue of connections.
  public init(size: PoolSize = 5, maxOverflow: PoolSize = 0) {
    self.size = size
    self.maxOverflow = maxOverflow
  }

  /// Why no pool can behave so; `nil` when one can.
  var problem: String? {
    if let limit = size.limit, limit < 1 {
      return "a pool of size \(limit) has no connection to give; write 1 or more, or .unlimited."
    }
    if let limit = maxOverflow.limit, limit < 0 {
      return "an overflow of \(limit) makes no sense; write 0 or more, or .unlimited."
    }
    if let queueLimit, queueLimit < 0 { return "a queue limit of \(queueLimit) makes no sense; write 0 or more." }
    if timeout < .zero { return "a timeout of \(timeout) is in the past; write .zero to fail at once." }
    if let recycleAfter, recycleAfter < .zero {
      return "an age limit of \(recycleAfter) makes no sense; write nil for none."
    }
    return nil
  }

  var effectiveSize: PoolSize {
    switch mode {
    case .queue: size
    case .exclusive, .static: 1
    case .none: .unlimited
    }
  }

  var effectiveOverflow: PoolSize { mode == .queue ? maxOverflow : 0 }
}
