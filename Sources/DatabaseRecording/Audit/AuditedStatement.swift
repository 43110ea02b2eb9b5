internal import DatabaseInstrumentation

/// The executions of one shape on one database, as the rules of the audit read them.
struct AuditedStatement {
  let executions: [ExecutedStatement]
  let limits: AuditLimits
  let schema: SchemaFacts
  /// Asked of SQLite when a rule has evidence that something costs.
  let advice: IndexAdvice

  /// - Returns: `nil` where nothing is known of what it cost, or of its tables.
  init?(_ executions: [ExecutedStatement], _ limits: AuditLimits) {
    let finished = executions.filter { $0.cost != nil && $0.error == nil }
    guard let first = finished.first else { return nil }
    self.executions = finished
    self.limits = limits
    schema = first.evidence.schema(at: first.index)
    advice = IndexAdvice(of: first.shape, in: schema)
    guard advice.before != nil else { return nil }
  }

  var shape: StatementShape { executions[0].shape }
  var terms: StatementTerms { advice.terms }
  var before: PlanReading? { advice.before }

  /// The only table that it names; `nil` where it is a view, or one of several.
  var onlyTable: TableDefinition? {
    let names = Set(shape.tables.map { $0.name.lowercased() })
    return names.count == 1 && terms.selects <= 1 ? names.first.flatMap { schema.table($0) } : nil
  }

  private var limit: Int { limits.growing.contains(shape) ? 2 : limits.rows }

  /// Rows that are too many to be looked at for nothing.
  func isMany(_ rows: Int) -> Bool { rows >= limit }

  /// Executions that look at many rows to find few.
  var needles: [ExecutedStatement] {
    executions.filter { execution in
      let looked = execution.rowsLookedAt
      guard isMany(looked) else { return false }
      let found = mayFindMore ? execution.mostRowsFound : execution.rowsHandled ?? looked
      return looked >= AuditLimits.ratio * max(1, found)
    }
  }

  /// Whether rows that were found are not those that are returned: they are counted, or stepped over.
  private var mayFindMore: Bool {
    let hint = shape.loaderHint
    return hint.isAggregate || hint.hasGroupBy || hint.hasDistinct || hint.isCompound || terms.hasGroups
      || terms.hasOffset || terms.selects > 1
  }
}

extension ExecutedStatement {
  /// At most so many of the rows that it looked at were found: SQLite takes three steps at least from a row to the next (the column, the
  /// comparison, the step), and one more for each that it has a use for.
  var mostRowsFound: Int {
    guard let cost else { return Int.max }
    return max(0, cost.steps - 3 * rowsLookedAt)
  }
}
