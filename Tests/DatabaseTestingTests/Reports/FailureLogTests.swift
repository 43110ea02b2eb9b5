#if os(Linux)
  import DatabaseRecording
  import DatabaseRunRecords
  import Foundation
  import TestSupport
  import Testing

  @testable import DatabaseTesting

  /// What the record of a run says of a test that failed.
  @Suite struct FailureLogTests {
    /// Runs a test inside of this one, whose failures are heard and fail nothing.
    private func failures(_ body: @escaping @Sendable @concurrent () async throws -> Void) async throws -> [String] {
      let test = try #require(Test.current)
      let testCase = Test.Case.current
      let log = FailureLog()
      let silent = IssueHandlingTrait.compactMapIssues { _ in nil }
      try await silent.provideScope(for: test, testCase: testCase) {
        try await FailureLog.$current.withValue(log) {
          try await FailureLog.listening(for: test, testCase, body)
        }
      }
      return log.problems.map { "\($0.kind): \($0.headline)" }
    }

    @Test func anAssertionThatFailsIsNoted() async throws {
      let found = try await failures {
        #expect(Bool(false), "hunter2")
        Issue.record("hunter2")
      }
      #expect(found == ["test: An assertion of the test failed.", "test: An assertion of the test failed."])
    }

    @Test func whatPassesAndWhatIsKnownIsNoFailure() async throws {
      let found = try await failures {
        #expect(Bool(true))
        withKnownIssue { Issue.record("known") }
        withKnownIssue { expectDatabase(.queries(2)) {} }
        expectDatabase(.noQueries) {}
      }
      #expect(found == [])
    }

    /// It is told to the framework as an issue, and stands in the record once, as what it is.
    @Test func anExpectationOnTheDatabaseIsNotedAsWhatItIs() async throws {
      let found = try await failures { expectDatabase(.queries(2)) {} }
      #expect(found.count == 1)
      #expect(found.allSatisfy { !$0.hasPrefix("test:") })
    }

    @Test func anErrorIsNotedByItsTypeAlone() {
      struct Refused: Error { var reason = "hunter2" }
      let log = FailureLog()
      log.add(ScopeEnding(Refused()))
      log.add(.completed)
      log.add(ScopeEnding(CancellationError()))
      #expect(log.problems.map(\.headline) == ["The test threw an error, Refused."])
    }

    @Test func pathsOfTheMachineAreLeftOut() {
      let log = FailureLog()
      log.add(filePath: "/somewhere/else/LibraryTests.swift", line: 20)
      log.add(filePath: StartFolder.url.path + "/Tests/LibraryTests.swift", line: 21)
      log.add(filePath: "<EXPR>", line: 0)
      #expect(log.problems.map(\.site) == ["LibraryTests.swift:20", "LibraryTests.swift:21", nil])
      #expect(log.problems.map(\.path) == [nil, "Tests/LibraryTests.swift", nil])
    }
  }
#endif
