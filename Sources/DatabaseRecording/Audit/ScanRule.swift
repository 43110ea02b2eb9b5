internal import DatabaseInstrumentation
internal import DatabaseSupport

/// Many rows are looked at to find few, and an index finds them.
struct ScanRule: AuditRule {
  func fault(of statement: AuditedStatement) -> AuditFault? {
    let needles = statement.needles
    guard let first = needles.first, let before = statement.before, before.scans > 0 else {
      return nil
    }
    // Of rows that have to be sorted first, those that are returned are not all that were found.
    if statement.terms.hasLimit, before.sorts > 0 { return nil }
    guard case .helps(let tried) = statement.advice.answer(sparing: .scan), isProved(tried, statement) else {
      return nil
    }
    let tables = before.plan.scannedTables(of: statement.shape)
    let looked = needles.reduce(0) { $0 + $1.rowsLookedAt }
    let found = needles.reduce(0) { $0 + ($1.rowsHandled ?? 0) }
    let isCount = statement.shape.loaderHint.isAggregate || statement.shape.loaderHint.hasGroupBy
    return AuditFault(
      kind: .fullScan, statements: needles,
      what: "looks at \(looked.counted("row")) of \(tables.joined(separator: " and "))"
        + (isCount ? "" : " to find \(found)"),
      facts: [looked.counted("row") + " looked at"], evidence: before.plan.lines.map { "       plan: \($0)" },
      cure: ["  fix: " + tried.advice(for: ScanReport.library(of: first)), tried.line])
  }

  /// Whether few rows are found by the index as well, and not by the conditions that it does not serve.
  private func isProved(_ tried: TriedIndexes, _ statement: AuditedStatement) -> Bool {
    let served = Set(tried.indexes.flatMap(\.columns).map { $0.lowercased() })
    let isEqual = tried.says.allSatisfy { $0.contains("=?") && !$0.contains(">?") && !$0.contains("<?") }
    let terms = statement.terms
    // Which condition belongs to which scan cannot be told.
    guard terms.selects <= 1 else { return false }
    if let table = statement.onlyTable {
      return statement.advice.comparedColumns(of: table.name).isSubset(of: served)
    }
    let hint = statement.shape.loaderHint
    guard isEqual, !hint.hasOtherConditions, hint.keyPredicates.allSatisfy(\.isByValue) else { return false }
    let keys = Set(hint.keyPredicates.flatMap(\.columns).map { $0.lowercased() })
    let joined = Set(hint.joins.flatMap { $0.leftColumns + $0.rightColumns }.map { $0.lowercased() })
    return keys.isSubset(of: served.union(statement.before?.equalColumns.map { $0.lowercased() } ?? []))
      && Set(terms.compared.map { $0.lowercased() }).isSubset(of: keys.union(joined))
  }
}

/// An index is there, and is not used because of what the condition makes of its column.
struct UnusedIndexRule: AuditRule {
  func fault(of statement: AuditedStatement) -> AuditFault? {
    let needles = statement.needles
    guard let first = needles.first, let before = statement.before, before.scans > 0,
      let table = statement.onlyTable, !(statement.terms.hasLimit && before.sorts > 0)
    else { return nil }
    let compared = statement.advice.comparedColumns(of: table.name)
    if let bare = statement.terms.withBareColumns, compared.isSubset(of: Set(bare.columns.map { $0.lowercased() })),
      let line = search(bare.sql, statement, before)
    {
      let columns = bare.columns.joined(separator: ", ")
      var cure = ["  fix: compare \(columns) itself", "       then SQLite says \(line); tried"]
      if case .helps(let tried) = statement.advice.answer(sparing: .scan) {
        cure += ["       or \(tried.advice(for: ScanReport.library(of: first)))", tried.line]
      }
      return fault(
        needles, table, before, because: "the index on \(columns) cannot serve what the condition makes of it", cure)
    }
    if let prefixed = statement.terms.withPrefixes,
      compared.isSubset(of: Set(statement.terms.patterns.map { $0.column.lowercased() })),
      let line = search(prefixed, statement, before)
    {
      let trigrams = PatternAdvice(statement.shape, in: statement.schema).trigrams
      return fault(
        needles, table, before, because: "its pattern begins with a wildcard, so that no index has the place",
        (trigrams.isEmpty ? ["  fix: a full-text index (FTS5)"] : ["  fix: a full-text index of trigrams"] + trigrams)
          + ["       with a pattern that begins with a letter SQLite says \(line); tried"])
    }
    return nil
  }

  /// The line by which another text of the statement uses an index that is there.
  private func search(_ sql: String, _ statement: AuditedStatement, _ before: PlanReading) -> String? {
    guard let plan = QueryPlan(sql, in: statement.schema),
      PlanReading(plan, of: statement.shape).scans < before.scans
    else { return nil }
    return plan.lines.first { $0.hasPrefix("SEARCH ") && $0.contains(" USING ") && !$0.contains(" AUTOMATIC ") }
  }

  private func fault(
    _ needles: [ExecutedStatement], _ table: TableDefinition, _ before: PlanReading, because reason: String,
    _ cure: [String]
  ) -> AuditFault {
    let looked = needles.reduce(0) { $0 + $1.rowsLookedAt }
    return AuditFault(
      kind: .unusedIndex, statements: needles,
      what: "looks at \(looked.counted("row")) of \(table.name) beside an index",
      facts: [looked.counted("row") + " looked at"],
      evidence: before.plan.lines.map { "       plan: \($0)" } + ["       \(reason)"], cure: cure)
  }
}
