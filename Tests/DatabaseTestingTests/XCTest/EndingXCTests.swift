import DatabaseTesting
import TestSupport
import XCTest

/// A test that is skipped is skipped, whatever its class expects.
final class SkippedXCTests: DatabaseTestCase {
  override var databaseExpectations: [DatabaseExpectation] { [.queries(2), .commits(1), .closedTransactions] }

  func testIsSkippedBeforeItAsksAnything() throws { throw XCTSkip("no server") }

  func testIsSkippedInTheMiddle() throws {
    _ = try Shop(authors: 1).authors()
    throw XCTSkip("no server")
  }

  func testIsSkippedInsideOfAScope() throws {
    try expectDatabase(.queries(5), .noNPlusOne) { throw XCTSkip("no server") }
  }

  func testIsSkippedWhenItAwaits() async throws {
    await Task.yield()
    throw XCTSkip("no server")
  }
}

/// The same where `setUp` skips.
final class SkippedInSetUpXCTests: DatabaseTestCase {
  override var databaseExpectations: [DatabaseExpectation] { [.queries(2)] }

  override func setUpWithError() throws { throw XCTSkip("no server") }

  func testIsNeverCalled() { XCTFail("it is skipped") }
}
