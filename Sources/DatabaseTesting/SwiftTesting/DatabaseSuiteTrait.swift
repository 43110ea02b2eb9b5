#if canImport(Testing)
  internal import DatabaseInstrumentation
  public import DatabaseRecording
  public import Testing

  /// Checks what each test of a suite asks of the database. Made by `Testing.SuiteTrait.database(_:)`.
  ///
  /// It is a test trait as well because the runner hands a recursive trait down to the tests.
  public struct DatabaseSuiteTrait: SuiteTrait, TestTrait, TestScoping {
    let expectations: [DatabaseExpectation]

    /// Applies to every test of the suite, and of the suites inside of it.
    public var isRecursive: Bool { true }

    /// Itself, for each case of a test and for the suite around them.
    public func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? {
      testCase != nil || test.isSuite ? self : nil
    }

    /// Runs one case of a test, and records an issue at the test's line for what does not hold; or runs the suite, and
    /// records an issue for a leak that one of its tests must have and none can be told to have, and where all of its tests saw
    /// nothing although a client of a database is in the process that nothing watches.
    public func provideScope(
      for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
      guard testCase != nil else { return try await provideScope(ofSuite: test, function) }
      try await withDatabaseScope(of: test, testCase, expecting: expectations, isInherited: true, function)
    }

    private func provideScope(
      ofSuite test: Test, _ function: @Sendable @concurrent () async throws -> Void
    ) async throws {
      guard test.isSuite else { return try await function() }
      if SuiteTally.current == nil, expectations.contains(where: \.needsQueries) {
        let tally = SuiteTally()
        defer {
          let unseen = UnwatchedClients.finding(of: tally, expecting: expectations)
          IssueReporter.report(unseen.map { [$0] } ?? [], ofSuiteAt: CodeLocation(test.sourceLocation))
        }
        return try await SuiteTally.$current.withValue(tally) { try await provideScope(ofSuite: test, function) }
      }
      guard expectations.contains(where: \.findsLeaks) else { return try await function() }
      let suite = RecordedSuite()
      defer { IssueReporter.report(SuiteLeaks.findings(of: suite), ofSuiteAt: CodeLocation(test.sourceLocation)) }
      try await RecordedSuite.$current.withValue(suite) { try await function() }
    }
  }

  extension SuiteTrait where Self == DatabaseSuiteTrait {
    /// Fails every test of the suite that does not meet all expectations.
    ///
    /// ```swift
    /// @Suite(.database(.noNPlusOne))
    /// struct AuthorListTests { … }
    /// ```
    ///
    /// Each test, and each case of a parameterised test, has a recording of its own; suites inside of the suite inherit the
    /// expectations. A test that never touches a database is left alone, also by expectations that fail where nothing was
    /// seen when they stand on the test itself; counts such as `.queries(2)` hold for each test.
    ///
    /// With `.noLeaks` or `.balancedCheckouts` the suite itself fails at its end for a lease that one of its tests must have
    /// taken and none can be told to have: of a detached task, from a pool that only tests of the suite used.
    ///
    /// **Fixtures.** The suite's `init` runs inside the scope, and its statements count like the test's own, unlike those of `setUp` in a
    /// ``DatabaseTestCase``: Swift Testing hands a trait one function that makes the suite and runs the test. Wrap fixtures in
    /// `withoutDatabaseRecording(_:)`. A count that fails says how many queries ran in `init`.
    ///
    /// **Other traits.** Traits are nested in the order in which they are written. A suite's traits are around those of its tests:
    /// what a trait of a test sends, such as one that opens the database, is recorded.
    ///
    /// - Parameter expectations: What must hold for each test.
    public static func database(_ expectations: DatabaseExpectation...) -> Self {
      DatabaseSuiteTrait(expectations: expectations)
    }
  }
#endif
