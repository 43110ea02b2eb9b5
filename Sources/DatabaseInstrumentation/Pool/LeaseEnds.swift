/// How the latest leases of a pool ended, and where they were returned.
///
/// Leases are numbered one after the other, so that each number has its place and gives way to the one 256 later.
struct LeaseEnds: Sendable {
  enum End: Sendable {
    case returned(Line)
    /// Its connection was thrown away, or went with it.
    case otherwise
  }

  /// Where a lease was returned. Nearly all are returned once, and nobody asks.
  enum Line: Sendable {
    case unknown
    case origin(CheckoutOrigin)
    /// The number of its stack among `PoolStacks`.
    case stack(UInt32, poolFile: StaticString?)

    /// In recordings.
    static func ofCurrentStack(poolFile: StaticString?) -> Line {
      let number = PoolStacks.capture()
      return number == 0 ? .unknown : .stack(number, poolFile: poolFile)
    }

    var origin: CheckoutOrigin? {
      switch self {
      case .unknown: nil
      case .origin(let origin): origin
      case .stack(let number, let file):
        PoolStacks.stack(number).map { .stack($0, poolFile: file, otherwise: nil) }
      }
    }
  }

  private var ends: ContiguousArray<(lease: Int, end: End)> = []
  private static let count = 256

  subscript(lease: Int) -> End? {
    guard !ends.isEmpty else { return nil }
    let known = ends[lease & (Self.count - 1)]
    return known.lease == lease ? known.end : nil
  }

  @inline(__always)
  mutating func add(_ lease: Int, _ end: End) {
    if ends.isEmpty { ends = ContiguousArray(repeating: (lease: .min, end: .otherwise), count: Self.count) }
    ends[lease & (Self.count - 1)] = (lease, end)
  }

  mutating func remove(_ lease: Int) {
    if self[lease] != nil { ends[lease & (Self.count - 1)] = (lease: .min, end: .otherwise) }
  }
}
