internal import DatabaseInstrumentation
internal import DatabaseSupport

/// What expectations say where statements ran without their task that may be meant: none of them is counted, and whoever would
/// say something else with them says that it cannot be checked.
struct TasklessDoubt {
  private let recording: Recording
  private let taskless: TasklessStatements
  private let withAll: Recording
  private let withCertain: Recording

  init(_ recording: Recording, _ taskless: TasklessStatements) {
    self.recording = recording
    self.taskless = taskless
    withAll = recording.seeing(taskless.evidence)
    withCertain = recording.seeing(taskless.evidenceOfCertainOnes)
  }

  /// - Parameter isInherited: Whether the expectation was written for a whole suite: then a note has to do.
  func judging(_ found: [Finding], of expectation: DatabaseExpectation, isInherited: Bool) -> [Finding] {
    guard !found.contains(where: { [.blind, .invalidExpectation].contains($0.kind) }) else { return found }
    // A suite's tests are mostly innocent; those that use what logs cannot be told from the guilty one.
    let isSilent = isInherited && !(taskless.hasLogged && taskless.usesLog)
    func findings(_ other: Recording) -> [Finding] { expectation.findings(in: other, isInherited: isInherited) }
    if found.isEmpty {
      guard !isSilent else { return [] }
      guard let first = breaking(expectation, findings) else { return [] }
      let verdict = first.kind == .blind ? "with them it would be" : "they would break it"
      return [blind(expectation, "\(verdict): \(first.headline)")]
    }
    let others = findings(withAll)
    guard others.isEmpty || mayMend(found, others) || findings(withCertain).isEmpty else { return found }
    return isSilent ? [] : [blind(expectation, "without them it does not hold: \(found[0].headline)")]
  }

  /// What breaks an expectation that holds without the statements.
  ///
  /// A number that is right without them is not theirs, unless nobody else can have sent them. A message without a task is as likely
  /// this recording's as any other's.
  private func breaking(_ expectation: DatabaseExpectation, _ findings: (Recording) -> [Finding]) -> Finding? {
    guard taskless.hasLogged else { return findings(expectation.tellsHowMany ? withCertain : withAll).first }
    return findings(withAll).first ?? findings(recording.seeing(taskless.evidenceOfReads)).first
  }

  /// Whether a part of what was logged may be right, where none is too few and all are too many, or all are not known.
  private func mayMend(_ found: [Finding], _ others: [Finding]) -> Bool {
    guard taskless.hasLogged, !found.contains(where: \.isFinal) else { return false }
    return others.contains { $0.kind == .blind } || others.allSatisfy(\.isFinal)
  }

  private static let fix = """
      fix: open the database inside of the scope, or keep the work in its task (await read instead of asyncRead, Task instead \
    of Task.detached and DispatchQueue)
    """

  private static let fixOfLogged = """
      fix: hand the recording on to where the task is lost, with DatabaseTaskContext.current.run { }, or run tests that share an \
    app one after the other
    """

  private func blind(_ expectation: DatabaseExpectation, _ verdict: String) -> Finding {
    var details = ["  \(verdict)"]
    for (shape, count) in taskless.shapes.prefix(5) {
      let sql = taskless.evidence.shape(shape).normalizedSQL
      details.append(StatementSummary.line(count: count, sql: sql, numbers: []))
    }
    if taskless.shapes.count > 5 { details.append("  and \((taskless.shapes.count - 5).counted("more shape"))") }
    details.append(taskless.hasLogged ? Self.fixOfLogged : Self.fix)
    return Finding(
      kind: .blind, headline: "\(expectation.name) cannot be checked: \(taskless.summary).", details: details,
      count: taskless.count)
  }
}

extension TasklessStatements {
  /// `10 statements ran on shop.sqlite without their task`.
  var summary: String {
    "\(count.counted("statement")) ran on \(databases.sorted().joined(separator: ", ")) without \(count == 1 ? "its" : "their") task"
  }
}
