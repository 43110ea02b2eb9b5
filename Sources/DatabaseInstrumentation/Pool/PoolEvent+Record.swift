extension PoolEvent {
  /// An event as it is kept, in the monitor's log and in recordings: 40 bytes, and nothing in it to retain.
  struct Record: Sendable, Hashable {
    let time: UInt64
    let lease: Int32
    let connection: Int32
    let sequence: UInt32
    let statistics: PoolStatistics.Compact
    let kind: EventKind

    private static let none = Int32.min

    init(_ change: PoolChange, _ kind: EventKind, sequence: Int, time: UInt64, statistics: PoolStatistics) {
      self.time = time
      self.kind = kind
      self.sequence = UInt32(truncatingIfNeeded: sequence)
      connection = Int32(truncatingIfNeeded: change.connection ?? Int(Self.none))
      lease = Int32(truncatingIfNeeded: change.lease ?? Int(Self.none))
      self.statistics = PoolStatistics.Compact(statistics)
    }

    /// What few events have, and what does not fit in here; mostly `nil`.
    @inline(__always)
    func rest(of change: PoolChange, sequence: Int, statistics: PoolStatistics) -> Rest? {
      let isSmall =
        Int(self.sequence) == sequence && Self.number(connection) == change.connection
        && Self.number(lease) == change.lease && PoolStatistics.Compact.fits(statistics)
      return isSmall && change.explanation == nil ? nil : Rest(change, sequence: sequence, statistics: statistics)
    }

    @inline(__always)
    static func number(_ stored: Int32) -> Int? { stored == none ? nil : Int(stored) }
  }

  /// What few events have: a text, or numbers that are out of the ordinary.
  final class Rest: Sendable, Hashable {
    let explanation: PoolEventExplanation?
    let sequence: Int
    let connection: Int?
    let lease: Int?
    let statistics: PoolStatistics

    init(_ change: PoolChange, sequence: Int, statistics: PoolStatistics) {
      explanation = change.explanation
      self.sequence = sequence
      connection = change.connection
      lease = change.lease
      self.statistics = statistics
    }

    static func == (one: Rest, other: Rest) -> Bool { one === other }

    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
  }
}

/// The kind of an event without the text that it may carry.
package struct EventKind: Sendable, Hashable {
  let index: UInt8
  let failure: PoolCheckoutFailure?

  @inline(__always)
  init(_ kind: PoolEvent.Kind) {
    index = kind.index
    failure = if case .checkoutFailed(let failure) = kind { failure } else { nil }
  }

  package var plain: PoolEvent.Kind { failure.map { .checkoutFailed($0) } ?? Self.all[Int(index)].kind }

  var name: String { Self.all[Int(index)].name }

  /// Each kind at its index, without what it may carry.
  static let all: [(kind: PoolEvent.Kind, name: String)] = [
    (.firstConnect, "firstConnect"), (.connect, "connect"), (.connectFailed, "connectFailed"), (.checkout, "checkout"),
    (.checkin, "checkin"), (.reset, "reset"), (.invalidate(nil), "invalidate"),
    (.softInvalidate(nil), "softInvalidate"), (.detach, "detach"), (.close, "close"),
    (.closeDetached, "closeDetached"), (.waitBegan, "waitBegan"), (.checkoutFailed(.timeout), "checkoutFailed"),
    (.ping, "ping"), (.pingFailed, "pingFailed"), (.doubleCheckin, "doubleCheckin"),
    (.leaseAbandoned, "leaseAbandoned"), (.detachedAbandoned, "detachedAbandoned"),
    (.usageViolation, "usageViolation"), (.doubleCheckout, "doubleCheckout"), (.heldTooLong, "heldTooLong"),
  ]
}

extension PoolEvent.Kind {
  fileprivate var index: UInt8 {
    switch self {
    case .firstConnect: 0
    case .connect: 1
    case .connectFailed: 2
    case .checkout: 3
    case .checkin: 4
    case .reset: 5
    case .invalidate: 6
    case .softInvalidate: 7
    case .detach: 8
    case .close: 9
    case .closeDetached: 10
    case .waitBegan: 11
    case .checkoutFailed: 12
    case .ping: 13
    case .pingFailed: 14
    case .doubleCheckin: 15
    case .leaseAbandoned: 16
    case .detachedAbandoned: 17
    case .usageViolation: 18
    case .doubleCheckout: 19
    case .heldTooLong: 20
    }
  }
}
