internal import DatabaseInstrumentation

extension DatabaseExpectation {
  /// No query reads a table from one end to the other to find some of its rows.
  ///
  /// ```text
  /// Expected no full scans, found 1: SELECT id FROM book WHERE title = ? looks at 12 rows of book to find 1.
  ///   1×  SELECT id FROM book WHERE title = ?    12 rows looked at, 58 steps    #2
  ///        at Library.swift:42 in Library.book(titled:)
  ///        plan: SCAN book
  ///   fix: an index on what the condition compares, or .noFullScans(except: ["book"])
  /// ```
  ///
  /// It speaks of statements with a `WHERE` or a `LIMIT` that stepped over more rows than they returned or changed, by
  /// SQLite's own [counter](https://www.sqlite.org/c3ref/c_stmtstatus_counter.html): a query that wants all rows has to
  /// read all rows. The plan is shown where the database is a file that can be read.
  public static var noFullScans: Self { noFullScans(except: []) }

  /// No query reads a table from one end to the other, but for some tables: `.noFullScans(except: ["country"])`.
  ///
  /// - Parameter tables: Tables that are small enough, in any case. See ``noFullScans``.
  public static func noFullScans(except tables: [String]) -> Self {
    let name = tables.isEmpty ? ".noFullScans" : ".noFullScans(except: \(tables))"
    let allowed = Set(tables.map { $0.lowercased() })
    return DatabaseExpectation(name: name, needsQueries: true) { recording, ignored in
      ScanReport(recording, ignoring: ignored).fullScans(except: allowed)
    }
  }

  /// SQLite makes no index for one statement alone, which it does where a join lacks one.
  ///
  /// ```text
  /// Expected no automatic indexes, found 1: SELECT … puts 500 rows of book into an index for itself.
  /// ```
  ///
  /// See [automatic indexes](https://www.sqlite.org/optoverview.html#autoindex).
  public static var noAutomaticIndexes: Self {
    DatabaseExpectation(name: ".noAutomaticIndexes", needsQueries: true) { recording, ignored in
      ScanReport(recording, ignoring: ignored).automaticIndexes()
    }
  }

  /// How many instructions of SQLite's virtual machine all queries take together.
  ///
  /// The number is the same on every machine and in every run with the same data and the same version of SQLite.
  ///
  /// ```text
  /// Expected up to 100 steps, found 187.
  ///   11×  SELECT * FROM book WHERE authorId = ?    161 steps    #2 … #12
  ///   1×  SELECT * FROM author    26 steps    #1
  /// ```
  ///
  /// - Parameters:
  ///   - count: An integer or a range of integers.
  ///   - table: Count only the queries that read or write this table.
  public static func steps(_ count: some ExpectedCount, on table: String? = nil) -> Self {
    cost("steps", count, on: table, noun: "step") { $0.cost?.steps }
  }

  /// How many rows all queries return together. See ``steps(_:on:)``.
  public static func rows(_ count: some ExpectedCount, on table: String? = nil) -> Self {
    cost("rows", count, on: table, noun: "row") { $0.kind == .select ? $0.rowsReturned : $0.rowsReturned ?? 0 }
  }

  private static func cost(
    _ function: String, _ expected: some ExpectedCount, on table: String?, noun: String,
    _ value: @escaping @Sendable (ExecutedStatement) -> Int?
  ) -> Self {
    let count = expected.expectedCount
    let on = table.map { ", on: \"\($0)\"" } ?? ""
    let name = ".\(function)(\(count.source)\(on))"
    return DatabaseExpectation(name: name, needsQueries: false, problem: count.problem) { recording, _ in
      let queries = table.map { recording.queries.on($0) } ?? recording.queries
      let unknown = queries.filter { value($0) == nil && $0.error == nil }.count
      let hidden = queries.count - queries.reduce(0) { sum, _ in sum + 1 }
      guard unknown + hidden == 0 else {
        return [
          Finding(
            kind: .blind,
            headline:
              "\(name) cannot be checked: of \(unknown + hidden) of \(queries.count) queries the \(noun)s are unknown.",
            details: [
              "  fix: finish the queries inside of the scope, record less at once, or leave out a source that tells no \(noun)s"
            ])
        ]
      }
      let total = queries.reduce(0) { $0 + (value($1) ?? 0) }
      guard !count.contains(total) else { return [] }
      let on = table.map { " on \($0)" } ?? ""
      return [
        Finding(
          kind: .cost,
          headline:
            "Expected \(count) \(count.noun(noun, noun + "s"))\(on), found \(total == 0 ? "none" : String(total)).",
          details: lines(Array(queries), noun: noun, value), count: total, statements: Array(queries))
      ]
    }
  }

