#if os(Linux)
  import DatabaseTesting
  import Dispatch
  import TestSupport
  import XCTest

  /// Each of them has an N+1.
  final class GuiltyTests: XCTestCase {
    /// Opened before the first test, and used by all of them.
    private static let shared = try! Shop(authors: 3)
    private var shop: Shop!

    override func setUpWithError() throws {
      shop = try Shop(authors: 3)
    }

    override func tearDown() {
      shop = nil
    }

    func testOneByOne() throws { try Self.shared.authorsWithBooksOneByOne() }

    func testOneByOneAgain() throws { try Self.shared.authorsWithBooksOneByOne() }

    func testOneByOneOnAQueue() throws {
      let (shop, done) = (shop!, DispatchSemaphore(value: 0))
      DispatchQueue.global().async {
        _ = try? shop.authorsWithBooksOneByOne()
        done.signal()
      }
      done.wait()
    }

    func testOneByOneInATask() async throws {
      await Task.yield()
      let shop = shop!
      _ = try await Task { try shop.authorsWithBooksOneByOne() }.value
    }

    func testOneByOneInARecording() throws {
      let recording = try recordDatabase { try Self.shared.authorsWithBooksOneByOne() }
      XCTAssertEqual(recording.queries.count, 4)
    }

    func testATeardownBlockOneByOne() throws {
      let shop = shop!
      addTeardownBlock { _ = try? shop.authorsWithBooksOneByOne() }
    }
  }

  /// None of them has one.
  final class InnocentTests: XCTestCase {
    private static let shared = try! Shop(authors: 3)

    override func tearDownWithError() throws { try Self.shared.authorsWithBooksOneByOne() }

    func testTogether() throws { try Self.shared.authorsWithBooks() }

    func testNothing() {}

    func testAFixtureOneByOne() throws {
      _ = try withoutDatabaseRecording { try Self.shared.authorsWithBooksOneByOne() }
      _ = try Self.shared.authors()
    }

    func testOneOfThem() throws {
      _ = try Self.shared.authors()
      _ = try Self.shared.books(of: 1)
    }

    func testAnotherOfThem() throws { _ = try Self.shared.books(of: 2) }

    func testSkipped() throws {
      try Self.shared.authorsWithBooksOneByOne()
      throw XCTSkip("not today")
    }
  }

  final class LeakingTests: XCTestCase {
    private let pool = FakePool(
      driver: FakePoolDriver(open: { 1 }), options: FakePoolOptions(size: 2), name: "main")
    nonisolated(unsafe) private static var kept: [FakePool<Int>.Lease] = []

    func testLeavesAConnection() throws { Self.kept.append(try pool.checkoutImmediately()) }

    func testGivesItBackInATeardownBlock() throws {
      let lease = try pool.checkoutImmediately()
      addTeardownBlock { try? lease.checkin() }
    }
  }

  final class EndingTests: XCTestCase {
    private struct Broken: Error {}

    func testThrows() throws {
      let shop = try withoutDatabaseRecording { try Shop(authors: 3) }
      try shop.authorsWithBooksOneByOne()
      throw Broken()
    }

    func testFailsByItself() throws { XCTFail("wrong") }
  }

  /// Installs the observer inside of a test, which is too late for that one.
  final class LateTests: XCTestCase {
    func testIsUnrecorded() throws {
      DatabaseTestObserver.install(.queries(0))
      _ = try Shop(authors: 1).authors()
    }

    func testIsRecorded() throws { _ = try Shop(authors: 1).authors() }
  }

  final class InstallingTests: XCTestCase {
    override class func setUp() { DatabaseTestObserver.install(.noNPlusOne, .queries(...100)) }

    func testOneByOne() throws { try Shop(authors: 3).authorsWithBooksOneByOne() }
  }

  /// Records by itself, and is held to both.
  final class OwnTests: DatabaseTestCase {
    private var shop: Shop!

    override var databaseExpectations: [DatabaseExpectation] { [.noWrites, .noNPlusOne] }

    override func setUpWithError() throws {
      shop = try Shop(authors: 3)
      try shop.authorsWithBooksOneByOne()
    }

    func testOneByOne() throws { try shop.authorsWithBooksOneByOne() }

    func testInSetUpOnly() throws { _ = try shop.authors() }
  }

  /// Records by calls.
  final class NamedTests: XCTestCase {
    func testRecords() throws {
      for _ in 0..<2 { XCTAssertEqual(try recordDatabase { _ = try Shop(authors: 1).authors() }.selects.count, 1) }
    }

    func testExpects() throws {
      let shop = try Shop(authors: 3)
      try expectDatabase(.noNPlusOne) { try shop.authorsWithBooksOneByOne() }
    }
  }

  final class CheapTests: XCTestCase {
    func testNothing() {}
  }
#endif
