internal import DatabaseInstrumentation

extension DatabaseExpectation {
  /// Nothing is left behind: every connection that was taken from a pool came back, and every span was ended.
  ///
  /// ```swift
  /// @Suite(.database(.noLeaks))
  /// ```
  ///
  /// The verdict is the pools' own tables at the exact end of the scope; nothing waits. Each leak is an issue of its own, at
  /// the line that took the connection, on the test that did it:
  ///
  /// ```text
  /// Bank.swift:12: error: Expected no leaked connections: lease 3 of pool "main" was never returned.
  ///   taken at Bank.swift:12 in transfer(_:)
  ///   by transfers(amount:) [7]
  ///   leased, connection 1, 2 checkouts of it so far, held for 250 ms
  ///   last statement: #4 UPDATE account SET balance = ?  1 row changed, 12 µs
  ///   pool "main": ⟨idle 0, empty 0, leased 1, overflow 0, live 1⟩
  ///   last events of connection 1:
  ///     #7 checkout, lease 3
  ///   fix: give it back on every path, e.g. with withConnection { }
  /// ```
  ///
  /// A connection that was handed to two callers at a time fails it as well, with the lines of both:
  ///
  /// ```text
  /// Bank.swift:31: error: Expected one holder for each connection: connection 1 of pool "main" was handed out while somebody had it.
  ///   lease 1, taken at Bank.swift:12 in transfer(_:)
  ///   lease 2, taken at Bank.swift:31 in audit()
  /// ```
  ///
  /// A lease that a detached task takes from a pool which several tests use can be told to be nobody's: it fails the suite whose
  /// tests alone used the pool, is listed by `DatabaseLeakGuard`, and never fails a test.
  ///
  /// Where no connection was taken from a pool that is watched and no library began a span, it fails as blind: of a pool that tells
  /// nobody what it does nothing is known.
  ///
  /// ```text
  /// .noLeaks cannot be checked: no pool was watched.
  ///   no connection was taken here from a pool that is watched, and no library began a span
  ///   fix: put the pool into a MonitoredPool, or have it tell a PoolMonitor of its checkouts
  ///   or write .noLeaks.allowingNoQueries where nothing is to be taken; .closedConnections needs no pool
  /// ```
  ///
  /// Inherited from a suite it is silent there, as other expectations are in a test that touches no database.
  public static var noLeaks: Self {
    var expectation = DatabaseExpectation(name: ".noLeaks", needsQueries: false) { recording, _ in
      let report = LeakReport(recording: recording)
      return report.leases + report.doubleCheckouts + Analysis(recording).unfinishedSpans()
    }
    expectation.poolNeed = .checkoutOrSpan
    expectation.findsLeaks = true
    return expectation
  }

  /// Every connection that was taken from a pool came back, exactly once.
  ///
  /// What ``noLeaks`` says of pools, no lease returned twice, and nothing that a pool or its user cannot have meant, such as more
  /// connections than the pool's size:
  ///
  /// ```text
  /// Expected balanced checkouts: lease 1 of pool "main" was returned more than once.
  ///   lease 1 of pool "main" was returned at Bank.swift:14 in transfer() and again at Bank.swift:20 in transfer()
  ///   fix: return it in one place; somebody else may have the connection by the second time
  /// ```
  ///
  /// Where no connection was taken from a pool that is watched, it fails as blind.
  public static var balancedCheckouts: Self {
    var expectation = DatabaseExpectation(name: ".balancedCheckouts", needsQueries: false) { recording, _ in
      let report = LeakReport(recording: recording)
      return report.all
    }
    expectation.findsLeaks = true
    expectation.poolNeed = .checkout
    return expectation
  }

  /// How many connections the scope has at one time, of all pools together.
  ///
  /// ```text
  /// Expected up to 2 leases at one time, found 3.
  ///   lease 1 of pool "main", taken at Bank.swift:12 in transfer(_:)
  ///   lease 2 of pool "main", taken at Bank.swift:13 in transfer(_:)
  ///   lease 3 of pool "main", taken at Bank.swift:31 in audit()
  ///   fix: give one back, or pass it on, before the next is taken; or let fewer tasks run at once
  /// ```
  ///
  /// Where no connection was taken from a pool that is watched, it fails as blind, unless none is what is expected: `.peakLeases(0)`.
  ///
  /// - Parameter count: An integer or a range of integers.
  public static func peakLeases(_ count: some ExpectedCount) -> Self {
    let range = count.expectedCount
    var expectation = DatabaseExpectation(
      name: ".peakLeases(\(range.source))", needsQueries: false, problem: range.problem
    ) { recording, _ in
      let peak = LeakReport(recording: recording).peak
      if range.contains(peak.count) { return [] }
      var lines = peak.at.prefix(10).map { lease in
        let site = lease.callSite.map { ", taken at \($0)" } ?? ""
        return "  lease \(lease.id) of pool \"\(lease.pool)\"\(site)"
      }
      if peak.count > 10 { lines.append("  and \(peak.count - 10) more") }
      if range.allowsSome, range.isExceeded(by: peak.count) {
        lines.append(
          "  fix: give one back, or pass it on, before the next is taken; or let fewer tasks run at once")
      }
      return [
        Finding(
          kind: .count,
          headline: "Expected \(range) \(range.noun("lease", "leases")) at one time, found \(peak.count).",
          details: lines, count: peak.count, isFinal: range.isExceeded(by: peak.count))
      ]
    }
    if range.contains(1) { expectation.poolNeed = .checkout }
    return expectation
  }

  /// Every SQLite connection that was opened in the scope is closed at its end.
  ///
  /// Opening and closing are seen exactly, without a pool or a wrapper. A connection that was open before, or that a fixture
  /// opened in `withoutDatabaseRecording`, is none of the scope.
  ///
  /// ```text
  /// Library.swift:12: error: Expected every connection to be closed: library.sqlite (2) is still open.
  ///   opened at Library.swift:12 in Library.init(path:)
  ///   1 connection opened here, 1 still open
  ///   fix: close it, or write .closedConnections(except: ["library.sqlite"]) where it shall live on
  /// ```
  public static var closedConnections: Self { closedConnections(name: ".closedConnections", except: []) }

  /// Every SQLite connection that was opened in the scope is closed at its end, but for those with one of these names.
  ///
  /// - Parameter names: As `ConnectionInfo.name` has it: the file's name, or `:memory:`.
  public static func closedConnections(except names: [String]) -> Self {
    closedConnections(name: ".closedConnections(except: \(names))", except: names)
  }

  private static func closedConnections(name: String, except names: [String]) -> Self {
    DatabaseExpectation(name: name, needsQueries: false) { recording, _ in
      LeakReport(recording: recording).connections(except: names)
    }
  }
}
