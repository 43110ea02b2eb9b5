internal import DatabaseInstrumentation

/// What a call stack proves.
///
/// Equal stacks prove that two statements come from one line of a loop, as long as the loop's own function is on the stack. A whole
/// stack has it: with all that awaits, and all that created the tasks, as far as to where the recording began. Two such stacks
/// come from one run of a loop unless the test itself makes its requests in a loop, in tasks or through a server.
///
/// Where a stack is not whole, because a callback or a queue stands in between or the platform does not tell, two calls of one
/// asynchronous method that are written on two lines look the same from inside of it. Then equal stacks count only where the
/// test's own function is on them, or where the statements ran within one access to the database.
struct Circumstances {
  private let evidence: StatementEvidence
  private let index: EvidenceIndex
  private let scope: ScopeFunction

  init(_ analysis: Analysis) {
    evidence = analysis.evidence
    index = analysis.index
    scope = analysis.recording.storage.function
  }

  /// Whether the equal stacks of a group prove that it is a loop.
  func areDecisive(for group: ReadGroup) -> Bool {
    guard group.stack != 0 else { return false }
    let enclosing = evidence.records[group.indices[0]].parent
    if enclosing != 0, group.indices.allSatisfy({ evidence.records[$0].parent == enclosing }) { return true }
    let stack = evidence.stacks[Int(group.stack) - 1]
    if stack.isComplete { return !RequestStack(stack).isOneOfSeveral }
    if scope.isOn(stack) { return true }
    return stack.isThroughDatabaseLibrary && isOneAccess(group)
  }

  /// Whether the group and the read before it were issued by one function of the app, on different lines: on the same line
  /// it is a function through which the app sends whatever it reads.
  func isSameFunction(_ group: ReadGroup, _ parent: Int) -> Bool {
    guard group.stack != 0, let child = evidence.callSite(of: evidence.stacks[Int(group.stack) - 1])?.site,
      let other = evidence.callSite(at: parent)?.site
    else { return false }
    return child.function == other.function && child.filePath == other.filePath && child.line != other.line
  }

  private func isOneAccess(_ group: ReadGroup) -> Bool {
    guard let first = group.indices.first, let last = group.indices.last else { return false }
    let connection = evidence.connectionIndices[first]
    return group.indices.allSatisfy { evidence.connectionIndices[$0] == connection } && index.isOneAccess(first, last)
  }
}
