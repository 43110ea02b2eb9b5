#if GRDB
  import DatabaseTesting
  import GRDB
  import GRDBInstrumentation
  import TestSupport
  import Testing

  /// GRDB's own pool tells nobody who reads; the monitored one does.
  @Suite struct UnwatchedDatabasePoolTests {
    private let expectations: [DatabaseExpectation] = [.noLeaks, .balancedCheckouts, .peakLeases(...1)]

    @Test func aDatabasePoolThatNobodyWatchesProvesNothing() throws {
      let file = try TemporaryFile()
      let recording = try recordDatabase {
        let pool = try DatabasePool(path: file.path)
        try pool.write { try $0.execute(sql: "CREATE TABLE t (a)") }
        _ = try pool.read { try Int.fetchOne($0, sql: "SELECT a FROM t") }
      }
      for expectation in expectations {
        let findings = recording.check(expectation)
        #expect(findings.map(\.headline) == ["\(expectation) cannot be checked: no pool was watched."])
        #expect(
          findings.first?.message.contains(
            "fix: have GRDB's pool watched, as in DatabasePool(path: path).watched(name: \"library\")\n"
          )
            == true)
        #expect(recording.check([expectation], isInherited: true).isEmpty)
      }
    }

    @Test func theSamePoolWatched() throws {
      let file = try TemporaryFile()
      let recording = try recordDatabase {
        let pool = MonitoredDatabasePool(try DatabasePool(path: file.path), name: "library")
        try pool.write { try $0.execute(sql: "CREATE TABLE t (a)") }
        _ = try pool.read { try Int.fetchOne($0, sql: "SELECT a FROM t") }
      }
      for expectation in expectations { #expect(recording.check(expectation).isEmpty, "\(expectation)") }
    }
  }
#endif
