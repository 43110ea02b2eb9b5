internal import DatabaseRecording
internal import DatabaseRunRecords
internal import DatabaseSupport
internal import Foundation

#if canImport(Testing)
  internal import Testing
#endif

/// What fails while one line of the record is recorded: a test, or a call outside of any.
final class FailureLog: Sendable {
  /// That of the line around the current task; `nil` where no record is written.
  @TaskLocal static var current: FailureLog?
  /// While a finding is handed to the test framework, which tells of it as of any other failure.
  @TaskLocal static var isReporting = false

  private let failures = Locked<[RunRecord.Problem]>([])

  /// What failed so far.
  var problems: [RunRecord.Problem] { failures.withLock { $0 } }

  func add(_ problem: RunRecord.Problem) { failures.withLock { $0.append(problem) } }

  /// How a recorded scope ended by itself.
  func add(_ ending: ScopeEnding) {
    guard case .threw(let type) = ending else { return }
    add(RunRecord.Problem(ofTest: "The test threw an error, \(type).", filePath: nil, line: nil))
  }

  /// A failure that the framework tells of and that is no finding.
  func add(filePath: String?, line: Int?) {
    guard !Self.isReporting else { return }
    let isPlace = filePath.map { $0.hasSuffix(".swift") } ?? false
    add(
      RunRecord.Problem(
        ofTest: "An assertion of the test failed.", filePath: isPlace ? filePath : nil, line: isPlace ? line : nil,
        folder: StartFolder.url.path))
  }

  #if canImport(Testing)
    /// Runs a test, and hears what fails of it besides its expectations on the database.
    static func listening(
      for test: Test, _ testCase: Test.Case?, _ function: @Sendable @concurrent () async throws -> Void
    ) async throws {
      guard let log = current else { return try await function() }
      let trait = IssueHandlingTrait.compactMapIssues { issue in
        if IssueReporter.isFailure(issue) {
          log.add(filePath: issue.sourceLocation?.filePath, line: issue.sourceLocation?.line)
        }
        return issue
      }
      try await trait.provideScope(for: test, testCase: testCase, performing: function)
    }
  #endif
}
