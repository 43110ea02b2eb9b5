#if canImport(Testing)
  public import DatabaseRecording
  public import Testing

  /// Checks what a test asks of the database. Made by `Testing.TestTrait.database(_:)`.
  public struct DatabaseTestTrait: TestTrait, TestScoping {
    let expectations: [DatabaseExpectation]

    /// Runs one case of the test, and records an issue at the test's line for what does not hold.
    public func provideScope(
      for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
      try await withDatabaseScope(of: test, testCase, expecting: expectations, isInherited: false, function)
    }
  }

  extension TestTrait where Self == DatabaseTestTrait {
    /// Fails the test unless what it asks of the database meets all expectations.
    ///
    /// ```swift
    /// @Test(.database(.noNPlusOne, .queries(...2)))
    /// func listsAuthorsWithTheirBooks() async throws {
    ///   let library = try Library.inMemory()
    ///   _ = try await library.authorsWithBooks()
    /// }
    /// ```
    ///
    /// Nothing else has to be set up. Each case of a parameterised test has a recording of its own, and the issue belongs
    /// to that case. Beside a suite's `Testing.SuiteTrait.database(_:)` both apply. An expectation that is about queries
    /// (such as `.noNPlusOne`) fails a test that sends none, because it would prove nothing.
    ///
    /// **Fixtures.** The suite's `init` runs inside the scope, and its statements count like the test's own, unlike those of `setUp` in a
    /// ``DatabaseTestCase``: Swift Testing hands a trait one function that makes the suite and runs the test. Wrap fixtures in
    /// `withoutDatabaseRecording(_:)`. A count that fails says how many queries ran in `init`.
    ///
    /// **Other traits.** Traits are nested in the order in which they are written. What a trait before this one sends, such as one that
    /// opens the database, is not recorded; what one behind it sends is.
    ///
    /// A shorthand of your own:
    ///
    /// ```swift
    /// extension TestTrait where Self == DatabaseTestTrait {
    ///   static var frugal: Self { .database(.queries(...5), .noNPlusOne) }
    /// }
    /// ```
    ///
    /// - Parameter expectations: What must hold.
    public static func database(_ expectations: DatabaseExpectation...) -> Self {
      DatabaseTestTrait(expectations: expectations)
    }
  }

  func withDatabaseScope(
    of test: Test, _ testCase: Test.Case?, expecting expectations: [DatabaseExpectation], isInherited: Bool,
    _ function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    let location = CodeLocation(test.sourceLocation)
    let recorder = DatabaseRecorder.started("", test: test.name, at: location)
    try await RunReport.line { log in
      func report(_ ending: ScopeEnding) {
        let recording = recorder.finish()
        log?.add(ending)
        IssueReporter.report(
          recording.check(expectations, isInherited: isInherited, ending: ending), of: recording, at: location,
          file: "", ending: ending)
        RunReport.add(recording, test: test.name, failures: log)
      }
      do {
        try await recorder.bind {
          // Where several traits apply, that of the outermost hears of everything.
          guard log != nil else { return try await function() }
          try await FailureLog.listening(for: test, testCase, function)
        }
      } catch {
        report(ScopeEnding(error))
        throw error
      }
      report(.completed)
    }
  }
#endif
