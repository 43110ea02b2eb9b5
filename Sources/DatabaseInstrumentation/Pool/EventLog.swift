/// The latest events of a pool, with exact counts of all of them.
struct EventLog: Sendable {
  let limit: Int
  private(set) var count = 0
  private var counts = ContiguousArray(repeating: 0, count: EventKind.all.count)
  private(set) var failures: [PoolCheckoutFailure: Int] = [:]
  private var ring: ContiguousArray<PoolEvent.Record> = []
  /// By the sequence number of their event.
  private var rests: [Int: PoolEvent.Rest] = [:]
  /// Where the next event goes.
  private var next = 0

  init(limit: Int) { self.limit = max(0, limit) }

  @inline(__always)
  mutating func append(_ event: PoolEvent.Record, _ rest: PoolEvent.Rest?) {
    count += 1
    counts[Int(event.kind.index)] += 1
    if let failure = event.kind.failure { failures[failure, default: 0] += 1 }
    guard limit > 0 else { return }
    if let rest { rests[count] = rest }
    if !rests.isEmpty { rests[count - limit] = nil }
    if ring.count < limit { ring.append(event) } else { ring[next] = event }
    next += 1
    if next == limit { next = 0 }
  }

  func count(of kind: PoolEvent.Kind) -> Int { counts[Int(EventKind(kind).index)] }

  /// Oldest first.
  func events(of pool: String) -> [PoolEvent] {
    let start = ring.count < limit ? 0 : next
    return (ring[start...] + ring[..<start]).enumerated().map { index, record in
      PoolEvent(pool: pool, record: record, rest: rests[count - ring.count + index + 1])
    }
  }
}
