package import DatabaseInstrumentation
internal import DatabaseSupport

/// Leases that no task tells the test of.
extension PoolSnapshot {
  var unattributedNotes: [String] {
    unattributed.prefix(5).map { lease in
      "unattributed: 1 lease of pool \"\(lease.pool)\"" + (lease.callSite.map { ", taken at \($0)" } ?? "")
    } + (unattributed.count > 5 ? ["unattributed: \((unattributed.count - 5).counted("more lease"))"] : [])
  }
}

/// The leaks that one of the tests of a suite must have, and none can be told to have.
package enum SuiteLeaks {
  /// Each lease once, whoever asks.
  package static func findings(of suite: RecordedSuite) -> [Finding] {
    UnattributedLeases.shared.takeLeaks(of: suite).map { lease in
      var details = lease.callSite.map { ["  taken at \($0)"] } ?? []
      details += [
        "  in a task that is no test's, by one of the tests of this suite: no other test used the pool",
        "  \(lease.state), connection \(lease.connection)",
        "  fix: give it back on every path, e.g. with withConnection { }",
      ]
      return Finding(
        kind: .leak,
        headline: "Expected no leaked connections: lease \(lease.id) of pool \"\(lease.pool)\" was \(lease.verdict).",
        details: details, callSite: lease.callSite, place: lease.place, subject: ObjectIdentifier(lease.entry))
    }
  }
}
