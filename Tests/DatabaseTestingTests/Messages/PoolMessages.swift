import CSQLiteForTests
import DatabaseSupport
import TestSupport
import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

/// What is advised depends on the libraries of the program.
#if GRDB
  private let unwatchedFix = #"have GRDB's pool watched, as in DatabasePool(path: path).watched(name: "library")"#
#else
  private let unwatchedFix = "put the pool into a MonitoredPool, or have it tell a PoolMonitor of its checkouts"
#endif

/// What the expectations on pools and connections say. See ``Message``.
struct PoolMessage: Sendable, CustomTestStringConvertible {
  var expectation: DatabaseExpectation
  var passes: @Sendable () throws -> Void
  var fails: @Sendable () throws -> Void
  var text: String

  init(
    _ expectation: DatabaseExpectation, passes: @escaping @Sendable () throws -> Void,
    fails: @escaping @Sendable () throws -> Void, _ text: String
  ) {
    self.expectation = expectation
    self.passes = passes
    self.fails = fails
    self.text = text
  }

  var testDescription: String { expectation.name }

  /// What a program that fails does not let go of before the end of its scope.
  static let kept = Locked<[any Sendable]>([])

  private static func transfer(_ pool: StubPool) throws { try pool.withConnectionImmediately { _ in } }

  private static func transferAndForget(_ pool: StubPool) throws {
    let lease = try pool.checkoutImmediately()
    kept.withLock { $0.append(lease) }
  }

  private static func transferAndReturnTwice(_ pool: StubPool) throws {
    let lease = try pool.checkoutImmediately()
    try lease.checkin()
    try? lease.checkin()
  }

