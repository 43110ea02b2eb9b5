import DatabaseSupport
import DatabaseTesting
import TestSupport
import Testing

#if canImport(XCTest)
  import XCTest
#endif

/// What is said of a scope that does not run to its end: only what is wrong whatever the rest would have done.
@Suite struct EndingTests {
  private struct Broken: Error {}

  /// The messages of the issues that `body` records.
  private func messages(_ body: () async throws -> Void) async -> [String] {
    let found = Locked<[String]>([])
    await withKnownIssue(isIntermittent: true) {
      do { try await body() } catch {}
    } matching: { issue in
      found.withLock { $0.append(issue.comments.map(\.rawValue).joined()) }
      return true
    }
    return found.withLock { $0 }
  }

  private func ended(
    by error: any Error, _ expectations: DatabaseExpectation..., after body: (Shop) throws -> Void = { _ in }
  ) async throws -> [String] {
    let shop = try withoutDatabaseRecording { try Shop(authors: 3) }
    return await messages {
      for expectation in expectations {
        try? expectDatabase(expectation) {
          try body(shop)
          throw error
        }
      }
    }
  }

  @Test func whatNeedsAWholeBodyIsNotJudged() async throws {
    let found = try await ended(
      by: Broken(), .queries(2), .noNPlusOne, .noWrites, .flush(inserted: ["book": 1]), .commits(1), .noDurableWrites,
      .executes("SELECT 1"), .loads(.selectIn, of: "book.authorId", 1), .noNPlusOne.not,
      .noFailures.ignoring("SELECT 1 FROM x", because: "gone"))
    #expect(found == [])
  }

  @Test func whatIsWrongAlreadyIsTold() async throws {
    let found = try await ended(
      by: Broken(), .noNPlusOne, .queries(...3), .queries(1), .noLazyLoads,
      .neverExecutes("SELECT id FROM author ORDER BY id")
    ) { try $0.authorsWithBooksOneByOne() }
    #expect(found.count == 5)
    #expect(found.allSatisfy { $0.hasPrefix("Besides the Broken that was thrown: Expected ") })
    #expect(try await ended(by: Broken(), .queries(9)) { try $0.authorsWithBooksOneByOne() } == [])
  }

  @Test func aTransactionThatIsLeftOpenIsTold() async throws {
    let found = try await ended(by: Broken(), .closedTransactions) { try $0.database.execute("BEGIN") }
    #expect(found.count == 1)
  }

  @Test func aScopeThatIsLeftFailsForLeaksAlone() async throws {
    let errors: [any Error] = [CancellationError()]
    for error in errors {
      let found = try await ended(by: error, .noNPlusOne, .queries(1), .closedTransactions) { shop in
        try shop.database.execute("BEGIN")
        try shop.authorsWithBooksOneByOne()
      }
      #expect(found == [])
    }
    #if canImport(XCTest)
      #expect(try await ended(by: XCTSkip("no server"), .queries(2), .noNPlusOne) == [])
    #endif
  }

  @Test func aLeakIsToldHoweverTheScopeEnds() async throws {
    for error in [Broken(), CancellationError()] as [any Error] {
      let pool = stubPool()
      let found = await messages {
        try? await expectDatabase(.noLeaks) {
          _ = try await pool.checkout()
          throw error
        }
      }
      #expect(found.count == 1)
      _ = pool.close()
    }
  }

  @Test func anErrorThatTheBodyHandlesIsNone() async throws {
    let shop = try withoutDatabaseRecording { try Shop(authors: 3) }
    let found = await messages {
      try expectDatabase(.queries(2)) {
        do { throw Broken() } catch {}
        _ = try shop.authors()
      }
    }
    #expect(found.count == 1)
  }

  @Test(.database(.queries(2), .noNPlusOne)) func aTestThatIsCancelled() throws {
    try Test.cancel("nothing to test here")
  }
}
