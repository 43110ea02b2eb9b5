internal import DatabaseInstrumentation
package import DatabaseRecording

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

  /// The text of a statement by its number.
  func sql(_ number: Int) -> String? {
    // In a record of ours a statement stands at its number.
    let place = executions.indices.contains(number - 1) && executions[number - 1].number == number
    let execution = place ? executions[number - 1] : executions.first { $0.number == number }
    guard let execution, shapes.indices.contains(execution.shape) else { return nil }
    return shapes[execution.shape].sql
  }
}

extension Finding.Kind {
  /// What a reader wants to see first: what the toolkit is there for, then what may be meant to be.
  var rank: Int {
    switch self {
    case .nPlusOne: 0
    case .leak, .doubleCheckin, .doubleCheckout, .poolMisuse, .openConnection: 1
    case .repeatedRead: 2
    case .duplicateQuery: 3
    case .openTransaction, .autocommitWrites, .rowByRowInserts: 4
    case .fullScan, .automaticIndex, .growth, .cost: 5
    case .blind, .invalidExpectation: 6
    case .failure: 9
    case Self(rawValue: RunRecord.Problem.ofTest): 8
    default: 7
    }
  }
}
