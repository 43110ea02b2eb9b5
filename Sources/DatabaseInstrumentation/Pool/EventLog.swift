/// The latest events of a pool, with exact counts of all of them.
struct EventLog: Sendable {
  let limit: Int
  private(set) var count = 0
  private var counts = ContiguousArray(repeating: 0, count: PoolEvent.Kind.indexCount)
  private var ring: ContiguousArray<PoolEvent> = []

  init(limit: Int) { self.limit = max(0, limit) }

  mutating func append(_ event: PoolEvent) {
    count += 1
    counts[event.kind.index] += 1
    guard limit > 0 else { return }
    if ring.count < limit { ring.append(event) } else { ring[(count - 1) % limit] = event }
  }

  func count(of kind: PoolEvent.Kind) -> Int { counts[kind.index] }

  /// Oldest first.
  var events: [PoolEvent] {
    guard count > limit, limit > 0 else { return Array(ring) }
    let start = count % limit
    return Array(ring[start...] + ring[..<start])
  }
}
