internal import DatabaseInstrumentation

/// Statements by shape, the most frequent first, each with the line of the app that the first came from.
struct ShapeLines {
  let lines: [String]
  private static let limit = 12

  init(_ statements: [ExecutedStatement], in recording: Recording, showsErrors: Bool = false) {
    var order: [StatementShape] = []
    var groups: [StatementShape: [ExecutedStatement]] = [:]
    for statement in statements {
      if groups[statement.shape] == nil { order.append(statement.shape) }
      groups[statement.shape, default: []].append(statement)
    }
    let largestFirst = order.map { groups[$0] ?? [] }.enumerated()
      .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.map(\.element)
    lines =
      largestFirst.prefix(Self.limit).flatMap { group -> [String] in
        guard let shape = group.first?.shape else { return [] }
        var lines = [StatementSummary.line(count: group.count, sql: shape.normalizedSQL, numbers: group.map(\.number))]
        if showsErrors, let error = group.first?.error { lines.append("       failed: \(error)") }
        if let first = group.first {
          lines += SiteLines(recording.storage.evidence, at: first.index).lines
        }
        return lines
      } + StatementSummary.others(largestFirst.dropFirst(Self.limit).map(\.count))
  }
}
