/// Leases whose connection was closed while somebody had it, as when a server closes it.
///
/// The pool has its slot back, and the lease is not over: it ends when its holder returns it, and is a leak until then.
struct BereftLeases: Sendable {
  private var known: [Int: LiveLease?] = [:]
  /// No lease up to this number is known any more.
  private var forgottenUpTo = Int.min
  private static let limit = 1_000

  var entries: [LiveLease] { known.values.compactMap(\.self) }

  func contains(_ lease: Int) -> Bool { !known.isEmpty && known[lease] != nil }

  func hasForgotten(_ lease: Int) -> Bool { lease <= forgottenUpTo }

  mutating func add(_ lease: Int, _ entry: LiveLease?) {
    if known.count >= Self.limit, let oldest = known.keys.min() {
      known[oldest] = nil
      forgottenUpTo = max(forgottenUpTo, oldest)
    }
    known.updateValue(entry, forKey: lease)
  }

  /// - Returns: What was kept of it.
  mutating func remove(_ lease: Int) -> LiveLease? { known.removeValue(forKey: lease) ?? nil }
}
