internal import DatabaseInstrumentation

/// What is dear in a query plan, so that two plans of one statement can be compared.
struct PlanReading {
  let plan: QueryPlan
  /// Tables that are read from one end to the other, each time that one is.
  let scans: Int
  /// Indexes that are made for the one statement.
  let automaticIndexes: Int
  /// Sorts for `ORDER BY`.
  let sorts: Int

  init(_ plan: QueryPlan, of shape: StatementShape) {
    self.plan = plan
    scans = plan.lines.count { QueryPlan(lines: [$0]).scannedTables(of: shape).count > 0 }
    automaticIndexes = plan.lines.count { $0.contains(" AUTOMATIC ") }
    sorts = plan.lines.count { $0.hasPrefix("USE TEMP B-TREE FOR ") && $0.hasSuffix("ORDER BY") }
  }

  /// The lines that use an index, by its name.
  func lines(using index: String) -> [String] {
    plan.lines.filter { line in
      guard let range = line.firstRange(of: "INDEX \(index)") else { return false }
      return range.upperBound == line.endIndex || line[range.upperBound] == " "
    }
  }

  /// How the plan uses an index.
  func use(of index: String) -> IndexUse? {
    guard let line = lines(using: index).first else { return nil }
    guard let open = line.lastIndex(of: "("), line.hasSuffix(")") || line.contains(") ") else { return .order }
    let conditions = line[open...]
    if conditions.contains("=?") { return .equality }
    return conditions.contains(">") || conditions.contains("<") ? .range : .order
  }

  /// The columns that equal something, of what a search names: `(authorId=? AND year>?)`.
  var equalColumns: [String] {
    plan.lines.filter { $0.hasPrefix("SEARCH ") && !$0.contains(" AUTOMATIC ") }.flatMap { line -> [String] in
      guard let open = line.lastIndex(of: "(") else { return [] }
      return line[open...].split(whereSeparator: { "() ".contains($0) })
        .filter { $0.hasSuffix("=?") }.map { String($0.dropLast(2)) }
    }
  }
}

/// How a plan uses an index.
enum IndexUse {
  /// `(authorId=?)`
  case equality
  /// `(year>?)`
  case range
  /// For the order of its rows, or since it has all columns.
  case order
}
