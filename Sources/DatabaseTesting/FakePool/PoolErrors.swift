public import DatabaseInstrumentation

/// Why a checkout failed, with what the pool looked like.
///
/// ```text
/// Pool "main" (size 1, overflow 1) gave no connection within 5.0 s. Its connections are held by:
///   lease 1 on connection 1, since 0 ns, at Bank.swift:12 in transfer()
///   lease 2 on connection 2, since 0 ns, at Bank.swift:31 in audit()
/// ```
public struct PoolCheckoutError: Error, Sendable, CustomStringConvertible {
  /// Why.
  public let failure: PoolCheckoutFailure
  /// The error of the driver or the hook, where there was one.
  public let underlying: (any Error)?
  /// What a person needs to know.
  public let description: String
}

/// A pool was used in a way that cannot be right.
public struct PoolUsageError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was wrong, and what to do.
  public let description: String

  init(_ description: String) { self.description = description }
}
