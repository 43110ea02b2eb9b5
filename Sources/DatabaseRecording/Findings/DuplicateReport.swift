internal import DatabaseInstrumentation

/// Duplicates, in words.
struct DuplicateReport {
  let analysis: Analysis
  let duplicates: [Duplicate]

  var findings: [Finding] {
    duplicates.enumerated()
      .sorted { ($1.element.indices.count, $0.offset) < ($0.element.indices.count, $1.offset) }
      .enumerated().map { finding($0.element.element, number: $0.offset + 1) }
  }

  static let fix = "keep the first result, or ask once before the loop"

  private func finding(_ duplicate: Duplicate, number: Int) -> Finding {
    let evidence = analysis.evidence
    let statements = duplicate.indices.map { ExecutedStatement(evidence: evidence, index: $0) }
    let stack = evidence.stacks[Int(duplicate.group.stack) - 1]
    let place = evidence.callSite(of: stack)
    let which = duplicates.count == 1 ? "found 1" : "found \(duplicates.count) (\(number) of \(duplicates.count))"
    let tables = statements[0].shape.tables.map(\.name).joined(separator: ", ")
    var details = [StatementSummary(statements, extra: ["same parameters"]).line]
    details += SiteLines(place, callers: evidence.callers(of: stack)).lines
    details.append("       with nothing written to \(tables) in between")
    details.append("  fix: \(Self.fix)")
    return Finding(
      kind: .duplicateQuery,
      headline:
        "Expected no duplicate queries, \(which): one query ran \(statements.count) times with the same parameters.",
      details: details,
      count: statements.count,
      callSite: place?.site,
      statements: statements
    )
  }
}
