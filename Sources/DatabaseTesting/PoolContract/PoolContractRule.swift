/// One rule that a pool breaks.
public struct PoolContractBreach: Sendable, Hashable, CustomStringConvertible {
  /// A rule, in the order in which they are tried.
  public enum Rule: String, Sendable, Hashable, CaseIterable {
    /// A caller that waits gets the connection that comes back.
    case waiterIsServed
    /// A pool gives as many connections as its size, each to one caller, and never more.
    case capacity
    /// A second return of one lease changes nothing.
    case doubleReturn
    /// A return of a lease that is over does not free somebody else's connection, now or a little later.
    case staleReturn
    /// A wait that was cancelled ends at once, and not only when a connection comes back.
    case cancelledWaitEnds
    /// A wait that was cancelled costs no connection.
    case cancelledWait
    /// A connection that could not be opened leaves its slot to the next one. Needs ``ContractPool/failNextOpen()``.
    case failedOpen
    /// A slot that becomes free, because its connection is thrown away or detached, serves a caller that waits. Needs
    /// ``ContractPool/discard(_:)`` or ``ContractPool/detach(_:)``.
    case freedCapacity
    /// A detached connection is never handed out again, and makes room for another one. Needs ``ContractPool/detach(_:)``.
    case detach
    /// Closing the pool wakes those who wait.
    case closeWakesWaiters
    /// A closed pool gives no connection and takes back those that are out.
    case closedPool
    /// A connection that comes back after its pool was closed is closed. Needs ``ContractPool/isOpen(_:)``.
    case returnAfterClose
    /// Callers that wait are served in the order in which they came. In `.strict` alone: a pool may serve the last one first.
    case fifo
    /// A newcomer never overtakes a caller that waits. In `.strict` alone.
    case noBarging
  }

  /// The rule.
  public let rule: Rule
  /// What was expected, and what happened.
  public let description: String
}

extension Set<PoolContractBreach.Rule> {
  /// What every pool has to keep.
  public static var standard: Self { strict.subtracting([.fifo, .noBarging]) }

  /// All rules, the order in which callers are served among them.
  public static var strict: Self { Set(PoolContractBreach.Rule.allCases) }
}
