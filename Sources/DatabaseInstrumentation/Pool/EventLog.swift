/// The latest events of a pool, with exact counts of all of them.
struct EventLog: Sendable {
  let limit: Int
  private(set) var count = 0
  private var counts = ContiguousArray(repeating: 0, count: PoolEvent.Kind.indexCount)
  private(set) var failures: [PoolCheckoutFailure: Int] = [:]
  private var ring: ContiguousArray<StoredEvent> = []
  /// Where the next event goes.
  private var next = 0
  /// Events that are kept whole, by their number.
  private var whole: [Int: PoolEvent] = [:]

  init(limit: Int) { self.limit = max(0, limit) }

  /// - Parameter whole: The event itself, which is asked for where it has to be kept whole.
  @inline(__always)
  mutating func append(_ event: StoredEvent, whole: () -> PoolEvent) {
    count += 1
    counts[Int(event.kind.index)] += 1
    if let failure = event.kind.failure { failures[failure, default: 0] += 1 }
    guard limit > 0 else { return }
    if ring.count < limit {
      ring.append(event)
    } else {
      if ring[next].isWhole { self.whole[ring[next].sequence] = nil }
      ring[next] = event
    }
    next += 1
    if next == limit { next = 0 }
    if event.isWhole { self.whole[event.sequence] = whole() }
  }

  func count(of kind: PoolEvent.Kind) -> Int { counts[kind.index] }

  /// Oldest first.
  func events(of pool: String) -> [PoolEvent] {
    let start = ring.count < limit ? 0 : next
    return (ring[start...] + ring[..<start]).map { whole[$0.sequence] ?? $0.event(of: pool) }
  }
}
