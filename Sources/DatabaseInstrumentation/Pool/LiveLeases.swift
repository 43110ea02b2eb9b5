/// What a monitor keeps of leases beside those that run, and what they share.
struct LiveLeases: Sendable {
  /// By their connection.
  private var detached: [Int: LiveLease] = [:]
  private var leaks: [LiveLease] = []
  var ended = LeaseEnds()
  private var origins = OriginCache()
  /// Of leases that are over and that nobody else saw: the next ones use them, without an allocation.
  private var spares: ContiguousArray<LiveLease> = []

  /// Leases that were dropped, and are kept for the report.
  private static let leakLimit = 1_000
  private static let spareLimit = 8

  /// Leases that took their connection along, or were dropped; in no order.
  var outstanding: [LiveLease] { detached.values + leaks }

  mutating func make() -> LiveLease { spares.popLast() ?? LiveLease() }

  /// A lease is over.
  mutating func recycle(_ entry: LiveLease) {
    if entry.clear(), spares.count < Self.spareLimit { spares.append(entry) }
  }

  mutating func keepDetached(_ entry: LiveLease, on connection: Int) { detached[connection] = entry }

  mutating func keepLeak(_ entry: LiveLease) {
    if leaks.count < Self.leakLimit { leaks.append(entry) }
  }

  /// A detached connection was closed, or dropped.
  mutating func settle(detached connection: Int, as state: LeaseRecord.State) {
    guard let entry = detached.removeValue(forKey: connection) else { return }
    entry.settle(state)
    if state == .abandoned { keepLeak(entry) }
  }

  /// The same origin, but shared with the leases that have it, too.
  mutating func shared(_ origin: CheckoutOrigin?) -> CheckoutOrigin? { origin.map { origins.shared($0) } }

  mutating func shared(_ site: CheckoutSite, stack: UInt32 = 0) -> CheckoutOrigin {
    origins.origin(of: site, stack: stack)
  }
}
