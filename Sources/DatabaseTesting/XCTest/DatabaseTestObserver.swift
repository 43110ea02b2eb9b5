internal import DatabaseSupport
internal import Foundation

#if canImport(XCTest)
  public import DatabaseRecording

  /// Records every test of XCTest, and holds it to expectations, without a change to its class.
  ///
  /// ```sh
  /// DATABASE_TESTING_XCTEST=noNPlusOne,noLeaks swift test
  /// ```
  ///
  /// ```text
  /// LibraryTests.swift:12: error: LibraryTests.testListsAuthors : Expected no N+1 queries, found 1: 11 of 13 queries load …
  /// ```
  ///
  /// `DATABASE_TESTING_XCTEST=1` records, for the record of the run that `DATABASE_TESTING_REPORT` names. Names of expectations
  /// that need no number are held to as well; a word that names none fails every test. An expectation with a number, or one of your own,
  /// takes a call, in a place that comes before the tests, such as the `setUp()` of a class that all others inherit from:
  ///
  /// ```swift
  /// class AppTestCase: XCTestCase {
  ///   override class func setUp() {
  ///     super.setUp()
  ///     DatabaseTestObserver.install(.noNPlusOne, .queries(...30))
  ///   }
  /// }
  /// ```
  ///
  /// The test target depends on the product `DatabaseTesting`; nothing has to import it.
  ///
  /// A test is recorded from before its `setUp` until its teardown blocks have run: what `setUp` sends counts, unless it stands in
  /// `withoutDatabaseRecording(_:)`, and what `tearDown` sends is not judged. A ``DatabaseTestCase`` records as ever, and is
  /// held to these expectations beside its own. Spans of other libraries are not recorded here: of a client that only spans tell of, use
  /// `expectDatabase` or a ``DatabaseTestCase``. Tests of Swift Testing have traits for all of this.
  public enum DatabaseTestObserver {
    private static let installed = Locked<[DatabaseExpectation]?>(nil)
    private static let requested = ObservationRequest(
      ProcessInfo.processInfo.environment["DATABASE_TESTING_XCTEST"])

    /// Records the tests that begin from now on, and holds them to `expectations`, which are inherited as those of a suite are.
    ///
    /// What was installed before holds no more; what the environment asks for does. Fails the test that is running where it is not
    /// recorded: for that one the call comes too late.
    ///
    /// - Parameter expectations: What must hold for each test; none to record only.
    public static func install(_ expectations: DatabaseExpectation...) {
      installed.withLock { $0 = expectations }
      guard TestObserver.shared.isRunningTestRecorded == false, let name = Runner.currentXCTestName else { return }
      let message = """
        DatabaseTestObserver.install(_:) comes too late for \(name), which runs unrecorded.
          fix: call it in `class func setUp()`, or set DATABASE_TESTING_XCTEST in the environment
        """
      IssueReporter.report(
        message, at: CodeLocation(fileID: "Unknown/\(name)", filePath: name, line: 1, column: 1), file: "")
    }

    /// For tests: what is held to instead.
    @TaskLocal static var forced: [DatabaseExpectation]?

    /// What every test is held to; `nil` where none is recorded from outside.
    static var rules: [DatabaseExpectation]? {
      if let forced { return forced }
      let called = installed.withLock { $0 }
      guard called != nil || requested.isOn else { return nil }
      return (called ?? []).joined(with: requested.expectations)
    }
  }

  extension [DatabaseExpectation] {
    /// These, and those of the others that are not among them.
    func joined(with others: [DatabaseExpectation]) -> [DatabaseExpectation] {
      self + others.filter { other in !contains { $0.name == other.name } }
    }
  }

  /// What `DATABASE_TESTING_XCTEST` asks for.
  struct ObservationRequest: Sendable {
    /// Whether tests are recorded.
    var isOn = false
    /// What they are held to.
    var expectations: [DatabaseExpectation] = []

    /// The expectations that are written without a number.
    static let known: [DatabaseExpectation] = [
      .noNPlusOne, .noLazyLoads, .noDuplicateQueries, .noFullScans, .noAutomaticIndexes, .noFailures, .noWrites,
      .noDurableWrites, .noQueries, .writesInTransactions, .batchedInserts, .closedTransactions, .closedConnections,
      .noLeaks, .balancedCheckouts, .noMainThreadQueries, .noBlockingQueries,
    ]

    init(_ text: String?) {
      guard let text, DatabaseEnvironment.value(text, default: !text.allSatisfy(\.isWhitespace)) else { return }
      isOn = true
      guard !DatabaseEnvironment.value(text, default: false) else { return }
      let words = text.split { $0 == "," || $0.isWhitespace }.map { $0.hasPrefix(".") ? String($0) : ".\($0)" }
      for word in words {
        expectations.append(Self.known.first { $0.name == word } ?? .unknown(word))
      }
    }
  }

  extension DatabaseExpectation {
    /// An expectation that no test meets, since nobody knows what is meant.
    fileprivate static func unknown(_ word: String) -> DatabaseExpectation {
      let names = ObservationRequest.known.map { String($0.name.dropFirst()) }.joined(separator: ", ")
      return DatabaseExpectation("DATABASE_TESTING_XCTEST") { _ in
        [
          Finding(
            kind: .invalidExpectation,
            headline:
              "DATABASE_TESTING_XCTEST names \"\(word.dropFirst().prefix(100).description.singleLine)\", which is no expectation.",
            details: ["  fix: use 1, to record only, or some of \(names)"])
        ]
      }
    }
  }
#endif
