internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseSupport

/// What all detectors begin with, worked out once for a recording, when one of them first asks.
final class AnalysisBasis: Sendable {
  private let evidence: StatementEvidence
  private let state = Locked(State())

  private struct State {
    var index: EvidenceIndex?
    var writes: Writes?
    var groups: [ReadGroup]?
    var repetitions: [Repetition]?
  }

  init(_ evidence: StatementEvidence) {
    self.evidence = evidence
  }

  var index: EvidenceIndex { known(\.index) { EvidenceIndex(evidence) } }

  var writes: Writes { known(\.writes) { Writes(evidence) } }

  /// Reads of one shape from one place on one database, in the order in which they came.
  var groups: [ReadGroup] { known(\.groups, makeGroups) }

  /// What `make` finds, once.
  func repetitions(_ make: () -> [Repetition]) -> [Repetition] { known(\.repetitions, make) }

  /// Nobody waits while another thread works it out.
  private func known<Value>(_ path: WritableKeyPath<State, Value?>, _ make: () -> Value) -> Value {
    if let known = state.withLock({ $0[keyPath: path] }) { return known }
    let made = make()
    state.withLock { $0[keyPath: path] = made }
    return made
  }

  private func makeGroups() -> [ReadGroup] {
    readsByShape.flatMap { ReadGroup.groups(of: $0, in: evidence, mayMatter: mayBeFinding) }
  }

  /// Reads of one shape on one database, in the order in which they came.
  var readsByShape: [[Int]] {
    var groups: [[Int]] = []
    let memo = ShapeMemo<Int>(evidence)
    for (index, kind) in evidence.kinds.enumerated() where kind == .select && evidence.records[index].error == 0 {
      let group = memo.value(at: index) {
        groups.append([])
        return groups.count - 1
      }
      groups[group].append(index)
    }
    return groups
  }

  /// Whether reads of one shape may be a finding if they came from one place: where they may not, that need not be known.
  private func mayBeFinding(_ indices: [Int]) -> Bool {
    var parameters: Set<UInt64> = []
    var (known, untold) = (0, 0)
    for index in indices {
      let record = evidence.records[index]
      if record.parameters != 0 {
        known += 1
        parameters.insert(record.parameters)
      } else if !record.flags.contains(.hasCounters) {
        untold += 1
      }
    }
    // The same parameters again, perhaps a duplicate; or a driver, a span or a log that does not tell them.
    if parameters.count < known || untold > 1 { return true }
    let keys = known == 0 ? indices.count : parameters.count
    if keys >= Analysis.repeatedReadThreshold { return true }
    return keys >= 2 && mayHaveParent(indices)
  }

  /// Whether something was read before the last of the reads whose rows they may belong to.
  private func mayHaveParent(_ indices: [Int]) -> Bool {
    guard let last = indices.last else { return false }
    if indices.contains(where: { evidence.records[$0].parent != 0 || evidence.declaredLoad(at: $0) != nil }) {
      return true
    }
    let schema = evidence.schema(at: last)
    let shape = evidence.shape(at: last)
    let own = Relationship.ownKey(for: shape, in: schema)
    return (Relationship.candidates(for: shape, in: schema) + (own.map { [$0] } ?? [])).contains { relationship in
      index.parent(of: last, on: relationship.owner) != nil
    }
  }
}
