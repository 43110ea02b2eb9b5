/// Numbers by 64-bit hashes that are well mixed already: a dictionary would hash them once more, for more than all the rest.
///
/// On plain memory, since arrays are slow where nothing is optimised. Not safe for use by several threads at once.
public final class HashIndex: @unchecked Sendable {  // Its owner keeps it behind a lock or to itself.
  @usableFromInline
  struct Slot {
    // 0 stands for a free slot; the hash 0 is stored as 1.
    @usableFromInline var hash: UInt64
    @usableFromInline var number: UInt32

    @inlinable
    init(hash: UInt64, number: UInt32) {
      self.hash = hash
      self.number = number
    }
  }

  /// How many hashes have a number.
  public internal(set) var count = 0
  @usableFromInline var slots: UnsafeMutablePointer<Slot>?
  @usableFromInline var mask = 0

  /// An empty index.
  public init() {}

  deinit { slots?.deallocate() }

  /// The number of a hash; `nil`: it has none.
  ///
  /// - Complexity: O(1) on average.
  @inlinable
  public subscript(hash: UInt64) -> UInt32? {
    guard let slots else { return nil }
    let slot = slots + slot(of: hash == 0 ? 1 : hash, in: slots)
    return slot.pointee.hash == 0 ? nil : slot.pointee.number
  }

  /// Gives a hash its number, in place of an earlier one.
  public func insert(_ number: UInt32, for hash: UInt64) {
    let hash = hash == 0 ? 1 : hash
    if slots == nil || 2 &* (count &+ 1) > mask { grow() }
    guard let slots else { return }
    let slot = slots + slot(of: hash, in: slots)
    if slot.pointee.hash == 0 { count &+= 1 }
    slot.pointee = Slot(hash: hash, number: number)
  }

  /// The slot of the hash, or the free one where it belongs.
  @inlinable
  func slot(of hash: UInt64, in slots: UnsafeMutablePointer<Slot>) -> Int {
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot].hash != 0, slots[slot].hash != hash { slot = (slot &+ 1) & mask }
    return slot
  }

  private func grow() {
    let old = slots
    let oldCapacity = old == nil ? 0 : mask &+ 1
    let capacity = old == nil ? 128 : 2 &* oldCapacity
    let new = UnsafeMutablePointer<Slot>.allocate(capacity: capacity)
    new.initialize(repeating: Slot(hash: 0, number: 0), count: capacity)
    mask = capacity &- 1
    slots = new
    guard let old else { return }
    var index = 0
    while index < oldCapacity {
      if old[index].hash != 0 { new[slot(of: old[index].hash, in: new)] = old[index] }
      index &+= 1
    }
    old.deallocate()
  }
}
