#if canImport(XCTest)
  internal import DatabaseInstrumentation
  public import DatabaseRecording
  public import XCTest

  /// A test case whose tests are recorded, and checked against the expectations of the class.
  ///
  /// ```swift
  /// final class LibraryTests: DatabaseTestCase {
  ///   override var databaseExpectations: [DatabaseExpectation] { [.noNPlusOne, .queries(...10)] }
  ///
  ///   func testListsAuthors() throws {
  ///     _ = try library.authorsWithBooks()
  ///     XCTAssertEqual(recording.selects.count, 2)         // so far
  ///   }
  /// }
  /// ```
  ///
  /// `setUp` and `tearDown` are left out, as fixtures are (on Apple platforms wrap them in
  /// `withoutDatabaseRecording(_:)`). What the test method itself sets up is recorded, and so is the `init` of a Swift Testing suite,
  /// which runs inside the scope of its trait: see <doc:Fixtures>. A test that throws reports only what is wrong already; one that is
  /// skipped, only leaks. A test that never touches a database is left alone by expectations that are about
  /// queries; use `expectDatabase(_:body:fileID:filePath:line:column:)` to insist.
  ///
  /// With `.noLeaks` or `.balancedCheckouts` the class itself fails at its end for a lease that one of its tests must have taken and
  /// none can be told to have: of a detached task, from a pool that only tests of the class used. XCTest has no failures of classes
  /// on Linux, so that one more test fails there, `DatabaseSuiteLeaks`.
  open class DatabaseTestCase: XCTestCase {
    // Written before the test method starts and after it ended, on the thread that runs the test.
    nonisolated(unsafe) private var recorder: DatabaseRecorder?
    // As above. `nil`: no record is written.
    nonisolated(unsafe) private var failures: FailureLog?
    // As above. `nil`: the test method was not called.
    nonisolated(unsafe) private var ending: ScopeEnding?

    /// What must hold for every test of the class; nothing by default.
    open var databaseExpectations: [DatabaseExpectation] { [] }

    /// What the running test has asked of the database so far.
    public var recording: Recording {
      (recorder ?? DatabaseRecorder.started("", at: place)).recording
    }

    #if !canImport(ObjectiveC)
      /// Makes one test of the class; called by XCTest.
      public required init(name: String, testClosure: @escaping (XCTestCase) throws -> Void) {
        super.init(name: name) { testCase in
          guard let test = testCase as? DatabaseTestCase, let recorder = test.recorder else {
            return try testClosure(testCase)
          }
          do {
            if let fixture = RecordingScope.current {
              try fixture.pausing { try recorder.rebind { try testClosure(testCase) } }
            } else {
              try recorder.bind { try testClosure(testCase) }
            }
            test.ending = .completed
          } catch {
            test.ending = ScopeEnding(error)
            throw error
          }
        }
      }
    #endif

    /// Fails the class for a leak that one of its tests must have and none can be told to have.
    open override class func tearDown() {
      SuiteOfClass.end(of: self)
      super.tearDown()
    }

    /// Runs the test inside of a recording.
    open override func invokeTest() {
      RunReport.line { log in
        failures = log
        invokeTest(log)
        failures = nil
      }
    }

    private func invokeTest(_ log: FailureLog?) {
      var expectations = databaseExpectations
      if let rules = DatabaseTestObserver.rules { expectations = expectations.joined(with: rules) }
      let (name, place) = (plainName, place)
      let recorder = SuiteOfClass.of(type(of: self), expecting: expectations).bind {
        DatabaseRecorder.started("", test: name, at: place)
      }
      self.recorder = recorder
      recorder.bind {
        #if canImport(ObjectiveC)
          super.invokeTest()
        #else
          withoutDatabaseRecording { super.invokeTest() }
        #endif
      }
      let recording = recorder.finish()
      #if canImport(ObjectiveC)
        let ending = endingOfRun
      #else
        // `setUp` left the test, or failed it.
        let ending = self.ending ?? .left
      #endif
      finish(recording, expecting: expectations, ending: ending, failures: log)
      self.recorder = nil
      self.ending = nil
    }

    #if canImport(ObjectiveC)
      /// Notes what fails for the record of the run.
      open override func record(_ issue: XCTIssue) {
        let location = issue.sourceCodeContext.location
        failures?.add(filePath: location?.fileURL.path, line: location?.lineNumber)
        super.record(issue)
      }
    #else
      /// Notes what fails for the record of the run.
      open override func recordFailure(
        withDescription description: String, inFile filePath: String, atLine lineNumber: Int, expected: Bool
      ) {
        failures?.add(filePath: filePath, line: lineNumber)
        super.recordFailure(
          withDescription: description, inFile: filePath, atLine: lineNumber, expected: expected)
      }
    #endif

    private var place: CodeLocation { TestClassName.of(type(of: self)).place }
  }
#endif
