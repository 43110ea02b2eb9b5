import DatabaseTesting
import Dispatch
import Foundation
import TestSupport
import XCTest

#if os(Linux)
  /// A database that a `DatabaseTestCase` opens in `setUp` is the test's, also where the test's work loses its task.
  final class SetUpTests: DatabaseTestCase {
    nonisolated(unsafe) private static var ofTheClass: Shop?
    private var shop: Shop?

    override class func setUp() {
      ofTheClass = try? Shop(authors: 3)
    }

    override class func tearDown() {
      ofTheClass = nil
    }

    override func setUpWithError() throws {
      shop = try Shop(authors: 3)
    }

    override func tearDownWithError() throws {
      // Of the fixture again.
      _ = try shop?.authors()
      XCTAssertLessThanOrEqual(recording.queries.count, 4)
      shop = nil
    }

    private func onAQueue(_ body: @escaping @Sendable () throws -> Void) {
      let done = DispatchSemaphore(value: 0)
      DispatchQueue.global().async {
        try? body()
        done.signal()
      }
      done.wait()
    }

    func testOnAQueue() throws {
      let shop = try XCTUnwrap(shop)
      onAQueue { try shop.authorsWithBooksOneByOne() }
      XCTAssertEqual(recording.queries.count, 4)
      XCTAssertEqual(recording.check(.noNPlusOne).count, 1)
    }

    func testInADetachedTask() async throws {
      let shop = try XCTUnwrap(shop)
      _ = try await Task.detached { try shop.authorsWithBooksOneByOne() }.value
      XCTAssertEqual(recording.check(.noNPlusOne).count, 1)
    }

    func testInAnInnerScope() throws {
      let shop = try XCTUnwrap(shop)
      let inner = recordDatabase { onAQueue { _ = try shop.authors() } }
      XCTAssertEqual(inner.queries.count + recording.queries.count >= 1, true)
      XCTAssertEqual(recording.queries.count, 1)
    }

    func testADatabaseOfTheClass() throws {
      let shop = try XCTUnwrap(Self.ofTheClass)
      onAQueue { try shop.authorsWithBooksOneByOne() }
      XCTAssertEqual(recording.queries.count, 4)
    }

    func testWhatSetUpDidIsLeftOut() throws {
      XCTAssertEqual(recording.queries.count, 0)
      XCTAssertGreaterThan(recording.excludedCount, 0)
    }
  }
#endif
