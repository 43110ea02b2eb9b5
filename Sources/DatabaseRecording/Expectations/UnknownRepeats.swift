internal import CStatementLog
internal import DatabaseInstrumentation

/// Statements of drivers, spans and logs that may repeat each other, where what would say so is not known: the values, or whether they
/// came from one place.
///
/// SQLite's hooks always tell the values; where a part of their stacks is missing nothing is said.
struct UnknownRepeats {
  private let analysis: Analysis
  private let expectation: String

  init(_ analysis: Analysis, of expectation: String) {
    self.analysis = analysis
    self.expectation = expectation
  }

  private var evidence: StatementEvidence { analysis.evidence }

  /// Queries that may be duplicates.
  var ofQueries: [Finding] {
    let claimed = Set(analysis.repetitions().flatMap(\.indices))
    let circumstances = Circumstances(analysis)
    for group in analysis.groups() where isToldByLibrary(group.indices[0]) {
      let free = group.indices.filter { !claimed.contains($0) && isToldByLibrary($0) }
      guard free.count > 1, !evidence.shape(at: free[0]).tables.isEmpty else { continue }
      let unknown = free.filter { evidence.records[$0].parameters == 0 }
      if unknown.count > 1, !isVolatile(unknown[0]) { return [finding(unknown, .values)] }
      let equal = Dictionary(grouping: free.filter { evidence.records[$0].parameters != 0 }) {
        evidence.records[$0].parameters
      }
      let repeated = equal.values.filter { isRepeated($0) }.min { $0[0] < $1[0] }
      if let repeated, !circumstances.areDecisive(for: group) { return [finding(repeated, .place)] }
    }
    return []
  }

  /// Inserts of one row each that may come from one line.
  var ofInserts: [Finding] {
    guard evidence.kinds.indices.contains(where: { evidence.kinds[$0] == .insert && isToldByLibrary($0) }) else {
      return []
    }
    let circumstances = Circumstances(analysis)
    let unclear = analysis.insertsByPlace(threshold: 2).first { group in
      isToldByLibrary(group.indices[0]) && !circumstances.areDecisive(for: group)
    }
    return unclear.map { [finding($0.indices, .place)] } ?? []
  }

  private func isToldByLibrary(_ index: Int) -> Bool { !evidence.records[index].flags.contains(.hasCounters) }

  /// Whether its answer depends on more than its values, so that they are not asked for.
  private func isVolatile(_ index: Int) -> Bool {
    let (shape, dialect) = (evidence.shape(at: index), evidence.connection(at: index).info.system.dialect)
    return StatementValues(shape.normalizedSQL, shape: shape, dialect: dialect).volatility != .none
  }

  /// Whether two follow each other with nothing written in between.
  private func isRepeated(_ indices: [Int]) -> Bool {
    let tables = evidence.shape(at: indices[0]).tables
    return zip(indices, indices.dropFirst()).contains { first, second in
      !analysis.writes.touch(tables, in: evidence, first, second) && !analysis.index.fails(between: first, second)
    }
  }

  private enum Unknown { case values, place }

  private func finding(_ indices: [Int], _ unknown: Unknown) -> Finding {
    let statements = indices.map { ExecutedStatement(evidence: evidence, index: $0) }
    let number = "\(statements.count) runs of one statement"
    let (reason, fix) =
      switch unknown {
      case .values:
        (
          "the values of \(number) are not known",
          "have the client tell its parameters, or count statements: .queries(…)"
        )
      case .place:
        (
          "whether \(number) came from one line is not known, since their task was lost",
          "keep the work in the test's task, or count statements: .queries(…), .inserts(…)"
        )
      }
    return Finding(
      kind: .blind, headline: "\(expectation) cannot be checked: \(reason).",
      details: ShapeLines(statements, in: analysis.recording).lines + ["  fix: \(fix)"], count: statements.count,
      statements: statements)
  }
}
