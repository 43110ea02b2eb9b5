public import CCallStacks

/// Captures the stack of the caller by what was learned of it and by the unwinder.
///
/// - Returns: Whether both are the same, from the caller outwards.
@inline(never)
public func learnedStackIsTheUnwound() -> Bool {
  let capacity = 400
  return withUnsafeTemporaryAllocation(of: UInt.self, capacity: 2 * capacity) { buffer in
    guard let learned = buffer.baseAddress else { return false }
    let unwound = learned + capacity
    var hash: UInt64 = 0
    let count = dcs_capture(learned, capacity - 2, &hash)
    let other = dcs_unwind(unwound, capacity)
    // The first of the one is in this function, of the other in `dcs_unwind`.
    guard count > 1, other == min(count + 1, capacity) || count == capacity - 2 else { return false }
    return (1..<count).allSatisfy { learned[$0] == unwound[$0 + 1] }
  }
}
