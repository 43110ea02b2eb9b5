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
    slot.log.end(
      slot,
      StatementOutcome(
        duration: 1_000, rowsReturned: facts.rows, rowsChanged: facts.changed, steps: facts.steps,
        fullScanSteps: facts.scanned, sorts: facts.sorts, automaticIndexRows: facts.indexed, transaction: 0,
        isUnfinished: false, endsInAutocommit: true, error: facts.error))
  }
}

extension Recording {
  /// The text of the one finding of an expectation.
  func message(_ expectation: DatabaseExpectation) -> String? {
    let found = check(expectation)
    return found.count == 1 ? found[0].message : found.isEmpty ? nil : "\(found.count) findings"
  }
}
