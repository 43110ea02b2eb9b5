internal import CCallStacks

/// What is called from several depths of one function that calls itself, as one that walks along a tree does: the stacks differ in
/// how often the function is on them, and in the lines at which it calls itself, and not in how it was called first.
struct Recursion {
  private let stacks: [[UInt]]

  init(_ stacks: [[UInt]]) {
    self.stacks = stacks
  }

  /// Whether one of them goes through a function twice, apart from what all have in common. Names are read where no word is there
  /// twice and one stack goes through two functions more than another one: two that call each other in turns are known by them alone.
  ///
  /// - Parameter functions: Reads the functions that words are in.
  func isPossible(_ functions: (Set<UInt>) -> [UInt: String]) -> Bool {
    guard let first = stacks.first, stacks.contains(where: { $0.count != first.count }) else { return false }
    var (inner, outer) = (first.count, first.count)
    for stack in stacks.dropFirst() {
      inner = min(inner, dcs_common_start(stack, stack.count, first, first.count))
      outer = min(outer, dcs_common_end(stack, stack.count, first, first.count))
    }
    let own = stacks.map { $0.dropFirst(inner).dropLast(outer) }
    if own.contains(where: { Set($0).count < $0.count }) { return true }
    guard let shortest = stacks.map(\.count).min(), stacks.contains(where: { $0.count >= shortest + 2 }) else {
      return false
    }
    // What all begin with may be a call in the innermost of them.
    let spans = stacks.map { $0.prefix(inner) + $0.dropFirst(inner).dropLast(outer) }
    let names = functions(Set(spans.joined()))
    return spans.contains { span in
      let known = span.compactMap { names[$0] }
      return Set(known).count < known.count
    }
  }

  /// Puts stacks together that are one call from different depths.
  ///
  /// - Parameters:
  ///   - classes: The positions of those that are one call already.
  ///   - lines: Reads the lines that words stand for.
  ///   - functions: Reads the functions that they are in.
  func merged(
    _ classes: [[Int]], _ lines: (Set<UInt>) -> [UInt: [SourceLine]], _ functions: (Set<UInt>) -> [UInt: String]
  ) -> [[Int]] {
    let words = Set(classes.map { stacks[$0[0]] }.joined())
    let (lines, functions) = (lines(words), functions(words))
    let calls = classes.map { members in
      stacks[members[0]].map { Call(place: lines[$0] ?? [SourceLine(word: $0)], function: functions[$0]) }
    }
    let outlines = calls.map(Self.outline)
    var positions: [[Call]: [Int]] = [:]
    for (position, outline) in outlines.enumerated() { positions[outline.calls, default: []].append(position) }
    var merged: [[Int]] = []
    for (position, outline) in outlines.enumerated() {
      let same = positions[outline.calls] ?? []
      // Two calls from one depth are two calls.
      if Set(same.map { outlines[$0].depth }).count < 2 {
        merged.append(classes[position])
      } else if same.first == position {
        merged.append(same.flatMap { classes[$0] }.sorted())
      }
    }
    return merged.sorted { $0[0] < $1[0] }
  }

  struct Call: Hashable {
    var place: [SourceLine]
    /// `nil` where it is not known.
    var function: String?
  }

  /// A stack without what lies between the innermost call of a function and the outermost one, and how many calls of functions that
  /// are on it several times were left out.
  ///
  /// Where a function is on it several times with one line, it calls what it was given, as `map` does, and not itself.
  static func outline(_ stack: [Call]) -> (calls: [Call], depth: Int) {
    var calls: [Call] = []
    var depth = 0
    var position = 0
    while position < stack.count {
      let call = stack[position]
      calls.append(call)
      if let function = call.function,
        let outermost = stack[(position + 1)...].lastIndex(where: { $0.function == function && $0.place != call.place })
      {
        depth += stack[(position + 1)...outermost].count { $0.function == function }
        position = outermost
      }
      position += 1
    }
    return (calls, depth)
  }
}
