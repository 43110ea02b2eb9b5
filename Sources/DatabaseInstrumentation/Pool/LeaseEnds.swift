/// How the latest leases of a pool ended, and where they were returned.
///
/// Leases are numbered one after the other, so that each number has its place and gives way to the one that comes `count` later.
package struct LeaseEnds: Sendable {
  package struct End: Sendable {
    package var lease = Int.min
    package var connection = 0
    /// Or its connection was thrown away, or went with it.
    package var isReturn = false
    /// Where it was returned. Nearly all leases are returned once, and nobody asks.
    package var caller: PoolCaller?

    package init() {}
  }

  private var ends: ContiguousArray<End> = []
  private let count: Int

  /// - Parameter count: How many are known; a power of two.
  package init(count: Int = 256) { self.count = count }

  package subscript(lease: Int) -> End? {
    guard !ends.isEmpty else { return nil }
    let known = ends[lease & (count - 1)]
    return known.lease == lease ? known : nil
  }

  @inline(__always)
  package mutating func add(_ lease: Int, on connection: Int, isReturn: Bool, by caller: PoolCaller? = nil) {
    if ends.isEmpty { ends = ContiguousArray(repeating: End(), count: count) }
    let index = lease & (count - 1)
    ends[index].lease = lease
    ends[index].connection = connection
    ends[index].isReturn = isReturn
    ends[index].caller = caller
  }

  mutating func remove(_ lease: Int) {
    if self[lease] != nil { ends[lease & (count - 1)] = End() }
  }
}
