internal import CStatementLog
internal import DatabaseInstrumentation

extension Analysis {
  /// Statements that failed, by shape and code.
  func failures() -> [Finding] {
    var groups: [[ExecutedStatement]] = []
    var groupOf: [FailureKey: Int] = [:]
    for index in evidence.records.indices where evidence.records[index].error != 0 {
      let statement = ExecutedStatement(evidence: evidence, index: index)
      guard let error = statement.error, !ignored.contains(statement.shape) else { continue }
      let key = FailureKey(shape: statement.shape, error: error)
      if let group = groupOf[key] {
        groups[group].append(statement)
      } else {
        groupOf[key] = groups.count
        groups.append([statement])
      }
    }
    let hidden = evidence.dropped.filter { !ignored.contains(evidence.shape(of: $0)) }
      .reduce(0) { $0 + $1.statements.failures }
    let total = groups.reduce(hidden) { $0 + $1.count }
    if groups.isEmpty && hidden > 0 {
      return [
        Finding(
          kind: .failure,
          headline:
            "Expected no failed statements, found \(hidden), all past the first \(evidence.records.count) statements.",
          details: ["  fix: record less at once, so that the details of the failures are kept"], count: hidden)
      ]
    }
    let largestFirst = groups.enumerated()
      .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.map(\.element)
    return largestFirst.enumerated().map { offset, statements in
      let error = statements[0].error?.description ?? ""
      let place = evidence.callSite(at: statements[0].index)
      let which = groups.count == 1 ? "" : " (\(offset + 1) of \(groups.count))"
      var details = [StatementSummary(statements).line, "       failed: \(error)"]
      details += SiteLines(evidence, at: statements[0].index).lines
      return Finding(
        kind: .failure,
        headline: "Expected no failed statements, found \(total)\(which): \(error).",
        details: details,
        count: statements.count,
        callSite: place?.site,
        statements: statements
      )
    }
  }
}

private struct FailureKey: Hashable {
  var shape: StatementShape
  var error: StatementError
}
