/// How the latest leases of a pool ended, and where they were returned.
///
/// Leases are numbered one after the other, so that each number has its place and gives way to the one 1,024 later.
struct LeaseEnds: Sendable {
  enum End: Sendable {
    /// At this line, where it is known.
    case returned(CheckoutOrigin?)
    /// Its connection was thrown away, or went with it.
    case otherwise
  }

  private var ends: ContiguousArray<(lease: Int, end: End)> = []
  private static let count = 1_024

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
