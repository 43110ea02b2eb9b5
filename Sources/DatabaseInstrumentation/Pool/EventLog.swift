/// The latest events of a pool, with exact counts of all of them.
struct EventLog: Sendable {
  let limit: Int
  private(set) var count = 0
  private var counts = ContiguousArray(repeating: 0, count: PoolEvent.Kind.indexCount)
  private var ring: ContiguousArray<StoredEvent> = []

  init(limit: Int) { self.limit = max(0, limit) }

  mutating func append(_ event: StoredEvent, _ kind: PoolEvent.Kind) {
    count += 1
    counts[kind.index] += 1
    guard limit > 0 else { return }
    if ring.count < limit { ring.append(event) } else { ring[(count - 1) % limit] = event }
  }

  func count(of kind: PoolEvent.Kind) -> Int { counts[kind.index] }

  /// Oldest first.
  var events: [StoredEvent] {
    guard count > limit, limit > 0 else { return Array(ring) }
    let start = count % limit
    return Array(ring[start...] + ring[..<start])
  }
}

/// An event as it is kept: there is nothing to retain in it, unless it carries a text.
struct StoredEvent: Sendable {
  private final class Texts: Sendable {
    let kind: PoolEvent.Kind
    let detail: String?

    init(kind: PoolEvent.Kind, detail: String?) {
      self.kind = kind
      self.detail = detail
    }
  }

  private let sequence: Int
  private let time: UInt64
  private let connection: Int
  private let lease: Int
  private let statistics: PoolStatistics
  private let index: UInt8
  private let failure: PoolCheckoutFailure?
  private let texts: Texts?

  init(
    sequence: Int, time: UInt64, kind: PoolEvent.Kind, connection: Int?, lease: Int?, statistics: PoolStatistics,
    detail: String?
  ) {
    self.sequence = sequence
    self.time = time
    self.connection = connection ?? .min
    self.lease = lease ?? .min
    self.statistics = statistics
    index = UInt8(kind.index)
    switch kind {
    case .checkoutFailed(let failure):
      self.failure = failure
      texts = detail.map { Texts(kind: kind, detail: $0) }
    case .invalidate(.some), .softInvalidate(.some):
      failure = nil
      texts = Texts(kind: kind, detail: detail)
    default:
      failure = nil
      texts = detail.map { Texts(kind: kind, detail: $0) }
    }
  }

  func event(of pool: String) -> PoolEvent {
    PoolEvent(
      sequence: sequence, time: time, pool: pool,
      kind: texts?.kind ?? failure.map { .checkoutFailed($0) } ?? PoolEvent.Kind.plain[Int(index)],
      connection: connection == .min ? nil : connection, lease: lease == .min ? nil : lease, statistics: statistics,
      detail: texts?.detail)
  }
}
