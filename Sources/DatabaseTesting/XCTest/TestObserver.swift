#if canImport(XCTest)
  internal import DatabaseRecording
  internal import DatabaseRunRecords
  internal import DatabaseSupport
  internal import XCTest

  /// The C module that is loaded with the program finds the observer by this name.
  @_cdecl("database_testing_observe_tests")
  func observeTests() { XCTestObservationCenter.shared.addTestObserver(TestObserver.shared) }

  /// Hears from XCTest which test runs and which suite, from the first one on.
  ///
  /// XCTest runs tests one after the other, and calls observers on the thread that does.
  final class TestObserver: NSObject, XCTestObservation, Sendable {
    static let shared = TestObserver()

    private let state = Locked(State())

    private struct State: @unchecked Sendable {  // XCTest's objects are used by the thread that runs the tests alone.
      /// The tests that run, the innermost last: a test may run others.
      var tests: [RunningTest] = []
      var suites: [XCTestRun] = []
    }

    private struct RunningTest {
      let testCase: XCTestCase
      let name: String
      var recorded: ObservedTest?
    }

    /// The name of the test that is running: `AuthorTests.testListsAuthors`.
    var runningTest: String? { state.withLock { $0.tests.last?.name } }

    /// Whether the test that is running is recorded as a whole; `nil` where none runs.
    var isRunningTestRecorded: Bool? {
      state.withLock { state in
        state.tests.last.map { $0.recorded != nil || $0.testCase is DatabaseTestCase }
      }
    }

    func testCaseWillStart(_ testCase: XCTestCase) {
      let name = testCase.plainName
      state.withLock { $0.tests.append(RunningTest(testCase: testCase, name: name)) }
      guard let rules = DatabaseTestObserver.rules, let recorded = ObservedTest(testCase, expecting: rules) else {
        return
      }
      state.withLock { $0.tests[$0.tests.count - 1].recorded = recorded }
    }

    func testCaseDidFinish(_ testCase: XCTestCase) {
      let recorded = state.withLock { state -> ObservedTest? in
        guard let last = state.tests.lastIndex(where: { $0.testCase === testCase }) else { return nil }
        return state.tests.remove(at: last).recorded
      }
      recorded?.end()
    }

    private func noteFailure(of testCase: XCTestCase, filePath: String?, line: Int?) {
      let recorded = state.withLock { $0.tests.last { $0.testCase === testCase }?.recorded }
      recorded?.failures?.add(filePath: filePath, line: line)
    }

    func testSuiteWillStart(_ testSuite: XCTestSuite) {
      guard let run = testSuite.testRun else { return }
      state.withLock { $0.suites.append(run) }
    }

    func testSuiteDidFinish(_ testSuite: XCTestSuite) {
      // A `DatabaseTestCase` ends it in `tearDown()`, which others, and a class with one of its own, do not.
      if let test = testSuite.tests.first as? XCTestCase { SuiteOfClass.end(of: type(of: test)) }
      state.withLock { $0.suites.removeAll { $0 === testSuite.testRun } }
    }

    #if canImport(ObjectiveC)
      func testCase(_ testCase: XCTestCase, didRecord issue: XCTIssue) {
        let location = issue.sourceCodeContext.location
        noteFailure(of: testCase, filePath: location?.fileURL.path, line: location?.lineNumber)
      }

      /// Fails a class as a whole.
      func fail(class name: String, _ message: String, at location: CodeLocation) {
        XCTFail("\(location.filePath):\(location.line): \(message)")
      }
    #else
      func testCase(
        _ testCase: XCTestCase, didFailWithDescription description: String, inFile filePath: String?,
        atLine lineNumber: Int
      ) {
        noteFailure(of: testCase, filePath: filePath, line: lineNumber)
      }

      /// Fails a class as a whole, by one more test of the suite that runs: XCTest has no failures of a suite, and adds up those of its
      /// tests.
      func fail(class name: String, _ message: String, at location: CodeLocation) {
        let test = DatabaseSuiteLeaks(name: name) { test in
          test.recordFailure(
            withDescription: message, inFile: location.filePath, atLine: location.line, expected: true)
        }
        test.run()
        let suite = state.withLock { $0.suites.last }
        if let run = test.testRun { (suite as? XCTestSuiteRun)?.addTestRun(run) }
      }
    #endif
  }

  #if !canImport(ObjectiveC)
    /// A test that stands for the tests of a class.
    final class DatabaseSuiteLeaks: XCTestCase {}
  #endif
#endif
