internal import DatabaseInstrumentation
internal import DatabaseSupport

extension ScaleSeries {
  /// Queries whose number grows with the data.
  package func constantQueries() -> [Finding] {
    if let blindness { return [blindness] }
    let rows = self.rows
    let grown = rows.filter(isGrowing)
    guard !grown.isEmpty else { return vacuity.map { [$0] } ?? [] }
    let totals = recordings.map(\.queries.count)
    let names = grown.map { "\(label($0)) \($0.counts.arrows)" }.joined(separator: ", ")
    let last = recordings[recordings.count - 1]
    var details = grown.flatMap { lines(of: $0, in: last) }
    let others = rows.filter { row in !grown.contains { $0.shape == row.shape } }.reduce(0) {
      $0 + ($1.counts.last ?? 0)
    }
    if others > 0 {
      details.append(
        "  \(others.counted("other query", plural: "other queries")) at the largest size \(others == 1 ? "does" : "do") not grow."
      )
    }
    let first = grown[0].statements.first
    return [
      Finding(
        kind: .growth,
        headline: "Expected constant queries at sizes \(list), found \(totals.arrows): \(names).",
        details: details, count: grown.reduce(0) { $0 + ($1.counts.last ?? 0) },
        relationship: first?.load?.relationship, callSite: first?.callSite, statements: grown.flatMap(\.statements))
    ]
  }

  private func label(_ row: Row) -> String {
    row.statements.first?.load?.relationship ?? row.shape.summary
  }

  /// A query more at one size may be a cache that was dropped; one that grows to the end, or by more, follows the data.
  private func isGrowing(_ row: Row) -> Bool {
    let counts = row.counts
    guard let first = counts.first, let last = counts.last, last > first else { return false }
    guard last > counts[counts.count - 2] || last - first >= 2 else { return false }
    return !(isInChunks(row) && 2 * (last - first) <= sizes[sizes.count - 1] - sizes[0])
  }

  /// Whether one execution is made to handle many rows.
  private func isInChunks(_ row: Row) -> Bool {
    let hint = row.shape.loaderHint
    if row.shape.kind == .select { return hint.hasKeyList || hint.hasLimit }
    let changes = row.statements.compactMap(\.rowsChanged)
    return row.shape.kind == .insert && changes.count == row.statements.count
      && changes.reduce(0, +) >= 2 * row.statements.count
  }

  private func lines(of row: Row, in recording: Recording) -> [String] {
    var line = "  \(row.counts.arrows)×  \(row.shape.normalizedSQL)"
    if let load = row.statements.first?.load { line += "    \(load.strategy)" }
    let place = row.statements.first.flatMap { recording.storage.evidence.callSite(at: $0.index) }
    return [line] + SiteLines(place).lines + ["  fix: \(fix(row, in: recording))"]
  }

  private func fix(_ row: Row, in recording: Recording) -> String {
    guard row.shape.kind == .select else { return "one statement for all rows instead of one for each" }
    let analysis = Analysis(recording)
    let repetition = analysis.repetitions().first { analysis.evidence.shape(at: $0.indices[0]) == row.shape }
    guard let repetition else { return "one query for all rows instead of one for each" }
    return Fix(repetition, in: analysis.evidence).text
  }
}
