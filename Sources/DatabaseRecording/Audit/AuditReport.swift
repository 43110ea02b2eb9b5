internal import DatabaseInstrumentation
internal import DatabaseSupport

/// What costs in a recording and need not, by all rules of the audit.
struct AuditReport {
  private let recording: Recording
  private let limits: AuditLimits
  private let ignored: ShapeSet

  /// Of what a statement costs the first that applies is said: a page that is sorted is no scan as well.
  private static let rules: [any AuditRule.Type] = [
    OffsetRule.self, SortRule.self, UnusedIndexRule.self, ForeignKeyRule.self, ScanRule.self, AutomaticIndexRule.self,
  ]

  init(_ recording: Recording, _ limits: AuditLimits, ignoring ignored: ShapeSet) {
    self.recording = recording
    self.limits = limits
    self.ignored = ignored
  }

  var findings: [Finding] {
    let faults = self.faults
    return faults.enumerated().map { finding($0.element, number: $0.offset + 1, of: faults.count) }
  }

  /// Where rows were looked at for nothing, and nobody can be asked for the plan.
  ///
  /// - Parameter name: What the expectation is called.
  func blindness(of name: String) -> Finding? {
    let unasked = byShape.filter { executions in
      mayCost(executions) && !isExcepted(executions[0].shape) && executions.contains(where: isNeedle)
        && AuditedStatement(executions, limits) == nil
    }
    guard let first = unasked.first?.first(where: isNeedle) else { return nil }
    return Finding(
      kind: .blind,
      headline:
        "\(name) cannot be checked: of what \(unasked.count.counted("statement")) cost the tables are not known.",
      details: [
        StatementSummary.line(
          count: 1, sql: first.sql, facts: [first.rowsLookedAt.counted("row") + " looked at"], numbers: [first.number]),
        "  fix: keep the database open, and the file in its place, until the scope has ended",
      ], statements: [first])
  }

  private func isNeedle(_ execution: ExecutedStatement) -> Bool {
    let looked = execution.rowsLookedAt
    return looked >= limits.rows && looked >= AuditLimits.ratio * max(1, execution.rowsHandled ?? looked)
  }

  private var faults: [AuditFault] {
    let groups = byShape
    var faults: [AuditFault] = []
    for executions in groups where mayCost(executions) {
      guard !isExcepted(executions[0].shape), let statement = AuditedStatement(executions, limits) else { continue }
      faults += Self.rules.lazy.compactMap { $0.init().fault(of: statement) }.prefix(1)
      if let page = UnorderedPageRule().fault(of: statement) { faults.append(page) }
    }
    faults += UnconditionalWrites(recording).faults(groups, limits)
    faults += LockUpgrades(recording).faults.filter { fault in
      !isExcepted(fault.statements[0].shape) && !ignored.contains(fault.statements[0].shape)
    }
    return faults + RedundantIndexes(recording, ignoring: ignored).faults(limits)
  }

  /// Whether a rule may have something to say, by numbers alone: SQLite is asked of such statements only.
  private func mayCost(_ executions: [ExecutedStatement]) -> Bool {
    let limit = limits.growing.contains(executions[0].shape) ? 2 : limits.rows
    let isPage = executions.count >= 2 && executions[0].sql.contains("OFFSET")
    return isPage
      || executions.contains { execution in
        guard let cost = execution.cost else { return false }
        return cost.fullScanSteps + 1 >= limit || cost.automaticIndexRows + 1 >= limit
          || (cost.sorts > 0 && cost.steps >= limit)
      }
  }

  private func isExcepted(_ shape: StatementShape) -> Bool {
    !limits.exceptions.isEmpty && shape.tables.contains { limits.exceptions.contains($0.name.lowercased()) }
  }

  private var byShape: [[ExecutedStatement]] {
    var groups: [[ExecutedStatement]] = []
    var groupOf: [StatementShape: Int] = [:]
    for statement in recording.queries where !ignored.contains(statement.shape) {
      if let group = groupOf[statement.shape] {
        groups[group].append(statement)
      } else {
        groupOf[statement.shape] = groups.count
        groups.append([statement])
      }
    }
    return groups
  }

  private func finding(_ fault: AuditFault, number: Int, of total: Int) -> Finding {
    let first = fault.statements[0]
    let place = recording.storage.evidence.callSite(at: first.index)
    let which = total == 1 ? "Audit" : "Audit, \(number) of \(total)"
    return Finding(
      kind: fault.kind, headline: "\(which): \(fault.subject ?? first.sql) \(fault.what).",
      details: [
        StatementSummary.line(
          count: fault.statements.count, sql: first.sql, facts: fault.facts, numbers: fault.statements.map(\.number))
      ] + SiteLines(place).lines + fault.evidence + fault.cure,
      count: fault.statements.count, callSite: place?.site, statements: fault.statements)
  }
}
