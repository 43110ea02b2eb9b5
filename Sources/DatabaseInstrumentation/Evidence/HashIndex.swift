/// Numbers by 64-bit hashes that are well mixed already: a dictionary would hash them once more, for more than all the rest.
struct HashIndex {
  private(set) var count = 0
  // 0 stands for a free slot; the hash 0 is stored as 1.
  private var hashes: ContiguousArray<UInt64>
  private var numbers: ContiguousArray<UInt32>

  init() {
    hashes = ContiguousArray(repeating: 0, count: 64)
    numbers = ContiguousArray(repeating: 0, count: 64)
  }

  /// - Complexity: O(1) on average.
  subscript(hash: UInt64) -> UInt32? {
    let slot = slot(of: max(hash, 1))
    return hashes[slot] == 0 ? nil : numbers[slot]
  }

  mutating func insert(_ number: UInt32, for hash: UInt64) {
    if 2 * (count + 1) > hashes.count { grow() }
    let hash = max(hash, 1)
    let slot = slot(of: hash)
    if hashes[slot] == 0 { count += 1 }
    hashes[slot] = hash
    numbers[slot] = number
  }

  /// The slot of the hash, or the free one where it belongs.
  private func slot(of hash: UInt64) -> Int {
    let mask = hashes.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while hashes[slot] != 0, hashes[slot] != hash { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = (hashes, numbers)
    hashes = ContiguousArray(repeating: 0, count: 2 * old.0.count)
    numbers = ContiguousArray(repeating: 0, count: 2 * old.0.count)
    for (hash, number) in zip(old.0, old.1) where hash != 0 {
      let slot = slot(of: hash)
      hashes[slot] = hash
      numbers[slot] = number
    }
  }
}
