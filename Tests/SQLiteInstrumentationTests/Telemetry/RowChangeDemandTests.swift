import DatabaseInstrumentation
import Testing

@testable import SQLiteInstrumentation

/// In a process where `DatabaseTesting` has switched row changes on for all tests, so only the demand can be looked at.
@Suite struct RowChangeDemandTests {
  @Test func anActiveInstrumentorDemandsThem() throws {
    let before = RowChangeDemand.shared.isDemanded
    let instrumentor = try DatabaseInstrumentor()
    try instrumentor.configure { $0.recordsRowChanges = true }
    #expect(RowChangeDemand.shared.isDemanded == before)
    instrumentor.activate()
    #expect(RowChangeDemand.shared.isDemanded)
    try instrumentor.configure { $0.recordsRowChanges = false }
    #expect(RowChangeDemand.shared.isDemanded == before)
    instrumentor.deactivate()
  }
}
