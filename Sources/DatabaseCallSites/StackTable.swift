internal import CCallStacks

/// The stacks of one recording tree, each kept once and by a number that begins at 1.
///
/// It only grows: what has a number stays what it is.
package final class StackTable: @unchecked Sendable {  // C keeps it behind a lock of its own.
  /// A `dcs_stacks`, which sources may fill by themselves.
  package let address: OpaquePointer?

  package init() {
    address = dcs_stacks_create()
  }

  deinit { dcs_stacks_free(address) }

  /// Keeps the stack of the caller.
  ///
  /// - Returns: Its number; 0 without memory.
  package func capture() -> UInt32 { dcs_stacks_capture(address) }

  /// The number of the caller's stack, which is kept if it is a new one, at a fraction of what ``capture()`` costs.
  ///
  /// - Parameter isWanted: Whether it is wanted at any price.
  /// - Returns: 0 where it cannot be told as cheaply, or where there are too many different ones.
  package func place(isWanted: Bool) -> UInt32 { dcs_stacks_place(address, nil, isWanted) }

  /// A stack by its number minus 1.
  package subscript(index: Int) -> StackTrace {
    withUnsafeTemporaryAllocation(of: UInt.self, capacity: StackTrace.depth) { buffer in
      let count = dcs_stacks_read(address, UInt32(truncatingIfNeeded: index + 1), buffer.baseAddress)
      return StackTrace(words: Array(buffer[..<Int(count)]))
    }
  }
}
