import DatabaseTelemetry
import Testing

@testable import SQLiteInstrumentation

/// In a process where `DatabaseTesting` has switched row changes on for all tests, so only the demand can be looked at.
@Suite struct RowChangeDemandTests {
  @Test func anActiveInstrumentorDemandsThem() throws {
    let before = StatementDemand.shared.wishes.contains(.rowChanges)
    let instrumentor = try DatabaseInstrumentor()
    try instrumentor.configure { $0.recordsRowChanges = true }
    #expect(StatementDemand.shared.wishes.contains(.rowChanges) == before)
    instrumentor.activate()
    #expect(StatementDemand.shared.wishes.contains(.rowChanges))
    try instrumentor.configure { $0.recordsRowChanges = false }
    #expect(StatementDemand.shared.wishes.contains(.rowChanges) == before)
    instrumentor.deactivate()
  }
}
