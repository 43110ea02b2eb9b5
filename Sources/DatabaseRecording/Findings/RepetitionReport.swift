internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseSupport

/// Loads of one row at a time, in words.
struct RepetitionReport {
  let analysis: Analysis
  let repetitions: [Repetition]

  private var evidence: StatementEvidence { analysis.evidence }

  var findings: [Finding] {
    guard !repetitions.isEmpty else { return [] }
    let queries = analysis.recording.queries.count
    let repetitions = repetitions.enumerated()
      .sorted { ($1.element.indices.count, $0.offset) < ($0.element.indices.count, $1.offset) }.map(\.element)
    return repetitions.enumerated().map { finding($0.element, number: $0.offset + 1, of: queries) }
  }

  private func finding(_ repetition: Repetition, number: Int, of queries: Int) -> Finding {
    let statements = repetition.indices.map { ExecutedStatement(evidence: evidence, index: $0) }
    let stack = repetition.group.stack == 0 ? nil : evidence.stacks[Int(repetition.group.stack) - 1]
    let place = stack.flatMap(evidence.callSite(of:))
    let which = repetitions.count == 1 ? "found 1" : "found \(repetitions.count) (\(number) of \(repetitions.count))"
    var details = [StatementSummary(statements, extra: extra(repetition)).line]
    details += SiteLines(place, callers: stack.map(evidence.callers(of:)) ?? []).lines
    if let parent = repetition.parent { details.append("       after \(describe(parent: parent))") }
    details.append("  fix: \(Fix(repetition, in: evidence).text)")
    if number == repetitions.count { details.append("  " + remainder) }
    return Finding(
      kind: repetition.label == nil ? .repeatedRead : .nPlusOne,
      headline: "Expected no N+1 queries, \(which): \(statements.count) of \(queries) queries \(repetition.does).",
      details: details,
      count: statements.count,
      relationship: repetition.label,
      callSite: place?.site,
      statements: statements
    )
  }

  private func extra(_ repetition: Repetition) -> [String] {
    let hint = evidence.shape(at: repetition.indices[0]).loaderHint
    let isNested = evidence.records[repetition.indices[0]].parent != 0
    let inferred: LoadStrategy = hint.hasKeyList ? .selectIn : isNested ? .immediate : .lazy
    let strategy = repetition.declared?.strategy ?? inferred
    let parameters = repetition.keys?.counted("distinct key") ?? "keys unknown"
    return repetition.label == nil ? [parameters] : [strategy.rawValue, parameters]
  }

  private func describe(parent: Int) -> String {
    let statement = ExecutedStatement(evidence: evidence, index: parent)
    var text = "#\(statement.number) \(statement.sql.singleLine)"
    if let rows = statement.rowsReturned {
      text += ", which returned \(rows.counted("row"))"
    } else if statement.record.duration == StatementRecord.unknown, !statement.record.flags.contains(.fromLog) {
      text += ", which is still open"
    }
    if let site = statement.callSite, let line = site.line, let file = site.fileName { text += ", at \(file):\(line)" }
    return text
  }

  /// What was not repeated, so that the numbers add up.
  private var remainder: String {
    let claimed = Set(repetitions.flatMap(\.indices))
    let others = analysis.recording.queries.filter { !claimed.contains($0.index) }.map(\.number)
    var text =
      others.isEmpty
      ? "There was no other query."
      : "\(others.count.counted("other query", plural: "other queries")): \(NumberList(others))."
    if let uncounted = Uncounted(analysis.recording).text { text += " " + uncounted }
    return text
  }
}

extension Repetition {
  /// What its statements do, in words that follow a number of them.
  var does: String {
    if let label, let owner { return "load \(label) one \(Self.one(of: owner, label)) at a time" }
    return "repeat one read for \(keys ?? 0) different keys"
  }

  /// `author` for a table `authors` whose rows a key `books.author_id` names; any other name as it is.
  private static func one(of owner: String, _ label: String) -> String {
    let key = label.split(separator: ".").last.map { $0.lowercased() } ?? ""
    let one = String(owner.dropLast())
    let isPlural = owner.hasSuffix("s") && ["\(one)_id", "\(one)id"].contains { $0.lowercased() == key }
    return isPlural ? one : owner
  }
}
