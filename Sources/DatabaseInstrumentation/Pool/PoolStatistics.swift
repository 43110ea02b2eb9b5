/// What a pool looks like at one moment, derived from its tables.
public struct PoolStatistics: Sendable, Hashable, CustomStringConvertible {
  private var counts: SIMD16<Int32> = .zero

  /// All zero.
  public init() {}

  /// Open connections in the pool that nobody has.
  public internal(set) var idle: Int {
    get { Int(counts[0]) }
    set { counts[0] = Int32(clamping: newValue) }
  }
  /// Slots whose connection is gone.
  public internal(set) var empty: Int {
    get { Int(counts[1]) }
    set { counts[1] = Int32(clamping: newValue) }
  }
  /// Leases that run.
  public internal(set) var leased: Int {
    get { Int(counts[2]) }
    set { counts[2] = Int32(clamping: newValue) }
  }
  /// Slots beyond the pool's size.
  public internal(set) var overflow: Int {
    get { Int(counts[3]) }
    set { counts[3] = Int32(clamping: newValue) }
  }
  /// Driver connections that are open, whoever has them.
  public internal(set) var live: Int {
    get { Int(counts[4]) }
    set { counts[4] = Int32(clamping: newValue) }
  }
  /// Callers that wait for a connection.
  public internal(set) var waiting: Int {
    get { Int(counts[5]) }
    set { counts[5] = Int32(clamping: newValue) }
  }
  /// Detached connections that are still open.
  public internal(set) var detachedOpen: Int {
    get { Int(counts[6]) }
    set { counts[6] = Int32(clamping: newValue) }
  }
  /// Connections that are being opened: capacity in use, but not live.
  public internal(set) var opening: Int {
    get { Int(counts[7]) }
    set { counts[7] = Int32(clamping: newValue) }
  }
  /// Connections that belong to nobody any more and are not closed yet: live, and capacity in use.
  public internal(set) var closing: Int {
    get { Int(counts[8]) }
    set { counts[8] = Int32(clamping: newValue) }
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
}
