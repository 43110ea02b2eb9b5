import TestSupport
import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

/// A pool that tells a monitor what it does, right or wrong.
struct ObservedPoolTests {
  private let monitor = PoolMonitor(name: "main", size: 2)
  private var observer: PoolObserver { monitor.observer }

  private func check(_ body: (PoolObserver) throws -> Void) rethrows -> [Finding] {
    try recordDatabase { try body(observer) }
      .check(.noLeaks.allowingNoQueries, .balancedCheckouts.allowingNoQueries)
  }

  @Test func aConnectionThatTheServerClosesIsReturnedOnce() {
    let findings = check { observer in
      let connection = observer.connected()
      let lease = observer.checkedOut(connection)
      observer.closed(connection)
      observer.checkedIn(lease)
    }
    #expect(findings.isEmpty)
    #expect(monitor.statistics == PoolStatistics())
    #expect(monitor.outstandingLeases.isEmpty)
    #expect(monitor.totals.leases == 1 && monitor.totals.checkins == 1 && monitor.totals.invalidations == 0)
  }

  @Test func oneThatIsNeverReturnedIsALeak() {
    let findings = check { observer in
      let connection = observer.connected()
      _ = observer.checkedOut(connection)
      observer.closed(connection)
    }
    #expect(findings.map(\.kind) == [.leak])
    #expect(findings.first?.headline.hasSuffix("was never returned.") == true)
  }

  @Test func oneThatIsReturnedTwiceIsNotBalanced() {
    let findings = check { observer in
      let connection = observer.connected()
      let lease = observer.checkedOut(connection)
      observer.closed(connection)
      observer.checkedIn(lease)
      observer.checkedIn(lease)
    }
    #expect(findings.map(\.kind) == [.doubleCheckin])
  }

  /// The other orders in which pools tell of the same.
  @Test(arguments: ["invalidated", "invalidatedFirst", "abandoned", "detached"])
  func otherEndsOfALeaseWithoutItsConnection(_ end: String) {
    let findings = check { observer in
      let connection = observer.connected()
      let lease = observer.checkedOut(connection)
      if end == "invalidatedFirst" { observer.invalidated(lease) }
      observer.closed(connection)
      switch end {
      case "invalidated": observer.invalidated(lease)
      case "abandoned": observer.abandoned(lease)
      case "detached": observer.detached(lease)
      default: observer.checkedIn(lease)
      }
    }
    #expect(findings.map(\.kind) == (end == "abandoned" ? [.leak] : []))
    #expect(monitor.statistics == PoolStatistics())
  }

  @Test func closingUnderTheHolderFreesTheSlot() {
    let findings = check { observer in
      let first = observer.checkedOut(observer.connected())
      let second = observer.checkedOut(observer.connected())
      observer.closed(first.connection)
      let third = observer.checkedOut(observer.connected())
      #expect(monitor.statistics.leased == 2 && monitor.statistics.live == 2)
      for lease in [first, second, third] { observer.checkedIn(lease) }
    }
    #expect(findings.isEmpty)
    #expect(monitor.statistics.idle == 2)
  }

  /// What is kept of leases without a connection is bounded, and what is forgotten is nobody's fault.
  @Test func aThousandClosuresUnderTheirHolders() {
    let findings = check { observer in
      var leases: [PoolObserver.Lease] = []
      for _ in 0..<1_500 {
        let connection = observer.connected()
        leases.append(observer.checkedOut(connection))
        observer.closed(connection)
      }
      for lease in leases { observer.checkedIn(lease) }
    }
    #expect(findings.filter { $0.kind != .leak }.isEmpty)
  }

  @Test func oneConnectionForTwoHolders() throws {
    var lines: [Int] = []
    let findings = check { observer in
      let connection = observer.connected()
      lines.append(#line + 1)
      let first = observer.checkedOut(connection, site: CheckoutSite())
      lines.append(#line + 1)
      let second = observer.checkedOut(connection, site: CheckoutSite())
      observer.checkedIn(first)
      observer.checkedIn(second)
    }
    #expect(findings.map(\.kind) == [.doubleCheckout])
    let finding = try #require(findings.first)
    #expect(finding.place?.location.line == lines[1])
    #expect(
      finding.message == """
        Expected one holder for each connection: connection 1 of pool "main" was handed out while somebody had it.
          lease 1, taken at ObservedPoolTests.swift:\(lines[0]) in \(#function)
          lease 2, taken at ObservedPoolTests.swift:\(lines[1]) in \(#function)
          fix: have the pool give a connection to one caller at a time; one that means to share them says so with
            sharesConnections: true
        """)
  }

  @Test(arguments: [DatabaseExpectation.noLeaks, .balancedCheckouts])
  func eachExpectationFindsIt(_ expectation: DatabaseExpectation) {
    let recording = recordDatabase {
      let connection = observer.connected()
      let leases = (1...2).map { _ in observer.checkedOut(connection) }
      for lease in leases { observer.checkedIn(lease) }
    }
    #expect(recording.check(expectation).map(\.kind) == [.doubleCheckout])
  }

  /// A pool of connections that pipeline.
  @Test func onlyAPoolThatSharesMayDoIt() {
    let sharing = PoolMonitor(name: "pipelined", size: 1, sharesConnections: true)
    let recording = recordDatabase {
      let connection = sharing.observer.connected()
      let leases = (1...3).map { _ in sharing.observer.checkedOut(connection) }
      for lease in leases { sharing.observer.checkedIn(lease) }
    }
    #expect(recording.check(.noLeaks, .balancedCheckouts).isEmpty)
  }

  @Test func oneAfterTheOtherIsInOrder() {
    let findings = check { observer in
      let connection = observer.connected()
      for _ in 1...3 { observer.checkedIn(observer.checkedOut(connection)) }
    }
    #expect(findings.isEmpty)
  }

  @Test func anUnknownConnectionIsALeaseAndAMisuse() {
    let recording = recordDatabase { _ = observer.checkedOut(99) }
    #expect(recording.leases.map(\.connection) == [99])
    #expect(recording.check(.noLeaks).map(\.kind) == [.leak])
    let findings = recording.check(.balancedCheckouts)
    #expect(findings.map(\.kind) == [.leak, .poolMisuse])
    #expect(
      findings.last?.headline == """
        Expected balanced checkouts: connection 99 of pool "main" was handed out and the pool had not told that it opened it.
        """)
    #expect(observer.connected() == 100)
  }

