internal import CStatementLog
internal import DatabaseInstrumentation

/// What a call stack proves.
///
/// Equal stacks prove that statements come from one line of a loop, if they go as far as something that ran once: then what differs
/// between two executions can only be how often a line on the stack was executed. Four things run once:
///
/// - the recording, which a whole stack reaches through all that awaits and all that created the tasks;
/// - the test's own function, on a stack that is not whole, as where the platform does not tell who awaits;
/// - a statement that is still being stepped while others run inside of it;
/// - an access to the database, in whose closure the app's code is executed.
///
/// The first two are no proof where the test itself may have come this way several times, in tasks or through a server.
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
    let stack = evidence.stacks[Int(group.stack) - 1]
    return isInOneStatement(group) || isInOneAccess(group, stack) || reachesTest(stack)
  }

  private func reachesTest(_ stack: StackTrace) -> Bool {
    (stack.isComplete || scope.isOn(stack)) && !RequestStack(stack).isOneOfSeveral
  }

  private func isInOneStatement(_ group: ReadGroup) -> Bool {
    let enclosing = evidence.records[group.indices[0]].parent
    return enclosing != 0 && group.indices.allSatisfy { evidence.records[$0].parent == enclosing }
  }

  /// Whether the group and the read before it were issued by one function of the app, on different lines: on the same line
  /// it is a function through which the app sends whatever it reads.
  func isSameFunction(_ group: ReadGroup, _ parent: Int) -> Bool {
    guard group.stack != 0, let child = evidence.callSite(of: evidence.stacks[Int(group.stack) - 1])?.site,
      let other = evidence.callSite(at: parent)?.site
    else { return false }
    return child.function == other.function && child.filePath == other.filePath && child.line != other.line
  }

  private func isInOneAccess(_ group: ReadGroup, _ stack: StackTrace) -> Bool {
    guard let first = group.indices.first, let last = group.indices.last else { return false }
    let connection = evidence.connectionIndices[first]
    return group.indices.allSatisfy { evidence.connectionIndices[$0] == connection }
      && index.isOneAccess(first, last) && stack.isCalledBackByLibrary
  }
}
