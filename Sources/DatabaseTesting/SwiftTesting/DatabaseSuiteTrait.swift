#if canImport(Testing)
  public import DatabaseRecording
  public import Testing

  /// Checks what each test of a suite asks of the database. Made by `Testing.SuiteTrait.database(_:)`.
  ///
  /// It is a test trait as well because the runner hands a recursive trait down to the tests.
  public struct DatabaseSuiteTrait: SuiteTrait, TestTrait, TestScoping {
    let expectations: [DatabaseExpectation]

    /// Applies to every test of the suite, and of the suites inside of it.
    public var isRecursive: Bool { true }

    /// Runs one case of a test, and records an issue at the test's line for what does not hold.
    public func provideScope(
      for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
      guard testCase != nil else { return try await function() }
      try await withDatabaseScope(of: test, expecting: expectations, isInherited: true, function)
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
    /// The suite's `init()` runs inside of the scope: wrap fixtures in
    /// `withoutDatabaseRecording(_:)`.
    ///
    /// - Parameter expectations: What must hold for each test.
    public static func database(_ expectations: DatabaseExpectation...) -> Self {
      DatabaseSuiteTrait(expectations: expectations)
    }
  }
#endif
