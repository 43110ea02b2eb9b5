/// One transition of a pool: what its log says, and what it means to the tables.
package struct PoolChange: Sendable {
  /// What a transition does to the tables; the log alone cannot tell, since events do not balance.
  package enum Effect: Sendable, Hashable {
    case none
    /// A slot is taken for a connection to come.
    case openBegan
    /// The connection is there, and idle. The time at which opening it began.
    case opened(began: UInt64)
    case openFailed
    /// A lease begins. The time at which its caller asked for it.
    case leased(asked: UInt64)
    /// A lease ends with a return; whether its connection is closed next.
    case returned(closes: Bool)
    /// A lease ends because its connection is thrown away.
    case invalidated
    /// A lease ends because nobody has it any more; whether its connection is closed next.
    case abandoned(closes: Bool)
    /// An idle connection is thrown away.
    case discarded
    /// A connection of the pool is gone; whether its slot stays.
    case closed(leavesEmptySlot: Bool)
    case detached(leavesEmptySlot: Bool)
    case detachedClosed
    /// A detached connection was dropped, and is yet to be closed.
    case detachedDropped
    case waitBegan
    case waitEnded
    /// An empty slot is given up.
    case slotDropped
  }

  package var kind: EventKind?
  package var effect: Effect
  package var connection: Int?
  package var lease: Int?
  package var explanation: PoolEventExplanation?

  @inline(__always)
  package init(
    _ kind: PoolEvent.Kind?, _ effect: Effect = .none, connection: Int? = nil, lease: Int? = nil,
    explanation: PoolEventExplanation? = nil
  ) {
    self.kind = kind.map(EventKind.init)
    self.effect = effect
    self.connection = connection
    self.lease = lease
    self.explanation = explanation
    switch kind {
    case .invalidate(let reason?), .softInvalidate(let reason?):
      self.explanation = PoolEventExplanation(reason: reason)
    default: break
    }
  }

  static func violation(_ message: String, connection: Int? = nil, lease: Int? = nil) -> PoolChange {
    PoolChange(
      .usageViolation, connection: connection, lease: lease, explanation: PoolEventExplanation(message))
  }
}
