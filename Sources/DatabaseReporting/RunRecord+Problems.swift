package import DatabaseRunRecords

extension RunRecord.Test {
  /// What failed, then what was found besides; a finding that is a failure as well stands there once.
  package var problems: [(problem: RunRecord.Problem, isFailure: Bool)] {
    let failures = failures ?? []
    let others = findings.filter { finding in
      !failures.contains {
        $0.kind == finding.kind && $0.site == finding.site && $0.relationship == finding.relationship
          && $0.statements == finding.statements
      }
    }
    return failures.map { ($0, true) } + others.map { ($0, false) }
  }

  /// The text that the most of some statements have, and how many have it.
  func mostFrequent(of numbers: [Int]) -> (sql: String?, count: Int) {
    var counts: [String: Int] = [:]
    for sql in numbers.lazy.compactMap(self.sql) { counts[sql, default: 0] += 1 }
    guard let most = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return (nil, 0) }
    return (most.key, most.value)
  }

  /// The text of a statement by its number.
  func sql(_ number: Int) -> String? {
    // In a record of ours a statement stands at its number.
    let place = executions.indices.contains(number - 1) && executions[number - 1].number == number
    let execution = place ? executions[number - 1] : executions.first { $0.number == number }
    guard let execution, shapes.indices.contains(execution.shape) else { return nil }
    return shapes[execution.shape].sql
  }
}
