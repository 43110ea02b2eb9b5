internal import DatabaseInstrumentation
internal import DatabaseSupport

/// Many rows are sorted for a page of few, and an index has them in order.
struct SortRule: AuditRule {
  /// Steps that a row takes at least on its way into a sort and out of it.
  private static let steps = 20

  func fault(of statement: AuditedStatement) -> AuditFault? {
    let terms = statement.terms
    guard terms.hasLimit, terms.order != nil, !terms.hasGroups, let table = statement.onlyTable,
      !statement.shape.loaderHint.hasDistinct
    else { return nil }
    let sorted = statement.executions.filter { execution in
      guard let cost = execution.cost, cost.sorts > 0 else { return false }
      let rows = max(execution.rowsLookedAt, cost.steps / Self.steps)
      return statement.isMany(rows) && rows >= AuditLimits.ratio * max(1, execution.rowsReturned ?? rows)
    }
    guard let first = sorted.first, let before = statement.before, before.sorts > 0,
      case .helps(let tried) = statement.advice.answer(sparing: .sort), let index = tried.indexes.first,
      tried.indexes.count == 1
    else { return nil }
    // Only where each row that the index gives is wanted does it end after a page.
    let compared = statement.advice.comparedColumns(of: table.name)
    let equal = Set(PlanReading(QueryPlan(lines: tried.says), of: statement.shape).equalColumns.map { $0.lowercased() })
    guard compared.isSubset(of: equal) else { return nil }
    let returned = sorted.reduce(0) { $0 + ($1.rowsReturned ?? 0) }
    let steps = sorted.reduce(0) { $0 + ($1.cost?.steps ?? 0) }
    return AuditFault(
      kind: .sortedPage, statements: sorted,
      what: "sorts the rows of \(index.table) to return \(returned)",
      facts: [steps.counted("step")], evidence: before.plan.lines.map { "       plan: \($0)" },
      cure: ["  fix: " + tried.advice(for: ScanReport.library(of: first)), tried.line])
  }
}

/// Rows are stepped over by OFFSET, and a key would find the page.
struct OffsetRule: AuditRule {
  func fault(of statement: AuditedStatement) -> AuditFault? {
    let terms = statement.terms
    guard terms.hasOffset, !terms.hasCondition, let table = statement.onlyTable, let order = terms.order,
      Set(order.map(\.isDescending)).count == 1, order.allSatisfy(\.term.isPlain),
      statement.before?.sorts == 0
    else { return nil }
    let far = statement.executions.filter { execution in
      let skipped = execution.rowsLookedAt - (execution.rowsReturned ?? 0)
      return statement.isMany(skipped) && skipped >= AuditLimits.ratio * max(1, execution.rowsReturned ?? 0)
    }
    let columns = order.map(\.term.column)
    guard !far.isEmpty, TableIndexes(table, statement.schema).isKey(columns), let sql = terms.withKeys(columns),
      let line = QueryPlan(sql, in: statement.schema)?.lines.first(where: { $0.hasPrefix("SEARCH ") })
    else { return nil }
    let skipped = far.reduce(0) { $0 + $1.rowsLookedAt - ($1.rowsReturned ?? 0) }
    let returned = far.reduce(0) { $0 + ($1.rowsReturned ?? 0) }
    let names = columns.map(StatementTerms.Term.quoted).joined(separator: ", ")
    let sign = order[0].isDescending ? "<" : ">"
    let condition =
      columns.count == 1
      ? "\(names) \(sign) ?" : "(\(names)) \(sign) (\(columns.map { _ in "?" }.joined(separator: ", ")))"
    return AuditFault(
      kind: .skippedRows, statements: far,
      what: "steps over \(skipped.counted("row")) of \(table.name) to return \(returned)",
      facts: [skipped.counted("row") + " stepped over"],
      cure: [
        "  fix: begin behind the last row of the page before, WHERE \(condition), instead of OFFSET",
        "       then SQLite says \(line); tried",
      ])
  }
}

/// Pages whose order says nothing of rows that are equal in it: a row may be on two pages, or on none.
struct UnorderedPageRule: AuditRule {
  func fault(of statement: AuditedStatement) -> AuditFault? {
    let terms = statement.terms
    let hint = statement.shape.loaderHint
    guard statement.shape.kind == .select, terms.hasLimit, terms.hasOffset, !terms.hasGroups, !hint.hasDistinct,
      !hint.isAggregate, let table = statement.onlyTable
    else { return nil }
    // Two pages at least, so that rows can change between them.
    let pages = statement.executions.filter { ($0.rowsReturned ?? 0) > 0 }
    guard pages.count >= 2 else { return nil }
    let indexes = TableIndexes(table, statement.schema)
    let fixed = hint.keyPredicates.filter { $0.form == .equality }.flatMap(\.columns)
    let what: String
    if terms.hasOrder {
      guard let order = terms.order, order.allSatisfy(\.term.isPlain), let before = statement.before, before.sorts > 0,
        !indexes.isKey(order.map(\.term.column) + fixed)
      else { return nil }
      let columns = order.map(\.term.column).joined(separator: ", ")
      what = "pages rows of \(table.name) in an order that says nothing of those with equal \(columns)"
    } else {
      guard !indexes.isKey(fixed) else { return nil }
      what = "pages rows of \(table.name) in no order"
    }
    let key =
      table.primaryKey.isEmpty ? "rowid" : table.primaryKey.map(StatementTerms.Term.quoted).joined(separator: ", ")
    return AuditFault(
      kind: .unorderedPage, statements: pages, what: what, facts: [pages.count.counted("page")],
      evidence: (statement.before?.plan.lines ?? []).map { "       plan: \($0)" }
        + ["       no unique index of \(table.name) is in its order"],
      cure: [terms.hasOrder ? "  fix: \(key) at the end of ORDER BY" : "  fix: ORDER BY \(key)"])
  }
}
