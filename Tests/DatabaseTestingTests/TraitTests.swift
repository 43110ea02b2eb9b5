import DatabaseTesting
import TestSupport
import Testing

/// Expects exactly one issue of the test, recorded after its body by the `.database` trait inside of it.
struct ExpectedIssueTrait: TestTrait, TestScoping {
  let prefix: String

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    try await withKnownIssue {
      try await function()
    } matching: { issue in
      let message = issue.comments.map(\.rawValue).joined()
      return message.hasPrefix(prefix) && issue.sourceLocation == test.sourceLocation
    }
  }
}

extension TestTrait where Self == ExpectedIssueTrait {
  static func expectedIssue(_ prefix: String) -> Self { ExpectedIssueTrait(prefix: prefix) }
}

@Suite struct TestTraitTests {
  @Test(.database(.queries(...1), .noNPlusOne))
  func anExpectationThatHolds() throws {
    let shop = try withoutDatabaseRecording { try Shop(authors: 3) }
    _ = try shop.authors()
  }

  @Test(.expectedIssue("Expected 1 query, found 4."), .database(.queries(1)))
  func aWrongCountFailsAtTheTest() throws {
    let shop = try withoutDatabaseRecording { try Shop(authors: 3) }
    try shop.authorsWithBooksOneByOne()
  }

  @Test(.expectedIssue("Expected no N+1 queries, found 1: 3 of 4 queries"), .database(.noNPlusOne))
  func anNPlusOneFailsAtTheTest() async throws {
    let shop = try withoutDatabaseRecording { try Shop(authors: 3) }
    await Task.yield()
    try shop.authorsWithBooksOneByOne()
  }

  @Test(.expectedIssue(".noNPlusOne saw no query"), .database(.noNPlusOne))
  func aTestThatSeesNothingFails() {}

  @Test(.database(.noNPlusOne.allowingNoQueries, .noQueries))
  func aTestThatMaySeeNothing() {}

  @Test(
    .expectedIssue(".noFailures ignores a statement that never ran"),
    .database(.noFailures.ignoring("SELECT 1 FROM nothing", because: "left behind")))
  func anUnusedIgnoreFails() throws {
    _ = try Shop(authors: 1).authors()
  }

  @Test(.expectedIssue("Expected 2 queries"), .database(.queries(2)), arguments: [1, 3])
  func eachCaseHasARecordingOfItsOwn(queries: Int) throws {
    let shop = try withoutDatabaseRecording { try Shop(authors: 3) }
    for _ in 0..<queries { _ = try shop.authors() }
  }

  @Test(.database(.queries(3)))
  func anInnerScopeCountsForTheTestToo() throws {
    let shop = try withoutDatabaseRecording { try Shop(authors: 3) }
    try expectDatabase(.queries(2)) {
      _ = try shop.authors()
      _ = try shop.books(of: 1)
    }
    _ = try shop.setting(1)
  }
}

@Suite(.database(.noNPlusOne, .queries(...2)))
struct SuiteTraitTests {
  private let shop: Shop

  init() throws {
    shop = try withoutDatabaseRecording { try Shop(authors: 3) }
  }

  @Test func appliesToEachTest() throws {
    _ = try shop.authors()
  }

  @Test func leavesATestAloneThatTouchesNoDatabase() {}

  @Test(.database(.queries(1)))
  func appliesBesideTheTestsOwn() throws {
    _ = try shop.authors()
  }

  @Suite struct Inner {
    @Test func isInherited() throws {
      let recorder = try #require(DatabaseRecorder.current)
      let shop = try withoutDatabaseRecording { try Shop(authors: 3) }
      _ = try shop.authors()
      #expect(recorder.recording.queries.count == 1)
      #expect(recorder.recording.excludedCount == 13)
    }
  }
}

@Suite(.failing)
struct FailingSuite {
  @Suite(.database(.queries(0)))
  struct Checked {
    @Test func breaksTheSuitesExpectation() throws {
      _ = try Shop(authors: 1, booksPerAuthor: 0).authors()
    }
  }
}

extension SuiteTrait where Self == FailingSuiteTrait {
  static var failing: Self { FailingSuiteTrait() }
}

/// Each test of the suite must record exactly one issue, at its own line.
struct FailingSuiteTrait: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    guard testCase != nil else { return try await function() }
    try await withKnownIssue {
      try await function()
    } matching: { issue in
      issue.comments.first?.rawValue.hasPrefix("Expected no queries, found 2.") == true
        && issue.sourceLocation?.line == test.sourceLocation.line
    }
  }
}
