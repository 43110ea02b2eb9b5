#if canImport(XCTest)
  internal import DatabaseInstrumentation
  internal import DatabaseRecording
  internal import DatabaseSupport
  internal import XCTest

  /// The suite that the tests of a class are, as far as what none of them can be told to have done may still be told to have
  /// been done by one of them.
  struct SuiteOfClass {
    private let suite: RecordedSuite?
    private let tally: SuiteTally?

    private static let running = Locked<[ObjectIdentifier: RecordedSuite]>([:])
    private static let tallies = Locked<[ObjectIdentifier: TallyOfClass]>([:])

    /// What the tests of a class saw.
    private final class TallyOfClass {
      let tally = SuiteTally()
      /// What the test that began last asks for; read and written under the lock of the tallies.
      var expectations: [DatabaseExpectation]

      init(expecting expectations: [DatabaseExpectation]) { self.expectations = expectations }
    }

    /// - Parameter expectations: Of the test that begins; without one that finds leaks it is in no suite.
    static func of(_ type: XCTestCase.Type, expecting expectations: [DatabaseExpectation]) -> SuiteOfClass {
      let id = ObjectIdentifier(type)
      var (needsQueries, findsLeaks) = (false, false)
      for expectation in expectations {
        needsQueries = needsQueries || expectation.needsQueries
        findsLeaks = findsLeaks || expectation.findsLeaks
      }
      let tally =
        needsQueries
        ? tallies.withLock { tallies -> SuiteTally in
          if let known = tallies[id] {
            known.expectations = expectations
            return known.tally
          }
          let made = TallyOfClass(expecting: expectations)
          tallies[id] = made
          return made.tally
        } : nil
      guard findsLeaks else { return SuiteOfClass(suite: nil, tally: tally) }
      return SuiteOfClass(
        suite: running.withLock { running in
          if let known = running[id] { return known }
          let suite = RecordedSuite()
          running[id] = suite
          return suite
        }, tally: tally)
    }

    /// Calls `body` in the suite.
    func bind<R>(_ body: () -> R) -> R {
      SuiteTally.$current.withValue(tally) {
        guard let suite else { return body() }
        return RecordedSuite.$current.withValue(suite) { body() }
      }
    }

    /// The tests of the class have ended.
    static func end(of type: XCTestCase.Type) {
      let suite = running.withLock { $0.removeValue(forKey: ObjectIdentifier(type)) }
      let tally = tallies.withLock { $0.removeValue(forKey: ObjectIdentifier(type)) }
      let unseen = tally.flatMap { UnwatchedClients.finding(of: $0.tally, expecting: $0.expectations) }
      let findings = (suite.map { SuiteLeaks.findings(of: $0) } ?? []) + (unseen.map { [$0] } ?? [])
      guard !findings.isEmpty else { return }
      let name = TestClassName.of(type)
      GitHubAnnotation.write(findings, test: name.place)
      for finding in findings {
        TestObserver.shared.fail(class: name.name, finding.message, at: finding.place?.location ?? name.place)
      }
    }
  }
#endif
