import CStatementLog
@testable import DatabaseInstrumentation
@testable import DatabaseRecording
import DatabaseSupport

/// What a made-up statement is said to have cost, and where it ran.
struct MadeUpFacts {
  var rows: UInt32 = 1
  var changed: Int32 = -1
  var steps: UInt32 = 10
  var scanned: UInt32 = 0
  var sorts: UInt32 = 0
  var indexed: UInt32 = 0
  var thread: UInt32 = 1
  var flags: StatementRecord.Flags = [.hasCounters]
  var error: StatementError?
}

extension MadeUpDriver {
  @inline(never) func run(_ sql: String, _ facts: MadeUpFacts) {
    let shape = StatementShape(sql)
    let beginning = StatementBeginning(
      shape: ShapeTable.shared.number(of: shape), start: monotonicNanoseconds(), thread: facts.thread,
      flags: facts.flags, transaction: 0, parent: nil, isRead: shape.kind == .select)
    guard let slot = connection.begin(beginning, values: { _ in .unknown }) else { return }
    var outcome = StatementOutcome(duration: 1_000, error: facts.error)
    outcome.counts.rowsReturned = facts.rows
    outcome.counts.hasRows = true
    outcome.counts.rowsChanged = facts.changed
    outcome.counts.steps = facts.steps
    outcome.counts.fullScanSteps = facts.scanned
    outcome.counts.sorts = facts.sorts
    outcome.counts.automaticIndexRows = facts.indexed
    slot.log.end(slot, outcome)
  }
}

extension Recording {
  /// The text of the one finding of an expectation.
  func message(_ expectation: DatabaseExpectation) -> String? {
    let found = check(expectation)
    return found.count == 1 ? found[0].message : found.isEmpty ? nil : "\(found.count) findings"
  }
}
