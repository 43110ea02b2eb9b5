internal import CCallStacks

/// Captures the stack of the caller by what was learned of it and by the unwinder.
///
/// - Returns: Whether both are the same, from the caller outwards; and whether the synchronous frames of the whole stack are as far as
///   they go.
@inline(never)
public func learnedStackIsTheUnwound() -> Bool {
  let capacity = 400
  return withUnsafeTemporaryAllocation(of: UInt.self, capacity: 3 * capacity) { buffer in
    guard let learned = buffer.baseAddress else { return false }
    let (unwound, whole) = (learned + capacity, learned + 2 * capacity)
    var hash: UInt64 = 0
    let count = dcs_capture_frames(learned, capacity - 2)
    let other = dcs_unwind(unwound, capacity)
    let all = dcs_capture(whole, capacity - 2, &hash)
    // What comes first of the unwinder's are its own frames, and this function's.
    guard count > 1, let own = (0..<min(6, other)).first(where: { unwound[$0] == learned[1] }) else { return false }
    guard other - own == count - 1 || count == capacity - 2 else { return false }
    let synchronous = (0..<all).first { whole[$0] & ~UInt(DCS_ADDRESS) != 0 } ?? all
    return (1..<min(count, other - own + 1)).allSatisfy { learned[$0] == unwound[own + $0 - 1] }
      && synchronous > 1 && (1..<min(synchronous, count)).allSatisfy { learned[$0] == whole[$0] }
  }
}
