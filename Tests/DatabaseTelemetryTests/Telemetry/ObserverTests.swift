import DatabaseTesting
import Testing

@testable import DatabaseTelemetry

/// The seam between this module and the one that knows what happens.
@Suite struct ObserverTests {
  @Test func aProgramThatLinksTelemetryHasItAsItsObserver() {
    #expect(ProcessObserver.current === TelemetryRouter.shared)
  }

  @Test func whatIsOfAnotherKindIsLeftAlone() {
    final class Other: Sendable {}
    let observer = TelemetryRouter.shared
    observer.statementEnded(Other(), nil, message: nil)
    observer.loadEnded(Other(), nil)
    observer.poolChanged(Other(), nil, .nothing, PoolStatistics())
  }

  /// A driver gives the text away only where somebody shows it.
  @Test func textAndParametersAreAskedForWhereTheyAreShown() throws {
    func asked(_ change: (inout DatabaseInstrumentor.Configuration) -> Void) throws -> (text: Int, parameters: Int) {
      let connection = InstrumentedConnection("library", system: .postgreSQL)
      var asked = (text: 0, parameters: 0)
      try Telemetry().collect(change) {
        let observer = try #require(ProcessObserver.listening)
        let begun = observer.statementBegan(
          StatementShape("SELECT 1"), on: connection.evidence, inside: nil, batchSize: nil,
          text: {
            asked.text += 1
            return "SELECT 1"
          },
          parameters: {
            asked.parameters += 1
            return ["7"]
          })
        observer.statementEnded(try #require(begun), nil, message: nil)
      }
      return asked
    }
    #expect(try asked { _ in } == (0, 0))
    #expect(try asked { $0.redaction = .none } == (1, 0))
    #expect(
      try asked {
        $0.redaction = .columns(["email"])
        $0.recordsParameters = true
      } == (1, 1))
    #expect(
      try asked {
        $0.redaction = .none
        $0.capturesStatementText = false
      } == (0, 0))
  }
}
