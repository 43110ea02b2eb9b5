import DatabaseSupport
import DatabaseTesting
import Foundation
import Testing

/// Runs `body`, which must record exactly one issue, and hands its text and place to `matching`.
func expectingIssue<R>(
  _ body: () throws -> R,
  matching: (_ message: String, _ location: SourceLocation) throws -> Void,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let issues = Locked<[Issue]>([])
  try withKnownIssue(sourceLocation: sourceLocation) {
    _ = try body()
  } matching: { issue in
    issues.withLock { $0.append(issue) }
    return true
  }
  let found = issues.withLock { $0 }
  #expect(found.count == 1, sourceLocation: sourceLocation)
  let issue = try #require(found.first, sourceLocation: sourceLocation)
  let message = issue.comments.map(\.rawValue).joined(separator: "\n")
  let location = try #require(issue.sourceLocation, sourceLocation: sourceLocation)
  try matching(message, location)
}
