internal import DatabaseInstrumentation

extension ScaleSeries {
  /// What costs at the largest size and need not: also in small tables, of which a statement looks at more rows the more there are.
  package func audit() -> [Finding] {
    if let blindness { return [blindness] }
    guard let last = recordings.last else { return [] }
    if let unknown = last.unknownCost(for: name) { return unknown }
    let found = AuditReport(last, AuditLimits(rows: 500, growing: growing), ignoring: ShapeSet()).findings
    return found.isEmpty ? vacuity.map { [$0] } ?? [] : found
  }

  /// Statements of which one execution looks at more rows, by half of what the sizes grow at least.
  private var growing: Set<StatementShape> {
    func widest(_ recording: Recording) -> [StatementShape: Int] {
      var rows: [StatementShape: Int] = [:]
      for query in recording.queries where query.cost != nil {
        rows[query.shape] = max(rows[query.shape] ?? 0, query.rowsLookedAt)
      }
      return rows
    }
    guard let first = recordings.first.map(widest), let last = recordings.last.map(widest) else { return [] }
    let growth = Double(sizes[sizes.count - 1]) / Double(sizes[0])
    return Set(
      last.filter { shape, rows in
        first[shape].map { Double(rows) > Double($0) && Double(rows) * 2 >= Double($0) * growth } ?? false
      }.keys)
  }
}
