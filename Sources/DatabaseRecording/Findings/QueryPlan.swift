internal import DatabaseInstrumentation

/// How SQLite says that it runs a statement, in a database of our own that has the same tables and no rows.
///
/// The text that is asked about has no values, so that the plan may be another one than was run where an index is partial.
struct QueryPlan {
  /// `SCAN book`, `SEARCH author USING INTEGER PRIMARY KEY (rowid=?)`.
  let lines: [String]

  /// - Returns: `nil` where the database cannot be asked.
  init?(of statement: ExecutedStatement) {
    self.init(of: statement.shape, in: statement.evidence.schema(at: statement.index))
  }

  /// - Returns: `nil` where the database cannot be asked.
  init?(of shape: StatementShape, in schema: SchemaFacts) { self.init(shape.normalizedSQL, in: schema) }

  /// - Parameter adding: Statements that run before, as an index that is tried.
  /// - Returns: `nil` where the database cannot be asked.
  init?(_ sql: String, in schema: SchemaFacts, adding: [String] = []) {
    guard let lines = schema.plan(of: sql, adding: adding), !lines.isEmpty else { return nil }
    self.lines = lines
  }

  init(lines: [String]) { self.lines = lines }

  /// Whether the database makes an index for the statement alone.
  var hasAutomaticIndex: Bool { lines.contains { $0.contains(" AUTOMATIC ") } }

  /// The tables of a statement that are read from one end to the other, or an index of theirs.
  func scannedTables(of shape: StatementShape) -> [String] {
    var tables: [String] = []
    for line in lines where !line.contains("VIRTUAL TABLE") {
      let words = line.split(separator: " ").filter { $0 != "TABLE" }
      guard words.first == "SCAN", words.count >= 2, let table = Self.table(named: words[1], in: shape) else {
        continue
      }
      if !tables.contains(table) { tables.append(table) }
    }
    return tables
  }

  /// The table that a name in a plan stands for, which is its alias where it has one.
  private static func table(named name: Substring, in shape: StatementShape) -> String? {
    let name = name.lowercased()
    let tables = shape.tables.map(\.name)
    if let table = tables.first(where: { $0.lowercased() == name }) { return table }
    let words = shape.normalizedSQL.split(whereSeparator: { " ,().".contains($0) })
      .map { $0.filter { !"\"`[]".contains($0) }.lowercased() }
      .filter { $0 != "as" }
    for (before, word) in zip(words, words.dropFirst()) where word == name {
      if let table = tables.first(where: { $0.lowercased() == before }) { return table }
    }
    return nil
  }
}