  static let all: [PoolMessage] = [
    PoolMessage(
      .noLeaks, passes: { try transfer(stubPool()) },
      fails: {
        let pool = stubPool()
        try transfer(pool)
        try transferAndForget(pool)
      },
      #"""
      Expected no leaked connections: lease 2 of pool "main" was never returned.
        taken at PoolMessages.swift:… in transferAndForget(_:)
        by aFailureOfAPoolSays(_:) [.noLeaks]
        leased, connection 1, 2 checkouts of it so far, held for … ms
        pool "main": ⟨idle 0, empty 0, leased 1, overflow 0, live 1⟩
        last events of connection 1:
          #2 connect
          #3 checkout, lease 1
          #4 reset, lease 1
          #5 checkin, lease 1
          #6 checkout, lease 2
        fix: give it back on every path, e.g. with withConnection { }
      """#),
    PoolMessage(
      .noLeaks, passes: { try transfer(stubPool()) },
      fails: {
        let pool = stubPool()
        _ = try pool.checkoutImmediately()
      },
      #"""
      Expected no leaked connections: lease 1 of pool "main" was dropped without being returned.
        taken at PoolMessages.swift:… in PoolMessage
        by aFailureOfAPoolSays(_:) [.noLeaks]
        abandoned, connection 1, 1 checkout of it so far, held for … ms
        pool "main": ⟨idle 0, empty 0, leased 0, overflow 0, live 0⟩
        last events of connection 1:
          #2 connect
          #3 checkout, lease 1
          #4 lease abandoned, lease 1
          #5 invalidate (abandoned)
          #6 close
        fix: give it back on every path, e.g. with withConnection { }
      """#),
    PoolMessage(
      .noLeaks, passes: { try transfer(stubPool()) }, fails: {},
      #"""
      .noLeaks cannot be checked: no pool was watched.
        no connection was taken here from a pool that is watched, and no library began a span
        fix: \#(unwatchedFix)
        or write .noLeaks.allowingNoQueries where nothing is to be taken; .closedConnections needs no pool
      """#),
    PoolMessage(
      .noLeaks, passes: { try transfer(stubPool()) }, fails: { _ = stubPool() },
      #"""
      .noLeaks saw no checkout, so it proves nothing.
        pool "main" was made here and gave no connection
        fix: call the code under test inside of the scope, or write .noLeaks.allowingNoQueries if none is right
      """#),
    PoolMessage(
      .balancedCheckouts, passes: { try transfer(stubPool()) }, fails: { try transferAndReturnTwice(stubPool()) },
      #"""
      Expected balanced checkouts: lease 1 of pool "main" was returned more than once.
        lease 1 of pool "main" was returned at PoolMessages.swift:… in transferAndReturnTwice(_:) and again at PoolMessages.swift:… in transferAndReturnTwice(_:)
        fix: return it in one place; somebody else may have the connection by the second time
      """#),
    PoolMessage(
      .balancedCheckouts, passes: { try transfer(stubPool()) },
      fails: {
        let monitor = PoolMonitor(name: "main", size: 1)
        let connection = monitor.observer.connected()
        let (first, second) = (monitor.observer.checkedOut(connection), monitor.observer.checkedOut(connection))
        monitor.observer.checkedIn(first)
        monitor.observer.checkedIn(second)
      },
      #"""
      Expected one holder for each connection: connection 1 of pool "main" was handed out while somebody had it.
        lease 1, taken at MessageTests.swift:… in MessageTests.aFailureOfAPoolSays(_:)
        lease 2, taken at MessageTests.swift:… in MessageTests.aFailureOfAPoolSays(_:)
        fix: have the pool give a connection to one caller at a time; one that means to share them says so with
          sharesConnections: true
      """#),
    PoolMessage(
      .balancedCheckouts, passes: { try transfer(stubPool()) },
      fails: {
        let monitor = PoolMonitor(name: "main", size: 1)
        let leases = [1, 2].map { _ in monitor.observer.checkedOut(monitor.observer.connected()) }
        for lease in leases { monitor.observer.checkedIn(lease) }
      },
      #"""
      Expected balanced checkouts: pool "main" has a size of 1, and 2 of its connections are open.
        pool "main": ⟨idle 1, empty 0, leased 1, overflow 1, live 2⟩
        fix: have the pool open no more than its size, or tell the monitor the size that it has

      Expected balanced checkouts: pool "main" has a size of 1, and 2 of its connections are handed out.
        pool "main": ⟨idle 0, empty 0, leased 2, overflow 1, live 2⟩
        fix: have the pool open no more than its size, or tell the monitor the size that it has
      """#),
    PoolMessage(
      .peakLeases(...1), passes: { try transfer(stubPool()) },
      fails: {
        let pool = stubPool()
        let leases = try [1, 2].map { _ in try pool.checkoutImmediately() }
        for lease in leases { try lease.checkin() }
      },
      #"""
      Expected up to 1 lease at one time, found 2.
        lease 1 of pool "main", taken at PoolMessages.swift:… in PoolMessage
        lease 2 of pool "main", taken at PoolMessages.swift:… in PoolMessage
        fix: give one back, or pass it on, before the next is taken; or let fewer tasks run at once
      """#),
    PoolMessage(
      .peakLeases(2...),
      passes: {
        let pool = stubPool()
        let leases = try [1, 2].map { _ in try pool.checkoutImmediately() }
        for lease in leases { try lease.checkin() }
      },
      fails: { try transfer(stubPool()) },
      #"""
      Expected at least 2 leases at one time, found 1.
        lease 1 of pool "main", taken at PoolMessages.swift:… in transfer(_:)
      """#),
    PoolMessage(
      .closedConnections, passes: { try SQLiteDatabase().close() },
      fails: {
        let database = try SQLiteDatabase()
        kept.withLock { $0.append(database) }
      },
      #"""
      Expected every connection to be closed: :memory: (…) is still open.
        opened at SQLiteDatabase.swift:… in SQLiteDatabase.init(_:)
        1 connection opened here, 1 still open
        fix: close it, or write .closedConnections(except: [":memory:"]) where it shall live on
      """#),
    PoolMessage(
      .closedConnections, passes: { try SQLiteDatabase().close() },
      fails: {
        let database = try SQLiteDatabase()
        try database.execute("CREATE TABLE book (id, title)")
        _ = try database.prepare("SELECT title FROM book WHERE id = 7")
        _ = sqlite3_close(database.handle)
        kept.withLock { $0.append(database) }
      },
      #"""
      Expected every connection to be closed: :memory: (…) is still open.
        opened at SQLiteDatabase.swift:… in SQLiteDatabase.init(_:)
        1 connection opened here, 1 still open
        its close was refused or put off: a statement of it is not finalized: SELECT title FROM book WHERE id = ?
        fix: finalize the statement, or let go of it, before the connection is closed
      """#),
  ]
}
