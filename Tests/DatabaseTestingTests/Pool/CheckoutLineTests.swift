import TestSupport
import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

/// The line that took a connection, where it is not handed to the pool: outside of the file that asks the pool.
struct CheckoutLineTests {
  @Test(.needs(.lines)) func theLineIsOutsideOfTheAdapter() throws {
    let pool = stubPool()
    var line = 0
    let recording = try recordDatabase {
      line = #line + 1
      let lease = try takeBehindAProtocol(pool)
      try lease.checkin()
    }
    #expect(recording.leases.map { $0.callSite?.fileName } == ["CheckoutLineTests.swift"])
    #expect(recording.leases.map { $0.callSite?.line } == [line])
  }

  @Test(.needs(.lines)) func theLineOfAPoolThatReportsItself() throws {
    let monitor = PoolMonitor(name: "reporting")
    let connection = monitor.observer.connected()
    var line = 0
    let recording = recordDatabase {
      line = #line + 1
      reportCheckout(to: monitor, connection)
    }
    #expect(recording.leases.map { $0.callSite?.line } == [line])
    let finding = try #require(recording.check(.noLeaks).first)
    #expect(finding.place?.location.line == line)
    #expect(finding.message.contains("  taken at CheckoutLineTests.swift:\(line) in "))
  }
}
