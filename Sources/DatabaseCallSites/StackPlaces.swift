internal import CCallStacks

/// One line of a stack. An address without debug information stays one; names are left out, since those of inlined functions
/// are not reliable.
package struct SourceLine: Hashable, Sendable {
  /// A word of the stack; 0 where the line is known.
  var word: UInt = 0
  var file = ""
  var line = 0
  /// Two calls on one line differ in it.
  var column = 0
}

/// Several stacks as lines of the source: equal for most copies that the optimiser makes of one call when it unrolls a loop,
/// inlines a function twice or cuts an asynchronous loop into its first round and the others.
///
/// A word stands for all the lines that were inlined there, since the innermost one is the same for a function that was inlined at
/// two calls. A recursion is as deep as the data: what follows on itself counts once.
///
/// Lines are read only of the words between what all of them have in common at both ends.
package struct StackPlaces {
  private let stacks: [[UInt]]
  private let recursion: Recursion

  package init(_ stacks: [StackTrace]) {
    self.stacks = stacks.map { Self.folded($0.words) }
    recursion = Recursion(stacks.map(\.words))
  }

  /// Whether two stacks are one call in the source.
  package static func areEqual(_ a: StackTrace, _ b: StackTrace) -> Bool {
    a == b || StackPlaces([a, b]).merged.count == 1
  }

  /// The positions of those that are one call, in the order of the first of each.
  package var merged: [[Int]] { merged(by: Symbolicator.lines(of:), Symbolicator.functions(of:)) }

  /// - Parameters:
  ///   - lines: Reads the lines that words stand for.
  ///   - functions: Reads the functions that they are in.
  func merged(
    by lines: (Set<UInt>) -> [UInt: [SourceLine]], _ functions: (Set<UInt>) -> [UInt: String] = { _ in [:] }
  ) -> [[Int]] {
    let merged = sameLines(lines)
    return merged.count > 1 && recursion.isPossible(functions) ? recursion.merged(merged, lines, functions) : merged
  }

  private func sameLines(_ lines: (Set<UInt>) -> [UInt: [SourceLine]]) -> [[Int]] {
    let (inner, outer) = common
    let differing = stacks.map { $0.dropFirst(inner).dropLast(outer) }
    let lines = lines(Set(differing.joined()))
    var numbers: [SourceLine: UInt] = [:]
    func number(_ line: SourceLine) -> UInt {
      if let known = numbers[line] { return known }
      numbers[line] = UInt(numbers.count)
      return UInt(numbers.count - 1)
    }
    var positions: [[UInt]: Int] = [:]
    var merged: [[Int]] = []
    for (position, words) in differing.enumerated() {
      let places = Self.folded(words.flatMap { word in (lines[word] ?? [SourceLine(word: word)]).map(number) })
      if let known = positions[places] {
        merged[known].append(position)
      } else {
        positions[places] = merged.count
        merged.append([position])
      }
    }
    return merged
  }

  /// How many words all have in common at both ends.
  private var common: (inner: Int, outer: Int) {
    guard let first = stacks.first else { return (0, 0) }
    var (inner, outer) = (first.count, first.count)
    for stack in stacks.dropFirst() {
      inner = min(inner, dcs_common_start(stack, stack.count, first, first.count))
    }
    for stack in stacks.dropFirst() {
      let most = min(outer, stack.count - inner, first.count - inner)
      outer = min(most, dcs_common_end(stack, stack.count, first, first.count))
    }
    return (inner, min(outer, first.count - inner))
  }

  /// Without what follows on itself: words, or numbers of lines.
  static func folded(_ words: [UInt]) -> [UInt] {
    var folded = words
    folded.removeLast(words.count - dcs_fold(&folded, words.count))
    return folded
  }
}
