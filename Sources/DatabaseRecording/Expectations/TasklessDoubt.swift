internal import DatabaseInstrumentation

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
    func findings(_ other: Recording) -> [Finding] { expectation.findings(in: other, isInherited: isInherited) }
    if found.isEmpty {
      // A number that is right without the statements is not theirs, unless nobody else can have sent them.
      let others = findings(expectation.tellsHowMany ? withCertain : withAll)
      guard let first = others.first, !isInherited else { return [] }
      return [blind(expectation, "they would break it: \(first.headline)")]
    }
    guard findings(withAll).isEmpty || findings(withCertain).isEmpty else { return found }
    return isInherited ? [] : [blind(expectation, "without them it does not hold: \(found[0].headline)")]
  }

  private func blind(_ expectation: DatabaseExpectation, _ verdict: String) -> Finding {
    var details = ["  \(verdict)"]
    for (shape, count) in taskless.shapes.prefix(5) {
      let sql = taskless.evidence.shape(shape).normalizedSQL
      details.append(StatementSummary.line(count: count, sql: sql, numbers: []))
    }
    if taskless.shapes.count > 5 { details.append("  and \((taskless.shapes.count - 5).counted("more shape"))") }
    details += [
      """
        fix: open the database inside of the scope, or keep the work in its task (await read instead of asyncRead, Task instead \
      of Task.detached and DispatchQueue)
      """
    ]
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
