import DatabaseSupport
import Testing

@testable import DatabaseInstrumentation

/// What a recording keeps is gone with it: a suite has thousands of them.
@Suite struct RecordingTreeTests {
  private let connection = ObservedConnection(
    info: ConnectionInfo(id: 0, name: "library", file: nil), database: ObservedDatabase(), isBound: false)

  private func begin(_ scope: RecordingScope) -> StatementSlot {
    let shape = ShapeTable.shared.number(of: "COMMIT", dialect: .sqlite).number
    var statement = StatementBeginning(
      shape: shape, start: monotonicNanoseconds(), thread: 1, flags: [], transaction: 0, parent: nil, isRead: false)
    return scope.store.log(for: connection, in: scope.id).begin(&statement, in: scope.id) { _ in .unknown }
  }

  private func scope() -> RecordingScope { RecordingScope(role: .unattributed, parent: nil, detailLimit: 10) }

  @Test func itDoesNotOutliveItsScope() {
    weak var tree: RecordingTree?
    do {
      let scope = scope()
      tree = scope.store
      _ = begin(scope)
      scope.finish()
      scope.discard()
      #expect(tree != nil)
    }
    #expect(tree == nil)
  }

  /// Nor where a statement begins while it ends, and ends after it.
  @Test func neitherWithAStatementThatComesLate() {
    weak var tree: RecordingTree?
    do {
      let scope = scope()
      tree = scope.store
      let before = begin(scope)
      scope.finish()
      scope.discard()
      let after = begin(scope)
      for slot in [before, after] { slot.log.end(slot, StatementOutcome(duration: 1)) }
      #expect(scope.evidence().records.isEmpty)
    }
    #expect(tree == nil)
  }
}
