/// One line of a stack. An address without debug information stays one; names are left out, since those of inlined functions
/// are not reliable.
struct SourceLine: Hashable, Sendable {
  var address: UInt = 0
  var file = ""
  var line = 0
  var column = 0
}

/// Several stacks as lines of the source: equal for most copies that the optimiser makes of one call when it unrolls a loop or
/// inlines a function twice.
///
/// Lines are read only of the addresses between what all of them have in common at both ends.
package struct StackPlaces {
  private let stacks: [StackTrace]

  package init(_ stacks: [StackTrace]) {
    self.stacks = stacks
  }

  /// Whether two stacks are one call in the source.
  package static func areEqual(_ a: StackTrace, _ b: StackTrace) -> Bool {
    a == b || StackPlaces([a, b]).merged.count == 1
  }

  /// The positions of those that are one call, in the order of the first of each.
  package var merged: [[Int]] {
    let (inner, outer) = common
    let differing = stacks.map { Array($0.returnAddresses[inner..<($0.returnAddresses.count - outer)]) }
    let lines = Symbolicator.lines(of: Set(differing.joined()))
    var positions: [[SourceLine]: Int] = [:]
    var merged: [[Int]] = []
    for (position, addresses) in differing.enumerated() {
      let places = addresses.flatMap { lines[$0] ?? [] }
      if let known = positions[places] {
        merged[known].append(position)
      } else {
        positions[places] = merged.count
        merged.append([position])
      }
    }
    return merged
  }

  /// How many addresses all have in common at both ends.
  private var common: (inner: Int, outer: Int) {
    guard let first = stacks.first?.returnAddresses else { return (0, 0) }
    var (inner, outer) = (first.count, first.count)
    for stack in stacks.dropFirst() {
      inner = zip(stack.returnAddresses, first).prefix(inner).prefix { $0 == $1 }.count
    }
    for stack in stacks.dropFirst() {
      let most = min(outer, stack.returnAddresses.count - inner, first.count - inner)
      outer = zip(stack.returnAddresses.reversed(), first.reversed()).prefix(most).prefix { $0 == $1 }.count
    }
    return (inner, min(outer, first.count - inner))
  }
}
