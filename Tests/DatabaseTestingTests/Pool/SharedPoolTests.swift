import DatabaseSupport
import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

/// 200 tests in parallel on one pool; the one of them that leaks fails, at the line of its checkout, and no other.
struct SharedPoolTests {
  static let pool = stubPool(size: 8, overflow: 0, name: "shared")
  static let leak = Locked(Leak())

  struct Leak {
    var lease: StubPool.Lease?
    var line = 0
    var finished = 0
    var issues = 0
  }

  @Test(.expectingTheLeakOfCase77, .database(.noLeaks), arguments: 1...200)
  func exactlyTheLeakingCaseFails(_ number: Int) async throws {
    for _ in 1...3 { try await Self.pool.withConnection { _ in await Task.yield() } }
    guard number == 77 else { return }
    Self.leak.withLock { $0.line = #line + 1 }
    let lease = try await Self.pool.checkout()
    Self.leak.withLock { $0.lease = lease }
  }
}

/// Lets the one issue pass that is meant, and counts it once all cases have ended.
struct LeakOfCase77: TestTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    try await withKnownIssue(isIntermittent: true) {
      try await function()
    } matching: { issue in
      let message = issue.comments.map(\.rawValue).joined()
      return SharedPoolTests.leak.withLock { leak in
        guard message.hasPrefix("Expected no leaked connections: lease "),
          message.contains("\n  by exactlyTheLeakingCaseFails(_:) [77]\n"),
          issue.sourceLocation?.fileName == "SharedPoolTests.swift", issue.sourceLocation?.line == leak.line
        else { return false }
        leak.issues += 1
        return true
      }
    }
    let (finished, issues) = SharedPoolTests.leak.withLock { leak in
      leak.finished += 1
      return (leak.finished, leak.issues)
    }
    guard finished == 200 else { return }
    #expect(issues == 1)
    try SharedPoolTests.leak.withLock { $0.lease.take() }?.checkin()
  }
}

extension TestTrait where Self == LeakOfCase77 {
  static var expectingTheLeakOfCase77: Self { LeakOfCase77() }
}
