internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseSupport

/// Tables that were read from one end to the other, and indexes made for one statement, in words.
struct ScanReport {
  private let recording: Recording
  private let ignored: ShapeSet

  init(_ recording: Recording, ignoring ignored: ShapeSet) {
    self.recording = recording
    self.ignored = ignored
  }

  private struct Scan {
    var statements: [ExecutedStatement]
    var tables: [String]
    var plan: [String]

    var looked: Int { statements.reduce(0) { $0 + $1.rowsLookedAt } }

    /// `12 rows of book to find 1`
    var rows: String {
      let hint = statements[0].shape.loaderHint
      let kept = statements.reduce(0) { $0 + ($1.rowsHandled ?? 0) }
      let purpose = hint.isAggregate || hint.hasGroupBy ? "" : " to find \(kept)"
      return "\(looked.counted("row")) of \(tables.joined(separator: " or "))\(purpose)"
    }
  }

  func fullScans(except allowed: Set<String>) -> [Finding] {
    let found = scans.filter { scan in !scan.tables.contains { allowed.contains($0.lowercased()) } }
    return found.enumerated().map { offset, scan in
      finding(
        .fullScan, "full scans", scan.statements, number: offset + 1, of: found.count, what: "looks at \(scan.rows)",
        fact: "\(scan.looked.counted("row")) looked at",
        more: scan.plan.map { "       plan: \($0)" } + fix(scan, exception: exception(scan)))
    }
  }

