import DatabaseTesting
import XCTest

@testable import Ledger

/// The ledger's own pool.
final class SmallPoolTests: XCTestCase {
  func testItKeepsTheContract() async {
    // A thread that waits for the pool's condition cannot be cancelled.
    let breaches = await checkPoolContract(rules: .standard, except: [.cancelledWaitEnds]) { size in
      Subject(pool: SmallPool(size: size) { try Connection(":memory:") })
    }
    XCTAssertEqual(breaches, [])
  }

  func testTransfersOnTheRealPool() throws {
    try expectDatabase(.noLeaks, .closedConnections) {
      let (pool, ledger) = try smallLedger()
      try ledger.transfer(30, from: 1, to: 2)
      XCTAssertEqual(try ledger.balance(of: 2), 30)
      pool.close()
    }
  }

  func testARefusedTransferLeavesNothingOpen() throws {
    try expectDatabase(.noLeaks, .closedConnections) {
      let (pool, ledger) = try smallLedger()
      XCTAssertThrowsError(try ledger.transfer(1_000, from: 1, to: 2))
      pool.close()
    }
  }

  private func smallLedger() throws -> (SmallPool, Ledger<WatchedPool>) {
    let pool = SmallPool(size: 2) { try Connection(":memory:") }
    let ledger = Ledger(pool: WatchedPool(pool: pool))
    try ledger.prepare()
    try ledger.open(account: 1, balance: 100)
    try ledger.open(account: 2, balance: 0)
    return (pool, ledger)
  }
}

/// A pool that blocks threads, for a contract whose callers are tasks.
private struct Subject: ContractPool {
  let pool: SmallPool

  func checkout() async throws -> Lease {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try pool.take() }) }
    }
  }

  func checkin(_ lease: Lease) async throws { pool.giveBack(lease) }
  func connectionID(of lease: Lease) -> ObjectIdentifier { ObjectIdentifier(lease.connection) }
  func close() async { pool.close() }
  var waiting: Int? { get async { pool.waiting } }
}
