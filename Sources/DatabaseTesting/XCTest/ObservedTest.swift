#if canImport(XCTest)
  internal import DatabaseInstrumentation
  internal import DatabaseRecording
  internal import XCTest

  /// One test of a class that does not record by itself: recorded from before its `setUp` until its teardown blocks have run.
  ///
  /// What is wrong is told in a teardown block, the last of them: when XCTest says that the test ended it takes no failure any more.
  final class ObservedTest: @unchecked Sendable {  // Used by the thread that runs the tests alone.
    /// What fails of the test; `nil` where no record is written.
    let failures: FailureLog?

    private weak let testCase: XCTestCase?
    private let expectations: [DatabaseExpectation]
    private let recorder: DatabaseRecorder
    /// Whether the recorder is that of the thread, and the list of failures as well where there is one.
    private let isBound: Bool
    private var isFinished = false

    /// - Returns: `nil` for a test that records by itself.
    init?(_ testCase: XCTestCase, expecting expectations: [DatabaseExpectation]) {
      if testCase is DatabaseTestCase { return nil }
      #if !canImport(ObjectiveC)
        if testCase is DatabaseSuiteLeaks { return nil }
      #endif
      self.testCase = testCase
      self.expectations = expectations
      failures = RunReport.failuresOfNewLine
      let type = type(of: testCase)
      let (name, place) = (testCase.plainName, TestClassName.of(type).place)
      recorder = SuiteOfClass.of(type, expecting: expectations).bind {
        DatabaseRecorder.started("", test: name, at: place)
      }
      isBound = recorder.bindUntilUnbound()
      if isBound, let failures { _ = TaskLocalBinding.begin(failures, to: FailureLog.$current) }
      // XCTest keeps the block for as long as the test.
      testCase.addTeardownBlock { [weak self] in self?.judge() }
    }

    /// The test, and its teardown blocks, have run.
    private func judge() {
      guard !isFinished, let testCase else { return }
      isFinished = true
      let recording = recorder.finish()
      testCase.finish(
        recording, expecting: isBound ? expectations : [.unobservable], ending: testCase.endingOfRun, failures: failures
      )
    }

    /// XCTest said that the test ended.
    func end() {
      if !isFinished, let testCase {
        // The class does not run teardown blocks, since it has an `invokeTest()` of its own: nothing can be told to XCTest.
        isFinished = true
        RunReport.add(recorder.finish(), test: testCase.plainName, failures: failures, isOnlyCase: true)
      }
      guard isBound else { return }
      if failures != nil { TaskLocalBinding.end() }
      recorder.unbind()
    }
  }

  extension DatabaseExpectation {
    /// What no test meets where nothing can be bound.
    fileprivate static let unobservable = DatabaseExpectation("DatabaseTestObserver") { _ in
      [
        Finding(
          kind: .blind,
          headline: "Tests of XCTest cannot be recorded from outside with this version of Swift's runtime.",
          details: ["  fix: make the class a DatabaseTestCase, or call expectDatabase, and report the version"])
      ]
    }
  }
#endif
