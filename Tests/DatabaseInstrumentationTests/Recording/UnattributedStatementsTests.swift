import CStatementLog
import DatabaseSupport
import Testing

@testable import DatabaseInstrumentation

/// What no recording takes is kept from the first statement on.
@Suite struct UnattributedStatementsTests {
  /// The scope is made when the first statement asks for it, which has begun by then: a thread that waits in between must lose nothing.
  @Test(arguments: [0, 1_000, 1_000_000_000] as [UInt64])
  func theStatementThatItIsMadeForIsInIt(nanosecondsBefore: UInt64) {
    let began = monotonicNanoseconds() - nanosecondsBefore
    let scope = RecordingScope(role: .unattributed, parent: nil, detailLimit: 10)
    let connection = ObservedConnection(
      info: ConnectionInfo(id: 0, name: "library", file: nil), database: ObservedDatabase(), isBound: false)
    let shape = ShapeTable.shared.number(of: "COMMIT", dialect: .postgreSQL).number
    let log = scope.store.log(for: connection, in: scope.id)
    for start in [began, began + 1, monotonicNanoseconds()] {
      var statement = StatementBeginning(
        shape: shape, start: start, thread: 1, flags: [], transaction: 0, parent: nil, isRead: false)
      _ = log.begin(&statement, in: scope.id) { _ in .unknown }
    }
    let evidence = scope.store.evidence(of: scope, from: began, until: monotonicNanoseconds())
    #expect(evidence.records.map(\.start).prefix(2) == [began, began + 1])
    #expect(evidence.records.count == 3)
  }
}
