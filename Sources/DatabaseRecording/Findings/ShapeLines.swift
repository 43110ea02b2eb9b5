internal import DatabaseInstrumentation

/// Statements by shape, each with the line of the app that the first came from.
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
    lines = order.prefix(Self.limit).flatMap { shape -> [String] in
      let group = groups[shape] ?? []
      var lines = [StatementSummary.line(count: group.count, sql: shape.normalizedSQL, numbers: group.map(\.number))]
      if showsErrors, let error = group.first?.error { lines.append("       failed: \(error)") }
      if let first = group.first {
        lines += SiteLines(recording.storage.evidence, at: first.index).lines
      }
      return lines
    }
  }
}
