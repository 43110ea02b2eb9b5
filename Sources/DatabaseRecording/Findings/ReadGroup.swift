internal import CStatementLog
internal import DatabaseInstrumentation

/// Executions of one shape that came from one place.
struct ReadGroup {
  /// Positions in the evidence, ascending.
  var indices: [Int]
  /// Index of the common call stack plus 1; 0: unknown.
  var stack: UInt32

  /// Splits executions of one shape by their whole call stack.
  ///
  /// Where stacks cannot be told cheaply they are kept for the first executions only. Those without one are taken to come from where
  /// the others came from if all of these, or most, came from one place; otherwise they are left out.
  ///
  /// - Precondition: There is one.
  /// - Parameter mayMatter: Whether it would make a difference if these came from one place. Stacks of different addresses
  ///   may be one call in the source, for which their lines have to be read.
  static func groups(
    of indices: [Int], in evidence: StatementEvidence, mayMatter: ([Int]) -> Bool
  ) -> [ReadGroup] {
    // Nearly every shape has one place, and most have one execution.
    let first = evidence.records[indices[0]].stack
    if indices.allSatisfy({ evidence.records[$0].stack == first }) {
      return [ReadGroup(indices: indices, stack: first)]
    }
    var byStack: [UInt32: [Int]] = [:]
    var order: [UInt32] = []
    var unknown: [Int] = []
    for index in indices {
      let stack = evidence.records[index].stack
      if stack == 0 {
        unknown.append(index)
      } else {
        if byStack[stack] == nil { order.append(stack) }
        byStack[stack, default: []].append(index)
      }
    }
    if order.count > 1, mayMatter(indices) {
      let merged = StackPlaces(order.map { evidence.stacks[Int($0) - 1] }).merged
      for same in merged { byStack[order[same[0]]] = same.flatMap { byStack[order[$0]] ?? [] }.sorted() }
      order = merged.map { order[$0[0]] }
    }
    if !unknown.isEmpty {
      let known = indices.count - unknown.count
      let largest = order.max { (byStack[$0]?.count ?? 0) < (byStack[$1]?.count ?? 0) }
      if let largest, let members = byStack[largest],
        order.count == 1 || (members.count >= 3 && members.count * 2 > known)
      {
        byStack[largest] = (members + unknown).sorted()
      }
    }
    return order.map { ReadGroup(indices: byStack[$0] ?? [], stack: $0) }
  }
}
