import DatabaseTesting
import XCTest

@testable import Ledger

/// The ledger on a pool that can be told to fail: every connection must come back, whatever happens.
final class LedgerTests: DatabaseTestCase {
  override var databaseExpectations: [DatabaseExpectation] { [.noLeaks, .balancedCheckouts, .peakLeases(...1)] }

  private var fake: TestPool!
  private var ledger: Ledger<TestPool>!

  override func setUpWithError() throws {
    let driver = FakePoolDriver(open: { try Connection(":memory:") }, close: { $0.close() })
    fake = TestPool(pool: FakePool(driver: driver, options: FakePoolOptions(size: 1), name: "ledger"))
    ledger = Ledger(pool: fake)
    try ledger.prepare()
    try ledger.open(account: 1, balance: 100)
    try ledger.open(account: 2, balance: 0)
  }

  func testATransferMovesMoney() throws {
    try ledger.transfer(30, from: 1, to: 2)
    XCTAssertEqual(try ledger.balance(of: 1), 70)
    XCTAssertEqual(try ledger.balance(of: 2), 30)
    XCTAssertEqual(recording.leases.map(\.state), [.returned, .returned, .returned])
    XCTAssertEqual(recording.updates.count, 2)
  }

  func testARefusedTransferGivesItsConnectionBack() throws {
    XCTAssertThrowsError(try ledger.transfer(1_000, from: 1, to: 2)) {
      XCTAssertEqual($0 as? LedgerError, .insufficientFunds(balance: 100))
    }
    XCTAssertEqual(recording.updates.count, 0)
  }

  func testADatabaseThatCannotBeOpened() throws {
    fake.pool.invalidateAll(reason: "the disk is gone")
    fake.pool.script(.open, .fail("no such disk"))
    XCTAssertThrowsError(try ledger.balance(of: 1)) { XCTAssertEqual(($0 as? PoolCheckoutError)?.failure, .openFailed) }
    XCTAssertEqual(fake.pool.statistics.leased, 0)
  }

  func testAnExhaustedPoolSaysWhoHasItsConnections() throws {
    let fake = try XCTUnwrap(fake)
    let lease = try fake.take()
    XCTAssertThrowsError(try ledger.balance(of: 1)) { error in
      XCTAssertTrue("\(error)".contains("Its connections are held by:\n  lease 4 on connection 1"), "\(error)")
    }
    fake.giveBack(lease)
  }
}
