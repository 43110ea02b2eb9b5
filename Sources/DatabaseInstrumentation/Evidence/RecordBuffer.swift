/// The memory of the records of one log, in blocks that are never moved: a long recording neither copies what it has nor
/// reserves twice of what it needs.
///
/// How many records there are is not its business. Not safe for use by several threads at once; its log keeps it behind a lock.
final class RecordBuffer {
  // Unchecked: each access would otherwise be noted by the runtime, which costs more than what is done here.
  @exclusivity(unchecked) private var blocks: ContiguousArray<UnsafeMutablePointer<StatementRecord>> = []

  /// Most recordings have a few statements: the first block is small.
  private static let firstBlock = 32
  fileprivate static let block = 1_024

  deinit { RecordBlocks.shared.giveBack(blocks) }

  /// The address of the record with an index, which may be one beyond those that were asked for before.
  ///
  /// - Returns: The address, and how many records there is memory for from there on.
  /// - Complexity: O(1).
  func place(of index: Int) -> (record: UnsafeMutablePointer<StatementRecord>, room: Int) {
    let (block, offset) = Self.position(of: index)
    if block == blocks.count {
      blocks.append(block == 0 ? .allocate(capacity: Self.firstBlock) : RecordBlocks.shared.take())
    }
    return (blocks[block] + offset, (block == 0 ? Self.firstBlock : Self.block) - offset)
  }

  /// A record that was written.
  subscript(index: Int) -> StatementRecord { place(of: index).record.pointee }

  private static func position(of index: Int) -> (block: Int, offset: Int) {
    if index < firstBlock { return (0, index) }
    let rest = index &- firstBlock
    return (1 &+ rest / block, rest % block)
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

  /// - Parameter used: Of one buffer, whose first block is a small one.
  func giveBack(_ used: ContiguousArray<UnsafeMutablePointer<StatementRecord>>) {
    used.first?.deallocate()
    blocks.withLock { blocks in
      for block in used.dropFirst() {
        if blocks.free.count < Self.limit { blocks.free.append(block) } else { block.deallocate() }
      }
    }
  }
}