  @Test func aClosedConnectionThatIsHandedOutIsAMisuse() {
    let findings = check { observer in
      let connection = observer.connected()
      observer.closed(connection)
      observer.checkedIn(observer.checkedOut(connection))
    }
    #expect(findings.map(\.kind) == [.poolMisuse])
    #expect(findings.first?.headline.hasSuffix("was handed out and had been closed before.") == true)
  }

  @Test func aDetachedConnectionThatIsHandedOutIsAMisuse() {
    let findings = check { observer in
      let lease = observer.checkedOut(observer.connected())
      observer.detached(lease)
      observer.checkedIn(observer.checkedOut(lease.connection))
    }
    #expect(findings.map(\.kind) == [.poolMisuse])
    #expect(monitor.statistics.idle == 1 && monitor.statistics.detachedOpen == 0)
  }

  @Test func moreConnectionsThanTheSize() {
    let findings = check { observer in for _ in 1...3 { observer.connected() } }
    #expect(
      findings.map(\.headline) == [
        "Expected balanced checkouts: pool \"main\" has a size of 2, and 3 of its connections are open."
      ])
  }

  @Test func asManyAsTheSizeAndTheOverflowAreInOrder() {
    let monitor = PoolMonitor(name: "main", size: 2, maxOverflow: 1)
    let recording = recordDatabase {
      let leases = (1...3).map { _ in monitor.observer.checkedOut(monitor.observer.connected()) }
      for lease in leases { monitor.observer.checkedIn(lease) }
    }
    #expect(recording.check(.balancedCheckouts).isEmpty)
  }

  /// A detached connection is none of the pool's any more.
  @Test func detachedConnectionsDoNotCount() {
    let findings = check { observer in
      let detached = (1...3).map { _ in
        let lease = observer.checkedOut(observer.connected())
        observer.detached(lease)
        return lease
      }
      for lease in detached { observer.closed(lease.connection) }
    }
    #expect(findings.isEmpty)
  }

  @Test func aUsageViolationIsNotBalanced() {
    let findings = check { observer in
      let lease = observer.checkedOut(observer.connected())
      observer.checkedIn(lease)
      observer.invalidated(lease)
    }
    #expect(
      findings.map(\.headline) == [
        "Expected balanced checkouts: lease 1 of pool \"main\" was invalidated and was over already."
      ])
  }

  @Test func aLeaseOfAnotherPoolIsAMisuse() {
    let other = PoolMonitor(name: "other", size: 3)
    let findings = check { observer in
      let lease = (1...2).map { _ in other.observer.checkedOut(other.observer.connected()) }[1]
      observer.checkedIn(observer.checkedOut(observer.connected()))
      observer.checkedIn(lease)
    }
    #expect(
      findings.filter { $0.kind == .poolMisuse }.map(\.headline) == [
        "Expected balanced checkouts: lease 2 of pool \"main\" was returned and never taken."
      ])
  }

  @Test func aDoubleReturnNamesBothLines() throws {
    var lines: [Int] = []
    let findings = check { observer in
      let lease = observer.checkedOut(observer.connected())
      lines.append(#line + 1)
      observer.checkedIn(lease, site: CheckoutSite())
      lines.append(#line + 1)
      observer.checkedIn(lease, site: CheckoutSite())
    }
    let finding = try #require(findings.first)
    #expect(
      finding.message.contains(
        "  lease 1 of pool \"main\" was returned at ObservedPoolTests.swift:\(lines[0]) in \(#function) and again at ObservedPoolTests.swift:\(lines[1]) in \(#function)\n"
      ), "\(finding.message)")
    #expect(monitor.events.last?.connection == 1)
  }

  /// Where the lines are not handed over, they are those outside of the pool's own file.
  @Test(.needs(.lines)) func soDoesOneWhoseLinesTheStackTells() throws {
    var lines: [Int] = []
    let findings = check { observer in
      let lease = observer.checkedOut(observer.connected())
      lines.append(#line + 1)
      reportCheckin(to: monitor, lease)
      lines.append(#line + 1)
      reportCheckin(to: monitor, lease)
    }
    let finding = try #require(findings.first)
    for line in lines { #expect(finding.message.contains("ObservedPoolTests.swift:\(line) in "), "\(finding.message)") }
  }

  @Test func aSoftInvalidationEndsNothing() {
    let findings = check { observer in
      let lease = observer.checkedOut(observer.connected())
      observer.softInvalidated(lease.connection, reason: "old")
      observer.checkedIn(lease)
    }
    #expect(findings.isEmpty)
    #expect(monitor.count(of: .softInvalidate(nil)) == 1)
  }
}
