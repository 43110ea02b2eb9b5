/// The records of one log, in blocks that are never moved: a long recording neither copies what it has nor reserves twice
/// of what it needs.
///
/// Not safe for use by several threads at once; its log keeps it behind a lock.
final class RecordBuffer {
  // Unchecked: each access would otherwise be noted by the runtime, which costs more than what is done here.
  @exclusivity(unchecked) private(set) var count = 0
  @exclusivity(unchecked) private var blocks: ContiguousArray<UnsafeMutablePointer<StatementRecord>> = []

  /// Most recordings have a few statements: the first block is small.
  private static let firstBlock = 32
  private static let block = 1_024

  deinit {
    for block in blocks { block.deallocate() }
  }

  /// - Returns: The index of the record.
  @inline(__always)
  func append(_ record: StatementRecord) -> Int {
    let index = count
    let (block, offset) = Self.place(of: index)
    if block == blocks.count { blocks.append(.allocate(capacity: block == 0 ? Self.firstBlock : Self.block)) }
    (blocks[block] + offset).initialize(to: record)
    count = index &+ 1
    return index
  }

  subscript(index: Int) -> StatementRecord {
    get { address(of: index).pointee }
    _modify { yield &address(of: index).pointee }
  }

  /// - Complexity: O(1).
  @inline(__always)
  private func address(of index: Int) -> UnsafeMutablePointer<StatementRecord> {
    precondition(index >= 0 && index < count)
    let (block, offset) = Self.place(of: index)
    return blocks[block] + offset
  }

  @inline(__always)
  private static func place(of index: Int) -> (block: Int, offset: Int) {
    if index < firstBlock { return (0, index) }
    let rest = index &- firstBlock
    return (1 &+ rest / block, rest % block)
  }

  /// The records whose sequence number is at least `sequence`; they are in the order of it.
  func records(from sequence: UInt64) -> ArraySlice<StatementRecord> {
    let start = (0..<count).partitioningIndex { self[$0].sequence >= sequence }
    return (start..<count).map { self[$0] }[...]
  }
}
