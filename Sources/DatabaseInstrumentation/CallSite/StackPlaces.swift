/// Several stacks as places in the source: equal for most copies that the optimiser makes of one call when it unrolls a loop or
/// inlines a function twice.
///
/// Lines are read only of the addresses between what all of them have in common at both ends.
package struct StackPlaces {
  private let stacks: [[UInt]]
  private let common: (inner: Int, outer: Int)

  /// One line of a stack. A frame without debug information stays an address; names are left out, since those of inlined
  /// functions are not reliable.
  private struct Place: Hashable {
    var address: UInt = 0
    var file = ""
    var line = 0
    var column = 0
  }

  package init(_ stacks: [StackTrace]) {
    self.stacks = stacks.map(\.returnAddresses)
    common = Self.common(self.stacks)
  }

  /// Whether two stacks are one call in the source.
  package static func areEqual(_ a: StackTrace, _ b: StackTrace) -> Bool {
    a == b || StackPlaces([a, b]).merged.count == 1
  }

  /// The positions of those that are one call, in the order of the first of each.
  package var merged: [[Int]] {
    let differing = stacks.map { Array($0[common.inner..<($0.count - common.outer)]) }
    let frames = Symbolicator.frames(of: Array(Set(differing.joined())))
    var framesOfAddress: [UInt: [StackFrame]] = [:]
    for frames in frames { if let address = frames.first?.address { framesOfAddress[address] = frames } }
    var positions: [[Place]: Int] = [:]
    var merged: [[Int]] = []
    for (position, addresses) in differing.enumerated() {
      let places = addresses.flatMap { (framesOfAddress[$0] ?? []).compactMap(Self.place) }
      if let known = positions[places] {
        merged[known].append(position)
      } else {
        positions[places] = merged.count
        merged.append([position])
      }
    }
    return merged
  }

  private static func place(of frame: StackFrame) -> Place? {
    guard let file = frame.file else { return Place(address: frame.address) }
    guard let line = frame.line, line > 0 else { return nil }
    return Place(file: file, line: line, column: frame.column ?? 0)
  }

  /// How many addresses all have in common at both ends.
  private static func common(_ stacks: [[UInt]]) -> (inner: Int, outer: Int) {
    guard let first = stacks.first else { return (0, 0) }
    var (inner, outer) = (first.count, first.count)
    for stack in stacks.dropFirst() {
      let most = min(inner, stack.count)
      inner = 0
      while inner < most, stack[inner] == first[inner] { inner += 1 }
    }
    for stack in stacks.dropFirst() {
      let most = min(outer, stack.count - inner)
      outer = 0
      while outer < most, stack[stack.count - 1 - outer] == first[first.count - 1 - outer] { outer += 1 }
    }
    return (inner, min(outer, first.count - inner))
  }
}
