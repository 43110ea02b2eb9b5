internal import CStatementLog
internal import DatabaseInstrumentation

/// Lookups in tables whose foreign keys could not be learned, so that what they load is not known.
struct UnknownKeys {
  private let recording: Recording
  /// Those that an expectation would have to know, by table.
  private var tables: [Table] = []

  private struct Table {
    var name: String
    var problem: String
    var indices: [Int]
  }

  init(_ recording: Recording, _ need: NeededDetail, ignoring ignored: ShapeSet) {
    self.recording = recording
    let evidence = recording.storage.evidence
    guard need.lookups > 0, evidence.connections.contains(where: \.mayLackTables) else { return }
    let memo = ShapeMemo<[(name: String, problem: String)]>(evidence)
    for (index, kind) in evidence.kinds.enumerated() where kind == .select && evidence.records[index].error == 0 {
      for (name, problem) in memo.value(at: index, { Self.unknown(evidence, index, need, ignored) }) {
        if let known = tables.firstIndex(where: { $0.name == name }) {
          tables[known].indices.append(index)
        } else {
          tables.append(Table(name: name, problem: problem, indices: [index]))
        }
      }
    }
    // A list to look up the rows of has to be there, and enough lookups.
    let needed = need.lookups
    tables = tables.filter { table in
      guard table.indices.count >= needed, let last = table.indices.last else { return false }
      if case .loads = need { return true }
      return evidence.kinds.indices.contains { index in
        index < last && evidence.kinds[index] == .select && !table.indices.contains(index)
          && (evidence.records[index].knownRows ?? 2) >= min(needed, 2)
      }
    }
  }

  private static func unknown(
    _ evidence: StatementEvidence, _ index: Int, _ need: NeededDetail, _ ignored: ShapeSet
  ) -> [(name: String, problem: String)] {
    let shape = evidence.shape(at: index)
    guard need.lookups > 0, !ignored.contains(shape) else { return [] }
    let schema = evidence.schema(at: index)
    var found: [(name: String, problem: String)] = []
    for predicate in shape.loaderHint.keyPredicates where predicate.isByValue {
      guard let name = predicate.table, !found.contains(where: { $0.name == name }),
        shape.tables.contains(where: { $0.name == name }), let problem = schema.problem(with: name)
      else { continue }
      found.append((name, problem))
    }
    return found
  }

  /// The findings of what is known, or that it is not enough.
  func judging(_ found: [Finding], of expectation: String) -> [Finding] {
    guard found.isEmpty, let first = tables.first else { return found }
    let evidence = recording.storage.evidence
    if evidence.schema(at: first.indices[0]).isOfLibrary { return [ofLibrary(expectation)] }
    let names = tables.map(\.name).joined(separator: ", ")
    let statements = first.indices.map { ExecutedStatement(evidence: evidence, index: $0) }
    return [
      Finding(
        kind: .blind,
        headline: "\(expectation) cannot be checked: the keys of \(names) are not known, because \(first.problem).",
        details: [
          StatementSummary.line(
            count: statements.count, sql: statements[0].sql, numbers: statements.map(\.number)),
          "  fix: make the tables by statements on a connection that is recorded, or leave the file where it is until the end",
        ], count: 1, callSite: evidence.callSite(at: first.indices[0])?.site, statements: statements)
    ]
  }
}

extension UnknownKeys {
  /// Of a database that nobody here can ask.
  private func ofLibrary(_ expectation: String) -> Finding {
    let evidence = recording.storage.evidence
    let indices = Set(tables.flatMap(\.indices)).sorted()
    let statements = indices.map { ExecutedStatement(evidence: evidence, index: $0) }
    let type = evidence.connection(at: indices[0]).isOfLog ? "LoggedDatabase" : "InstrumentedConnection"
    let reason = evidence.schema(at: indices[0]).problem.map { ["  they could not be read: \($0)"] } ?? []
    return Finding(
      kind: .blind,
      headline: "\(expectation) cannot be checked: the foreign keys of this database are not known.",
      details: ShapeLines(statements, in: recording).lines + reason + [
        """
          fix: tell them once, by \(type).defineOnce { … } with the definitions of its tables, or by define(…) with DDL; migrations that \
        run in this process tell them by themselves
        """
      ], count: statements.count, callSite: evidence.callSite(at: indices[0])?.site, statements: statements)
  }
}

extension NeededDetail {
  /// Lookups of one table from which on its keys matter; 0: they do not.
  fileprivate var lookups: Int {
    switch self {
    case .repetitions(let threshold): threshold
    case .lazyLoads, .loads: 1
    default: 0
    }
  }
}
