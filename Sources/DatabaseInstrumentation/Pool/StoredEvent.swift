/// An event as it is kept: 56 bytes, and nothing in it to retain.
///
/// What does not fit, a text or a number that is out of the ordinary, is kept whole beside it.
struct StoredEvent: Sendable {
  let sequence: Int
  let time: UInt64
  private let lease: Int
  private let connection: Int32
  /// Which entry of a list tells what it belongs to; up to who keeps it.
  var source: UInt32 = 0
  /// Whether it was taken to be the pool's creator's, since no task told whose it is.
  var isAssumed = false
  private let statistics: PoolStatistics.Compact
  let kind: EventKind
  /// Whether it is no more than the place of an event that is kept whole.
  private(set) var isWhole = false

  init(
    sequence: Int, time: UInt64, kind: EventKind, connection: Int?, lease: Int?, statistics: PoolStatistics,
    isExplained: Bool = false
  ) {
    self.sequence = sequence
    self.time = time
    self.kind = kind
    let number = connection ?? Int(Int32.min)
    self.connection = Int32(truncatingIfNeeded: number)
    self.lease = lease ?? .min
    self.statistics = PoolStatistics.Compact(statistics)
    isWhole = isExplained || Int(self.connection) != number || !PoolStatistics.Compact.fits(statistics)
  }

  func event(of pool: String) -> PoolEvent {
    PoolEvent(
      sequence: sequence, time: time, pool: pool, kind: kind.plain,
      connection: connection == .min ? nil : Int(connection), lease: lease == .min ? nil : lease,
      statistics: statistics.statistics, explanation: nil)
  }
}

/// The kind of an event without the text that it may carry.
package struct EventKind: Sendable, Hashable {
  let index: UInt8
  let failure: PoolCheckoutFailure?

  init(_ kind: PoolEvent.Kind) {
    index = UInt8(truncatingIfNeeded: kind.index)
    if case .checkoutFailed(let failure) = kind { self.failure = failure } else { failure = nil }
  }

  package var plain: PoolEvent.Kind { failure.map { .checkoutFailed($0) } ?? PoolEvent.Kind.plain[Int(index)] }
}

extension PoolEvent.Kind {
  var hasText: Bool {
    switch self {
    case .invalidate(.some), .softInvalidate(.some): true
    default: false
    }
  }
}
