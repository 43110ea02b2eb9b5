import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

/// Which test a lease is said to be of, where a recording is around more than one.
@Suite(.recordedTogether, .serialized)
struct LeaseTestNameTests {
  @Test func first() { #expect(testOfALease() == "first()") }

  @Test func second() { #expect(testOfALease() == "second()") }

  @Test(arguments: [7, 8])
  func eachCase(number: Int) { #expect(testOfALease() == "eachCase(number:) [\(number)]") }

  @Test(.recordedAroundAllCases, arguments: [7, 8])
  func eachCaseOfOneRecording(number: Int) {
    #expect(testOfALease() == "eachCaseOfOneRecording(number:) [\(number)]")
  }

  /// The recording of one case is asked once, and lends what it found to those inside of it.
  @Test(arguments: [7, 8])
  func recordingsOfOneCase(number: Int) {
    withDatabaseRecorder { _ in
      for _ in 0..<3 { #expect(testOfALease() == "recordingsOfOneCase(number:) [\(number)]") }
      withDatabaseRecorder { _ in
        withoutDatabaseRecording { #expect(testOfALease() == "recordingsOfOneCase(number:) [\(number)]") }
      }
    }
  }

  /// The recording of the test is over: what its task does counts for the one around it, and so does its name.
  @Test func afterItsRecording() async {
    let isOver = AsyncStream<Void>.makeStream()
    let task = withDatabaseRecorder { _ in
      Task {
        for await _ in isOver.stream {}
        return testOfALease()
      }
    }
    isOver.continuation.finish()
    #expect(await task.value == "afterItsRecording()")
  }
}

private func testOfALease() -> String? {
  let monitor = PoolMonitor(name: "main", size: 1)
  let observer = monitor.observer
  let lease = observer.checkedOut(observer.connected(), site: CheckoutSite())
  defer { observer.checkedIn(lease) }
  return monitor.outstandingLeases.first?.test
}

private struct RecordedTogether: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    try await withDatabaseRecorder { _ in try await function() }
  }
}

private struct RecordedAroundAllCases: TestTrait, TestScoping {
  func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? { testCase == nil ? self : nil }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    try await withDatabaseRecorder { _ in try await function() }
  }
}

extension SuiteTrait where Self == RecordedTogether {
  fileprivate static var recordedTogether: Self { RecordedTogether() }
}

extension TestTrait where Self == RecordedAroundAllCases {
  fileprivate static var recordedAroundAllCases: Self { RecordedAroundAllCases() }
}
