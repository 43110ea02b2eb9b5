internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseSupport

/// Whole databases that were written: by a backup, by deserializing, by `VACUUM INTO`.
struct WholeDatabases {
  let finding: Finding?

  init(_ recording: Recording) {
    let evidence = recording.storage.evidence
    let replacements = evidence.writes.replacements.filter { $0.database != "temp" }
    let copies = evidence.kinds.indices.filter { index in
      guard evidence.kinds[index] == .other, evidence.records[index].error == 0 else { return false }
      return Self.isCopy(evidence.shape(at: index).normalizedSQL)
    }.map { ExecutedStatement(evidence: evidence, index: $0) }
    let count = replacements.count + copies.count
    guard count > 0 else {
      finding = nil
      return
    }
    var details: [String] = []
    var sites: [CallSite] = []
    for replacement in replacements {
      let place = replacement.stack == 0 ? nil : evidence.callSite(of: evidence.stacks[Int(replacement.stack) - 1])
      let connection = evidence.connections[Int(replacement.connection)].info
      let how = replacement.kind == .backup ? "a backup onto" : "sqlite3_deserialize to"
      details.append("  \(how) \(replacement.database) of \(connection)".singleLine)
      details += SiteLines(place).lines
      if let place { sites.append(place.site) }
    }
    for copy in copies {
      details.append(StatementSummary([copy]).line)
      details += SiteLines(evidence, at: copy.index).lines
      if let site = copy.callSite { sites.append(site) }
    }
    finding = Finding(
      kind: .flush,
      headline: "Expected no durable writes, found \(count.counted("whole database")) written.",
      details: details, count: count, callSite: sites.first, statements: copies, isFinal: true)
  }

  private static func isCopy(_ sql: String) -> Bool {
    let words = sql.split(separator: " ").prefix(4).map { $0.uppercased() }
    return words.first == "VACUUM" && words.contains("INTO")
  }
}
