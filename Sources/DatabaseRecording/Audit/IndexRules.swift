internal import DatabaseInstrumentation
internal import DatabaseSupport

/// SQLite makes an index for the statement alone, of many rows, each time that it runs.
struct AutomaticIndexRule: AuditRule {
  func fault(of statement: AuditedStatement) -> AuditFault? {
    let found = statement.executions.filter { statement.isMany(($0.cost?.automaticIndexRows ?? 0) + 1) }
    guard let first = found.first, let before = statement.before,
      case .helps(let tried) = statement.advice.answer(sparing: .automaticIndex)
    else { return nil }
    let rows = found.reduce(0) { $0 + ($1.cost?.automaticIndexRows ?? 0) + 1 }
    return AuditFault(
      kind: .automaticIndex, statements: found, what: "puts \(rows.counted("row")) into an index for itself",
      facts: [rows.counted("row") + " indexed"], evidence: before.plan.lines.map { "       plan: \($0)" },
      cure: ["  fix: " + tried.advice(for: ScanReport.library(of: first)), tried.line])
  }
}

/// A parent is deleted, or gets another key, and all rows of a table are looked at for those that refer to it.
struct ForeignKeyRule: AuditRule {
  private static let enforcing = "PRAGMA foreign_keys = ON"

  func fault(of statement: AuditedStatement) -> AuditFault? {
    guard [.delete, .update].contains(statement.shape.kind), let parent = statement.onlyTable,
      // What the statement itself looks at is not the key's.
      statement.before?.scans == 0
    else { return nil }
    let found = statement.executions.filter { execution in
      guard let changed = execution.rowsChanged, changed > 0 else { return false }
      return statement.isMany(execution.rowsLookedAt / changed)
    }
    guard let first = found.first else { return nil }
    let sql = statement.shape.normalizedSQL
    let scanned = QueryPlan(sql, in: statement.schema, adding: [Self.enforcing])?.lines ?? []
    for child in statement.schema.tables {
      // Of its aliases an action has none. SQLite before 3.36 says `SCAN TABLE page`.
      let line = scanned.first { line in
        line.split(separator: " ").filter { $0 != "TABLE" }.prefix(2).elementsEqual(["SCAN", child.name[...]])
      }
      guard let line, !statement.limits.exceptions.contains(child.name.lowercased()) else { continue }
      for key in child.foreignKeys where key.parentTable.lowercased() == parent.name.lowercased() {
        guard !TableIndexes(child, statement.schema).serves(key.columns) else { continue }
        let terms = key.columns.map { StatementTerms.Order(term: StatementTerms.Term(column: $0)) }
        let index = ProposedIndex(table: child.name, terms: terms, besides: statement.advice.taken)
        let plan = QueryPlan(sql, in: statement.schema, adding: [Self.enforcing, index.definition])
        // An update looks for the old key and for the new one.
        var says: [String] = []
        for line in plan?.lines ?? [] where line.contains(" INDEX \(index.name) (") && !says.contains(line) {
          says.append(line)
        }
        guard !says.isEmpty else { continue }
        let tried = TriedIndexes(indexes: [index], says: says)
        let looked = found.reduce(0) { $0 + $1.rowsLookedAt }
        return AuditFault(
          kind: .unindexedKey, statements: found,
          what: "looks at \(looked.counted("row")) of \(child.name), which refers to \(parent.name)",
          facts: [looked.counted("row") + " looked at"],
          evidence: [
            "       plan: \(line)", "       of the foreign key \(child.name).\(key.columns.joined(separator: ", "))",
          ],
          cure: ["  fix: " + tried.advice(for: ScanReport.library(of: first)), tried.line])
      }
    }
    return nil
  }
}

/// An index whose columns another one begins with, on a table that was written to: each write keeps both.
struct RedundantIndexes {
  private let recording: Recording
  private let ignored: ShapeSet

  init(_ recording: Recording, ignoring ignored: ShapeSet) {
    self.recording = recording
    self.ignored = ignored
  }

  func faults(_ limits: AuditLimits) -> [AuditFault] {
    var known: Set<String> = []
    var faults: [AuditFault] = []
    for statement in recording.queries where isWriting(statement) {
      let schema = statement.evidence.schema(at: statement.index)
      guard let name = statement.shape.tables.first(where: { $0.role == .written })?.name,
        let table = schema.table(name),
        known.insert(table.name.lowercased()).inserted, !limits.exceptions.contains(table.name.lowercased())
      else { continue }
      let writes = recording.queries.on(table.name).filter { isWriting($0) }
      let rows = writes.reduce(0) { $0 + ($1.rowsChanged ?? 0) }
      for (index, other) in TableIndexes(table, schema).redundant {
        // The rows that it finds are found without it.
        faults.append(
          AuditFault(
            kind: .redundantIndex, statements: Array(writes),
            subject: "index \(index.name)", what: "has nothing that \(other.name) has not",
            facts: [rows.counted("row") + " of \(table.name) written"],
            evidence: [
              "       \(index.name) (\(columns(index))), \(other.name) (\(columns(other)))"
            ], cure: ["  fix: DROP INDEX \(StatementTerms.Term.quoted(index.name))"]))
      }
    }
    return faults
  }

  private func isWriting(_ statement: ExecutedStatement) -> Bool {
    statement.kind.isWrite && (statement.rowsChanged ?? 0) > 0 && !ignored.contains(statement.shape)
  }

  private func columns(_ index: TableIndexes.Index) -> String {
    index.terms.map { $0.column ?? "an expression" }.joined(separator: ", ")
  }
}
