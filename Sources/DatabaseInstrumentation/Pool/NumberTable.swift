/// Values by a number, in one flat array: open addressing with linear probing.
///
/// Pools number their connections and leases one after the other, so that a dictionary's hash would be the most of what a
/// look-up costs.
///
/// - Complexity: O(1) for each look-up, insertion and removal on average.
struct NumberTable<Value: Sendable>: Sendable {
  private struct Slot: Sendable {
    var number: Int
    var value: Value?
  }

  private(set) var count = 0
  private var slots: ContiguousArray<Slot>
  /// How far a 64-bit hash is shifted to become the index of a slot.
  private var shift: UInt64

  init() {
    slots = ContiguousArray(repeating: Slot(number: 0, value: nil), count: 8)
    shift = 61
  }

  subscript(number: Int) -> Value? { index(of: number).flatMap { slots[$0].value } }

  /// The index of a number's value, good until the next insertion or removal.
  func index(of number: Int) -> Int? {
    var index = home(of: number)
    while slots[index].value != nil {
      if slots[index].number == number { return index }
      index = next(index)
    }
    return nil
  }

  /// The value at an index.
  func value(at index: Int) -> Value? { slots[index].value }

  /// Changes the value at an index in its place; nothing where there is none.
  @inline(__always)
  mutating func update<R>(at index: Int, _ body: (inout Value) -> R) -> R? {
    slots[index].value == nil ? nil : body(&slots[index].value!)
  }

  /// - Returns: Whether the number was free; its value stays as it is otherwise.
  @discardableResult
  mutating func insert(_ value: consuming Value, for number: Int) -> Bool {
    if (count + 1) * 4 > slots.count * 3 { grow() }
    var index = home(of: number)
    while slots[index].value != nil {
      if slots[index].number == number { return false }
      index = next(index)
    }
    slots[index] = Slot(number: number, value: value)
    count += 1
    return true
  }

  /// - Returns: What was there.
  @discardableResult
  mutating func remove(_ number: Int) -> Value? {
    guard let index = index(of: number) else { return nil }
    count -= 1
    let shift = shift
    return slots.withUnsafeMutableBufferPointer { slots in
      let removed = slots[index].value.take()
      // What was pushed behind the hole by it moves up, so that a search never ends too early.
      let mask = slots.count - 1
      var (hole, index) = (index, (index + 1) & mask)
      while slots[index].value != nil {
        if (index - Self.home(of: slots[index].number, shift)) & mask >= (index - hole) & mask {
          slots.swapAt(hole, index)
          hole = index
        }
        index = (index + 1) & mask
      }
      return removed
    }
  }

  /// The numbers and their values, in no order.
  var elements: [(number: Int, value: Value)] {
    slots.compactMap { slot in slot.value.map { (slot.number, $0) } }
  }

  private func home(of number: Int) -> Int { Self.home(of: number, shift) }

  private static func home(of number: Int, _ shift: UInt64) -> Int {
    Int(truncatingIfNeeded: (UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15) >> shift)
  }

  private func next(_ index: Int) -> Int { (index + 1) & (slots.count - 1) }

  private mutating func grow() {
    let old = slots
    slots = ContiguousArray(repeating: Slot(number: 0, value: nil), count: old.count * 2)
    shift -= 1
    count = 0
    for slot in old { if let value = slot.value { insert(value, for: slot.number) } }
  }
}