  private static func lines(
    _ queries: [ExecutedStatement], noun: String, _ value: (ExecutedStatement) -> Int?
  ) -> [String] {
    var groups: [StatementShape: (order: Int, sum: Int, numbers: [Int])] = [:]
    for query in queries {
      let group = groups[query.shape] ?? (groups.count, 0, [])
      groups[query.shape] = (group.order, group.sum + (value(query) ?? 0), group.numbers + [query.number])
    }
    return groups.sorted { ($1.value.sum, $0.value.order) < ($0.value.sum, $1.value.order) }
      .prefix(12)
      .map { shape, group in
        StatementSummary.line(
          count: group.numbers.count, sql: shape.normalizedSQL, facts: [group.sum.counted(noun)],
          numbers: group.numbers)
      }
  }
}

/// Tables that were read from one end to the other, in words.
struct ScanReport {
  private let recording: Recording
  private let ignored: ShapeSet

  init(_ recording: Recording, ignoring ignored: ShapeSet) {
    self.recording = recording
    self.ignored = ignored
  }

  func fullScans(except allowed: Set<String>) -> [Finding] {
    let found = byShape { statement in
      guard let cost = statement.cost, cost.fullScanSteps > 0, let handled = statement.rowsHandled else { return false }
      return cost.fullScanSteps > handled && statement.shape.selectsRows
    }
    let scans = found.compactMap { statements -> (statements: [ExecutedStatement], tables: [String], plan: [String])? in
      let plan = QueryPlan(of: statements[0])
      let read = statements[0].shape.tables.map(\.name)
      let scanned = plan.scannedTables
      let tables = scanned.isEmpty ? read : scanned
      let isAllowed = tables.contains { allowed.contains($0.lowercased()) }
      return isAllowed ? nil : (statements, tables, plan.lines)
    }
    return scans.enumerated().map { offset, scan in
      let looked = scan.statements.reduce(0) { $0 + ($1.cost?.fullScanSteps ?? 0) }
      let kept = scan.statements.reduce(0) { $0 + ($1.rowsHandled ?? 0) }
      let tables = scan.tables.joined(separator: " or ")
      let fix = scan.tables.map { "\"\($0)\"" }.joined(separator: ", ")
      return finding(
        .fullScan, "full scans", scan.statements, number: offset + 1, of: scans.count,
        what: "looks at \(looked.counted("row")) of \(tables) to find \(kept)",
        fact: "\(looked.counted("row")) looked at",
        more: scan.plan.map { "       plan: \($0)" }
          + ["  fix: an index on what the condition compares, or .noFullScans(except: [\(fix)])"])
    }
  }

  func automaticIndexes() -> [Finding] {
    let found = byShape { ($0.cost?.automaticIndexRows ?? 0) > 0 }
    return found.enumerated().map { offset, statements in
      let rows = statements.reduce(0) { $0 + ($1.cost?.automaticIndexRows ?? 0) }
      let plan = QueryPlan(of: statements[0]).lines
      return finding(
        .automaticIndex, "automatic indexes", statements, number: offset + 1, of: found.count,
        what: "puts \(rows.counted("row")) into an index for itself", fact: "\(rows.counted("row")) indexed",
        more: plan.map { "       plan: \($0)" } + ["  fix: an index on the columns that the join compares"])
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
    for statement in recording.queries where !ignored.contains(statement.shape) && isIncluded(statement) {
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
  fileprivate var rowsHandled: Int? { kind == .select ? rowsReturned : rowsChanged }
}

extension StatementShape {
  /// Whether it wants some rows of its tables rather than all of them.
  fileprivate var selectsRows: Bool {
    normalizedSQL.contains(" WHERE ") || normalizedSQL.contains(" LIMIT ")
  }
}
