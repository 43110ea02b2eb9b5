internal import DatabaseSupport

/// The memory of the records of one log, in blocks that are never moved: a long recording neither copies what it has nor
/// reserves twice of what it needs.
///
/// How many records there are is not its business. Not safe for use by several threads at once; its log keeps it behind a lock.
final class RecordBuffer {
  // Unchecked: each access would otherwise be noted by the runtime, which costs more than what is done here.
  @exclusivity(unchecked) private var blocks: ContiguousArray<UnsafeMutablePointer<StatementRecord>> = []

  /// Most logs have a few statements, and there may be a log for each of many connections: the first blocks are small, and
  /// each of them is as long as those before it together, up to a full block.
  private static let firstBlock = 4
  fileprivate static let block = 1_024
  /// How many blocks there are before the first full one.
  fileprivate static let smallBlocks = 9

  deinit { RecordBlocks.shared.giveBack(blocks) }

  /// The address of the record with an index, which may be one beyond those that were asked for before.
  ///
  /// - Returns: The address, and how many records there is memory for from there on.
  /// - Complexity: O(1).
  func place(of index: Int) -> (record: UnsafeMutablePointer<StatementRecord>, room: Int) {
    let (block, offset) = Self.position(of: index)
    let size = Self.size(of: block)
    if block == blocks.count {
      blocks.append(size == Self.block ? RecordBlocks.shared.take() : .allocate(capacity: size))
    }
    return (blocks[block] + offset, size - offset)
  }

  /// A record that was written.
  subscript(index: Int) -> StatementRecord { place(of: index).record.pointee }

  private static func position(of index: Int) -> (block: Int, offset: Int) {
    if index < firstBlock { return (0, index) }
    if index >= block { return (smallBlocks &- 1 &+ index / block, index % block) }
    // 4…7 is block 1, 8…15 block 2, 512…1023 block 8.
    let exponent = Int.bitWidth &- 1 &- index.leadingZeroBitCount
    return (exponent &- 1, index &- 1 &<< exponent)
  }

  private static func size(of block: Int) -> Int {
    block == 0 ? firstBlock : block < smallBlocks ? 1 &<< (block &+ 1) : Self.block
  }
}

/// Blocks of recordings that are over, for the next ones: fresh memory costs the system more, at the first touch of each page,
/// than all that is recorded on it.
private final class RecordBlocks: Sendable {
  static let shared = RecordBlocks()

  // Unchecked: who takes a block is its only owner.
  private struct Blocks: @unchecked Sendable {
    var free: [UnsafeMutablePointer<StatementRecord>] = []
  }

  private let blocks = Locked(Blocks())
  /// At most 1.5 MB.
  private static let limit = 16

  func take() -> UnsafeMutablePointer<StatementRecord> {
    blocks.withLock { $0.free.popLast() } ?? .allocate(capacity: RecordBuffer.block)
  }

  /// - Parameter used: Of one buffer, which begins with small ones.
  func giveBack(_ used: ContiguousArray<UnsafeMutablePointer<StatementRecord>>) {
    for block in used.prefix(RecordBuffer.smallBlocks) { block.deallocate() }
    guard used.count > RecordBuffer.smallBlocks else { return }
    blocks.withLock { blocks in
      for block in used.dropFirst(RecordBuffer.smallBlocks) {
        if blocks.free.count < Self.limit { blocks.free.append(block) } else { block.deallocate() }
      }
    }
  }
}
