/// What a pool looks like at one moment, derived from its tables.
public struct PoolStatistics: Sendable, Hashable, CustomStringConvertible {
  private var counts = Counts<Int32>()

  /// One number for each statistic.
  private struct Counts<Number: FixedWidthInteger & Sendable>: Sendable, Hashable {
    var idle: Number = 0
    var empty: Number = 0
    var leased: Number = 0
    var overflow: Number = 0
    var live: Number = 0
    var waiting: Number = 0
    var detachedOpen: Number = 0
    var opening: Number = 0
    var closing: Number = 0

    init() {}

    init<Other>(_ other: Counts<Other>) {
      idle = Number(truncatingIfNeeded: other.idle)
      empty = Number(truncatingIfNeeded: other.empty)
      leased = Number(truncatingIfNeeded: other.leased)
      overflow = Number(truncatingIfNeeded: other.overflow)
      live = Number(truncatingIfNeeded: other.live)
      waiting = Number(truncatingIfNeeded: other.waiting)
      detachedOpen = Number(truncatingIfNeeded: other.detachedOpen)
      opening = Number(truncatingIfNeeded: other.opening)
      closing = Number(truncatingIfNeeded: other.closing)
    }
  }

  /// All zero.
  public init() {}

  /// Open connections in the pool that nobody has.
  public internal(set) var idle: Int {
    get { Int(counts.idle) }
    set { counts.idle = Int32(clamping: newValue) }
  }
  /// Slots whose connection is gone.
  public internal(set) var empty: Int {
    get { Int(counts.empty) }
    set { counts.empty = Int32(clamping: newValue) }
  }
  /// Leases that run.
  public internal(set) var leased: Int {
    get { Int(counts.leased) }
    set { counts.leased = Int32(clamping: newValue) }
  }
  /// Slots beyond the pool's size.
  public internal(set) var overflow: Int {
    get { Int(counts.overflow) }
    set { counts.overflow = Int32(clamping: newValue) }
  }
  /// Driver connections that are open, whoever has them.
  public internal(set) var live: Int {
    get { Int(counts.live) }
    set { counts.live = Int32(clamping: newValue) }
  }
  /// Callers that wait for a connection.
  public internal(set) var waiting: Int {
    get { Int(counts.waiting) }
    set { counts.waiting = Int32(clamping: newValue) }
  }
  /// Detached connections that are still open.
  public internal(set) var detachedOpen: Int {
    get { Int(counts.detachedOpen) }
    set { counts.detachedOpen = Int32(clamping: newValue) }
  }
  /// Connections that are being opened: capacity in use, but not live.
  public internal(set) var opening: Int {
    get { Int(counts.opening) }
    set { counts.opening = Int32(clamping: newValue) }
  }
  /// Connections that belong to nobody any more and are not closed yet: live, and capacity in use.
  public internal(set) var closing: Int {
    get { Int(counts.closing) }
    set { counts.closing = Int32(clamping: newValue) }
  }

  /// Capacity in use.
  package var slots: Int { idle + empty + leased + opening + closing }

  /// `⟨idle 1, empty 0, leased 2, overflow 0, live 3⟩`, with what else is not zero behind.
  public var description: String {
    var text = "⟨idle \(idle), empty \(empty), leased \(leased), overflow \(overflow), live \(live)"
    for (name, count) in [
      ("waiting", waiting), ("detached", detachedOpen), ("opening", opening), ("closing", closing),
    ] where count != 0 {
      text += ", \(name) \(count)"
    }
    return text + "⟩"
  }

  /// Half as long, for numbers below 65,536.
  struct Compact: Sendable, Hashable {
    private let counts: Counts<UInt16>

    init(_ statistics: PoolStatistics) { counts = Counts(statistics.counts) }

    /// Whether all of them are that small.
    static func fits(_ statistics: PoolStatistics) -> Bool {
      let counts = statistics.counts
      let bits =
        counts.idle | counts.empty | counts.leased | counts.overflow | counts.live | counts.waiting
        | counts.detachedOpen | counts.opening | counts.closing
      return bits & ~0xFFFF == 0
    }

    var statistics: PoolStatistics {
      var statistics = PoolStatistics()
      statistics.counts = Counts(counts)
      return statistics
    }
  }
}
