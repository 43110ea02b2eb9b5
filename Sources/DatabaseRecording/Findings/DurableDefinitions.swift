internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseSupport

/// Definitions that rows came or went with, and that lasted.
struct DurableDefinitions {
  let finding: Finding?

  init(_ recording: Recording) {
    let evidence = recording.storage.evidence
    let statements = evidence.kinds.indices.filter { index in
      evidence.kinds[index] == .ddl && evidence.records[index].error == 0
        && Self.movesRows(evidence.shape(at: index).normalizedSQL) && Self.hasLasted(index, in: evidence)
    }.map { ExecutedStatement(evidence: evidence, index: $0) }
    guard let first = statements.first else {
      finding = nil
      return
    }
    let place = evidence.callSite(at: first.index)
    finding = Finding(
      kind: .flush,
      headline:
        "Expected no durable writes, found \(statements.count.counted("definition")) that rows come or go with.",
      details: [StatementSummary(statements).line] + SiteLines(place).lines, count: statements.count,
      callSite: place?.site, statements: statements, isFinal: true)
  }

  /// Names of temporary tables are not told from others where their schema is not written.
  private static func movesRows(_ sql: String) -> Bool {
    let words = sql.split(separator: " ").prefix(12).map { $0.uppercased() }
    guard words.count > 2 else { return false }
    switch words[0] {
    case "DROP": return words[1] == "TABLE" && !words.contains { $0.hasPrefix("TEMP.") }
    case "TRUNCATE": return true
    case "ALTER": return words.contains("DROP")
    case "CREATE":
      guard words[1] == "TABLE", !words.contains(where: { $0.hasPrefix("TEMP.") }) else { return false }
      return words.contains("AS") && words.contains("SELECT") || words.contains("AS") && words.contains("WITH")
    default: return false
    }
  }

  private static func hasLasted(_ index: Int, in evidence: StatementEvidence) -> Bool {
    let connection = evidence.connectionIndices[index]
    let around = evidence.writes.transactions.first { transaction in
      guard transaction.connection == connection, let first = transaction.firstStatement,
        let last = transaction.lastStatement
      else { return false }
      return first <= index && index <= last
    }
    guard let around else { return true }
    switch around.outcome {
    case .committed, .unknown: return true
    case .rolledBack: return false
    case .open: return !around.beganInside
    }
  }
}