  private func exception(_ scan: Scan) -> String {
    ", or .noFullScans(except: [\(scan.tables.map { "\"\($0)\"" }.joined(separator: ", "))])"
  }

  /// What to do about the scan that looks at the most rows, of those that are among some statements.
  func advice(among statements: StatementCollection) -> [String] {
    let among = Set(statements.map(\.index))
    guard let widest = scans.first(where: { $0.statements.allSatisfy { among.contains($0.index) } }) else { return [] }
    let count = widest.statements.count
    return [
      "  \(count) of them \(count == 1 ? "looks" : "look") at \(widest.rows): \(NumberList(widest.statements.map(\.number)))"
    ] + fix(widest)
  }

  private var scans: [Scan] {
    byShape(\.isFullScan).compactMap { statements -> Scan? in
      guard let plan = QueryPlan(of: statements[0]) else {
        return Scan(statements: statements, tables: statements[0].shape.tables.map(\.name), plan: [])
      }
      // What is scanned may be the rows of a view or of a function: then no index is missing.
      let tables = plan.scannedTables(of: statements[0].shape)
      return tables.isEmpty ? nil : Scan(statements: statements, tables: tables, plan: plan.lines)
    }
    .enumerated().sorted { ($1.element.looked, $0.offset) < ($0.element.looked, $1.offset) }.map(\.element)
  }

  /// What to do about it, and what came of trying that.
  private func fix(_ scan: Scan, exception: String = "") -> [String] {
    let statement = scan.statements[0]
    let advice = IndexAdvice(of: statement.shape, in: statement.evidence.schema(at: statement.index))
    let library = ScanReport.library(of: statement)
    switch advice.answer(sparing: .scan) {
    case .helps(let tried): return ["  fix: \(tried.advice(for: library))\(exception)", tried.line]
    case .unknown where !isPatternSearch(statement):
      return ["  fix: \(example(of: scan) ?? "an index on what the condition compares")\(exception)"]
    case .none(let tried) where !isPatternSearch(statement):
      return ["  fix: \(IndexAdvice.anotherCondition(tried: tried))\(exception)"]
    default:
      return ["  fix: a full-text index (FTS5)\(exception)"] + PatternAdvice(statement).lines
    }
  }

  private func isPatternSearch(_ statement: ExecutedStatement) -> Bool {
    let words = statement.sql.split(separator: " ")
    return words.contains("LIKE") || words.contains("GLOB")
  }

  /// An index on the columns of the one table that are compared with values: where the database cannot be asked what it makes of it.
  private func example(of scan: Scan) -> String? {
    guard scan.tables.count == 1, let table = scan.tables.first else { return nil }
    let columns = scan.statements[0].shape.loaderHint.keyPredicates
      .filter { $0.isByValue && $0.table?.lowercased() == table.lowercased() }
      .flatMap(\.columns)
    guard !columns.isEmpty else { return nil }
    let index = ProposedIndex(
      table: table, terms: columns.map { StatementTerms.Order(term: StatementTerms.Term(column: $0)) })
    return "an index, e.g. \(index.text(for: ScanReport.library(of: scan.statements[0])))"
  }

  /// Whose way of writing an index is understood.
  static func library(of statement: ExecutedStatement) -> DatabaseLibrary? {
    let stack = statement.record.stack
    return stack == 0 ? nil : statement.evidence.stacks[Int(stack) - 1].databaseLibrary()
  }

  func automaticIndexes() -> [Finding] {
    func indexedRows(_ statements: [ExecutedStatement]) -> Int {
      statements.reduce(0) { $0 + ($1.cost?.automaticIndexRows ?? 0) + 1 }
    }
    let found = byShape { ($0.cost?.automaticIndexRows ?? 0) > 0 }.enumerated()
      .sorted { (indexedRows($1.element), $0.offset) < (indexedRows($0.element), $1.offset) }.map(\.element)
    return found.enumerated().map { offset, statements in
      let rows = indexedRows(statements)
      let statement = statements[0]
      let plan = QueryPlan(of: statement)?.lines ?? []
      let advice = IndexAdvice(of: statement.shape, in: statement.evidence.schema(at: statement.index))
      let fix =
        switch advice.answer(sparing: .automaticIndex) {
        case .unknown: ["  fix: an index on the columns that the join compares"]
        case .none(let tried): ["  fix: \(IndexAdvice.anotherCondition(tried: tried))"]
        case .helps(let tried): ["  fix: \(tried.advice(for: ScanReport.library(of: statement)))", tried.line]
        }
      return finding(
        .automaticIndex, "automatic indexes", statements, number: offset + 1, of: found.count,
        what: "puts \(rows.counted("row")) into an index for itself", fact: "\(rows.counted("row")) indexed",
        more: plan.map { "       plan: \($0)" } + fix)
    }
  }

  private func finding(
    _ kind: Finding.Kind, _ noun: String, _ statements: [ExecutedStatement], number: Int, of total: Int, what: String,
    fact: String, more: [String]
  ) -> Finding {
    let place = recording.storage.evidence.callSite(at: statements[0].index)
    let which = total == 1 ? "found 1" : "found \(total) (\(number) of \(total))"
    let steps = statements.reduce(0) { $0 + ($1.cost?.steps ?? 0) }
    return Finding(
      kind: kind, headline: "Expected no \(noun), \(which): \(statements[0].sql) \(what).",
      details: [
        StatementSummary.line(
          count: statements.count, sql: statements[0].sql, facts: [fact, steps.counted("step")],
          numbers: statements.map(\.number))
      ] + SiteLines(place).lines + more,
      count: statements.count, callSite: place?.site, statements: statements)
  }

  private func byShape(_ isIncluded: (ExecutedStatement) -> Bool) -> [[ExecutedStatement]] {
    var groups: [[ExecutedStatement]] = []
    var groupOf: [StatementShape: Int] = [:]
    for statement in recording.queries where isIncluded(statement) && !ignored.contains(statement.shape) {
      if let group = groupOf[statement.shape] {
        groups[group].append(statement)
      } else {
        groupOf[statement.shape] = groups.count
        groups.append([statement])
      }
    }
    return groups
  }
}

extension ExecutedStatement {
  /// Rows that it returned, or wrote.
  var rowsHandled: Int? { kind == .select ? rowsReturned : rowsChanged }

  /// SQLite counts the steps from one row to the next.
  var rowsLookedAt: Int { (cost?.fullScanSteps ?? 0) + 1 }

  fileprivate var isFullScan: Bool {
    guard let cost, cost.fullScanSteps > 0, let rowsHandled, rowsLookedAt > 2 * max(1, rowsHandled) else {
      return false
    }
    guard shape.mayScanNeedlessly else { return false }
    let words = shape.normalizedSQL.split(separator: " ")
    return words.contains("WHERE") || (words.contains("LIMIT") && cost.sorts > 0)
  }
}
