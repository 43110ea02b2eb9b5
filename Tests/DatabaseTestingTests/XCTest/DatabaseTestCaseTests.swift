import DatabaseTesting
import Dispatch
import TestSupport
import XCTest

/// Keeps the failures that a test expects, instead of failing.
class ExpectingFailures: DatabaseTestCase {
  // Used by the test's own thread only.
  nonisolated(unsafe) var failures: [(message: String, file: String, line: Int)] = []
  nonisolated(unsafe) var isExpecting = false

  #if !canImport(ObjectiveC)
    override func recordFailure(
      withDescription description: String, inFile filePath: String, atLine lineNumber: Int, expected: Bool
    ) {
      if isExpecting {
        failures.append((description, filePath, lineNumber))
      } else {
        super.recordFailure(withDescription: description, inFile: filePath, atLine: lineNumber, expected: expected)
      }
    }
  #endif

  func failures<R>(of body: () throws -> R) rethrows -> [(message: String, file: String, line: Int)] {
    isExpecting = true
    defer {
      isExpecting = false
      failures = []
    }
    _ = try body()
    return failures
  }
}

final class ExpectDatabaseXCTests: ExpectingFailures {
  func testAnExpectationThatHolds() throws {
    let shop = try Shop(authors: 3)
    XCTAssertEqual(try expectDatabase(.queries(1), .noNPlusOne) { try shop.authors() }, [1, 2, 3])
  }

  func testAnNPlusOneFailsAtTheLineOfTheCall() throws {
    try XCTSkipUnless(PlatformFeature.lines.isThere, "call sites have no lines on this platform")
    let shop = try Shop(authors: 3)
    let line = #line + 2
    let failures = try failures {
      try expectDatabase(.noNPlusOne) { try shop.authorsWithBooksOneByOne() }
    }
    XCTAssertEqual(failures.count, 1)
    XCTAssertEqual(failures.first?.line, line)
    XCTAssertTrue(failures.first?.file.hasSuffix("DatabaseTestCaseTests.swift") == true)
    XCTAssertTrue(
      failures.first?.message.contains(
        "Expected no N+1 queries, found 1: 3 of 4 queries load book.authorId one author at a time.") == true)
    XCTAssertTrue(failures.first?.message.contains("at Shop.swift:28 in Shop.books(of:)") == true)
  }

  func testAWrongCountABlindCheckADuplicateAndAnUnusedIgnoreFail() throws {
    let shop = try Shop(authors: 3)
    let messages = try failures {
      try expectDatabase(.queries(2)) { _ = try shop.authors() }
      expectDatabase(.noNPlusOne) {}
      try expectDatabase(.noDuplicateQueries) { for _ in 0..<2 { _ = try shop.setting(1) } }
      try expectDatabase(.noFailures.ignoring("SELECT 1 FROM x", because: "gone")) { _ = try shop.authors() }
    }.map(\.message)
    XCTAssertEqual(messages.count, 4)
    for (message, part) in zip(
      messages, ["Expected 2 queries, found 1.", "saw no query", "Expected no duplicate queries", "never ran"])
    {
      XCTAssertTrue(message.contains(part), message)
    }
  }

  func testTheAsynchronousForm() async throws {
    let shop = try Shop(authors: 3)
    let authors = try await expectDatabase(.queries(1)) {
      await Task.yield()
      return try shop.authors()
    }
    XCTAssertEqual(authors.count, 3)
  }
}

final class DatabaseTestCaseTests: DatabaseTestCase {
  // Set up before each test, on the thread that runs it.
  nonisolated(unsafe) private var shop: Shop!

  override var databaseExpectations: [DatabaseExpectation] { [.noNPlusOne, .queries(...2)] }

  override func setUpWithError() throws {
    shop = try Shop(authors: 3)
    try shop.authorsWithBooksOneByOne()
  }

  override func tearDown() {
    _ = try? shop.authorsWithBooksOneByOne()
  }

  func testSetUpAndTearDownAreApart() throws {
    XCTAssertTrue(recording.statements.isEmpty)
    _ = try shop.authors()
    XCTAssertEqual(recording.selects.count, 1)
    XCTAssertGreaterThan(recording.excludedCount, 10)
  }

  func testATestThatTouchesNoDatabaseIsLeftAlone() {}

  func testAsynchronously() async throws {
    await Task.yield()
    _ = try shop.authors()
    XCTAssertEqual(recording.selects.count, 1)
  }
}

#if !canImport(ObjectiveC)
  /// A test case that breaks its own expectations; run by the test below.
  private final class BreakingTestCase: DatabaseTestCase {
    nonisolated(unsafe) static var failures: [(message: String, file: String, line: Int)] = []

    override var databaseExpectations: [DatabaseExpectation] { [.noNPlusOne] }

    func breaks() throws {
      let shop = try withoutDatabaseRecording { try Shop(authors: 3) }
      try shop.authorsWithBooksOneByOne()
    }

    func breaksLater() async throws {
      let shop = try withoutDatabaseRecording { try Shop(authors: 3) }
      try await AsyncShop(shop: shop).authorsWithBooksOneByOne()
    }

    override func recordFailure(
      withDescription description: String, inFile filePath: String, atLine lineNumber: Int, expected: Bool
    ) {
      Self.failures.append((description, filePath, lineNumber))
    }
  }

  final class BreakingTestCaseTests: XCTestCase {
    private func failure(of name: String, _ body: @escaping (BreakingTestCase) throws -> Void) throws -> (
      message: String, file: String, line: Int
    ) {
      BreakingTestCase.failures = []
      BreakingTestCase(name: "BreakingTestCase.\(name)") { testCase in
        try body(try XCTUnwrap(testCase as? BreakingTestCase))
      }.invokeTest()
      XCTAssertEqual(BreakingTestCase.failures.count, 1)
      return try XCTUnwrap(BreakingTestCase.failures.first)
    }

    func testAFailureLandsInTheTestMethod() throws {
      try XCTSkipUnless(PlatformFeature.lines.isThere, "call sites have no lines on this platform")
      let failure = try failure(of: "breaks") { try $0.breaks() }
      XCTAssertTrue(failure.message.hasPrefix("Expected no N+1 queries, found 1: 3 of 4 queries"), failure.message)
      XCTAssertTrue(failure.file.hasSuffix("DatabaseTestCaseTests.swift"), failure.file)
      XCTAssertEqual(failure.line, 123)
    }

    func testAFailureOfAnAsynchronousTestLandsWhereItBegins() throws {
      try XCTSkipUnless(PlatformFeature.lines.isThere, "call sites have no lines on this platform")
      let failure = try failure(of: "breaksLater") { testCase in
        // As XCTest runs an asynchronous test: on another thread, while this one waits.
        let done = DispatchSemaphore(value: 0)
        nonisolated(unsafe) let testCase = testCase  // used by the task alone until it is done
        Task {
          try? await testCase.breaksLater()
          done.signal()
        }
        done.wait()
      }
      XCTAssertTrue(failure.file.hasSuffix("DatabaseTestCaseTests.swift"), failure.file)
      XCTAssertTrue((126...129).contains(failure.line), "\(failure.line)")
    }
  }
#endif
