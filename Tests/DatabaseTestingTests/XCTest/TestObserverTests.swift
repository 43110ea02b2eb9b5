#if os(Linux)
  import DatabaseRecording
  import DatabaseRunRecords
  import Foundation
  import Testing
  import XCTest

  @testable import DatabaseTesting

  /// Suites of XCTest whose classes know nothing of this package, recorded from outside.
  @Suite struct TestObserverTests {
    private let probe = Probe(name: "ObserverProbe")

    /// What XCTest prints of failures: `testOneByOne: Expected no N+1 …`, the first line of each.
    private func failures(
      of suite: String, _ request: String?, report: String? = nil
    ) throws -> [String] {
      var environment = ["DATABASE_TESTING_XCTEST": request ?? "", "DATABASE_TESTING_REPORT": report ?? ""]
      environment["GITHUB_ACTIONS"] = "false"
      let output = try probe.run(["ObserverProbe.\(suite)"], environment: environment, exitCode: nil)
      #expect(output.contains { $0.contains("Executed ") }, "\(output)")
      let name = "\(suite.prefix { $0 != "/" })."
      return output.compactMap { line -> String? in
        let parts = line.components(separatedBy: ": error: ")
        guard parts.count > 1 else { return nil }
        let text = parts.dropFirst().joined(separator: ": error: ")
        return text.replacingOccurrences(of: name, with: "").replacingOccurrences(of: " : ", with: ": ")
      }
    }

    /// The lines of a record that a suite leaves.
    private func record(of suite: String, _ request: String?) throws -> [RunRecord.Test] {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("observed-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: folder) }
      _ = try failures(of: suite, request, report: folder.path)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      let data = try Data(contentsOf: folder.appendingPathComponent(#require(files.first)))
      var reader = RunRecordReader(name: "run")
      return try data.split(separator: UInt8(ascii: "\n")).compactMap { try reader.read($0) }
    }

    /// - Parameter queries: With those of `setUp`, which count.
    private static func nPlusOne(of queries: Int) -> String {
      "Expected no N+1 queries, found 1: 3 of \(queries) queries load book.authorId one author at a time."
    }

    @Test func aGuiltyTestFailsWhereverItsStatementsRun() throws {
      #expect(
        try failures(of: "GuiltyTests", "noNPlusOne") == [
          // The database that all share is made in the first one.
          "testOneByOne: \(Self.nPlusOne(of: 22))", "testOneByOneAgain: \(Self.nPlusOne(of: 13))",
          "testOneByOneOnAQueue: \(Self.nPlusOne(of: 13))", "testOneByOneInATask: \(Self.nPlusOne(of: 13))",
          "testOneByOneInARecording: \(Self.nPlusOne(of: 13))",
          "testATeardownBlockOneByOne: \(Self.nPlusOne(of: 13))",
        ])
    }

    @Test func anInnocentTestDoesNotWhateverItsTearDownSends() throws {
      #expect(try failures(of: "InnocentTests", "noNPlusOne,noLeaks") == [])
    }

    @Test func nobodyFailsWhereNobodyAsks() throws {
      for request in [nil, "", "1", "on", "0", "off"] { #expect(try failures(of: "GuiltyTests", request) == []) }
    }

    @Test func aLeaseFailsItsTestUnlessATeardownBlockGivesItBack() throws {
      let failures = try failures(of: "LeakingTests", "noLeaks")
      #expect(failures.count == 1)
      #expect(
        failures.first?.hasPrefix("testLeavesAConnection: Expected no leaked connections: lease 1 of pool \"main\"")
          == true,
        "\(failures)")
    }

    @Test func anErrorOfTheTestComesFirst() throws {
      let failures = try failures(of: "EndingTests", "noNPlusOne")
      #expect(failures.count == 3)
      #expect(failures.first?.hasPrefix("testThrows: threw error") == true)
      #expect(failures.dropFirst().first == "testThrows: Besides the error that was thrown: \(Self.nPlusOne(of: 4))")
      #expect(failures.last?.contains("wrong") == true)
    }

    @Test func aWordThatNamesNoExpectationFailsEveryTest() throws {
      let failures = try failures(of: "InnocentTests", "noNPlusOnes")
      #expect(failures.count == 5, "all but the one that is skipped")
      #expect(
        failures.first
          == "testTogether: DATABASE_TESTING_XCTEST names \"noNPlusOnes\", which is no expectation.")
    }

    @Test func aCallInTheSetUpOfAClassHoldsForItsTests() throws {
      #expect(try failures(of: "InstallingTests", nil) == ["testOneByOne: \(Self.nPlusOne(of: 13))"])
    }

    @Test func aCallInsideOfATestSaysThatItIsLate() throws {
      let failures = try failures(of: "LateTests", nil)
      #expect(failures.count == 2)
      #expect(
        failures.first?.contains("comes too late for testIsUnrecorded, which runs unrecorded.") == true,
        "\(failures)")
      #expect(failures.last?.hasPrefix("testIsRecorded: Expected no queries, found 4.") == true)
    }

    @Test func aClassThatRecordsByItselfIsHeldToBothOnce() throws {
      #expect(
        try failures(of: "OwnTests", "noNPlusOne,noQueries").map { $0.prefix { $0 != "," } } == [
          "testOneByOne: \(Self.nPlusOne(of: 4))".prefix { $0 != "," }, "testInSetUpOnly: Expected no queries",
        ])
    }

    @Test func aLineOfTheRecordBearsTheNameOfItsTest() throws {
      let calls = try record(of: "NamedTests", nil)
      #expect(calls.map(\.name) == ["NamedTests.testRecords", "NamedTests.testRecords", "NamedTests.testExpects"])
      #expect(calls.map(\.call) == ["recordDatabase", "recordDatabase", "expectDatabase"])
      let tests = try record(of: "NamedTests", "1")
      #expect(tests.map(\.name) == ["NamedTests.testRecords", "NamedTests.testExpects"])
      #expect(tests.map(\.call) == [nil, nil])
      #expect(tests.map(\.file) == ["NamedTests.swift", "NamedTests.swift"])
      #expect(tests.map { $0.failures?.map(\.kind) } == [[], ["nPlusOne"]])
      // What makes the shop counts: it is written in the tests.
      #expect(tests.map(\.queries) == [8, 13])
    }

    @Test func theRecordKnowsWhatATestFailsByItself() throws {
      let tests = try record(of: "EndingTests", "1")
      #expect(tests.map { $0.failures?.map(\.kind) } == [["test"], ["test"]])
      #expect(try record(of: "InnocentTests", "1").map { $0.failures?.count } == [0, 0, 0, 0, 0, 0])
    }
  }

  /// What the environment asks for.
  @Suite struct ObservationRequestTests {
    @Test(
      arguments: [
        (nil, false, []), ("", false, []), (" ", false, []), ("0", false, []), ("Off", false, []), ("1", true, []),
        ("YES", true, []), ("noLeaks", true, [".noLeaks"]),
        (".noNPlusOne, noLeaks\tnoFailures", true, [".noNPlusOne", ".noLeaks", ".noFailures"]),
        ("noleaks", true, ["DATABASE_TESTING_XCTEST"]), ("queries(2)", true, ["DATABASE_TESTING_XCTEST"]),
      ] as [(String?, Bool, [String])]) func aWord(_ text: String?, _ isOn: Bool, _ names: [String])
    {
      let request = ObservationRequest(text)
      #expect(request.isOn == isOn)
      #expect(request.expectations.map(\.name) == names)
    }

    @Test func everyExpectationThatIsKnownIsFoundByItsName() {
      for known in ObservationRequest.known {
        #expect(ObservationRequest(String(known.name.dropFirst())).expectations.map(\.name) == [known.name])
      }
    }

    @Test func whatIsAskedForTwiceHoldsOnce() {
      let joined = [DatabaseExpectation.noLeaks, .queries(...3)].joined(with: [.noLeaks, .noNPlusOne])
      #expect(joined.map(\.name) == [".noLeaks", ".queries(...3)", ".noNPlusOne"])
    }

    @Test(arguments: [
      ("-[LibraryTests testLists]", "LibraryTests.testLists"),
      ("-[App.LibraryTests testLists]", "LibraryTests.testLists"),
      ("LibraryTests.testLists", "LibraryTests.testLists"), ("-[odd]", "-[odd]"), ("", ""),
    ]) func aNameIsTheSameOnAllPlatforms(_ name: String, _ plain: String) {
      #expect(XCTestCase.plainName(name) == plain)
    }
  }

  /// In the process of XCTest itself.
  final class TestNameXCTests: XCTestCase {
    func testTheRunningTestIsKnownByName() {
      XCTAssertEqual(Runner.currentTestName, "TestNameXCTests.testTheRunningTestIsKnownByName")
      XCTAssertEqual(Runner.current, .xctest)
    }

    func testInATaskToo() async {
      await Task.detached {
        XCTAssertEqual(Runner.currentTestName, "TestNameXCTests.testInATaskToo")
      }.value
    }

    /// A value that is bound beyond a function ends where it is told to, with those that are bound around and inside of it.
    func testABindingEndsWhereItIsTold() async throws {
      XCTAssertNil(Bound.number)
      Bound.$number.withValue(1) {
        XCTAssertTrue(TaskLocalBinding.begin(2, to: Bound.$number))
        XCTAssertEqual(Bound.number, 2)
        Bound.$number.withValue(3) { XCTAssertEqual(Bound.number, 3) }
        XCTAssertTrue(TaskLocalBinding.begin(nil, to: Bound.$number))
        XCTAssertNil(Bound.number)
        TaskLocalBinding.end()
        XCTAssertEqual(Bound.number, 2)
        TaskLocalBinding.end()
        XCTAssertEqual(Bound.number, 1)
      }
      XCTAssertNil(Bound.number)
    }

    /// Whatever is bound is kept, and given back.
    func testABindingKeepsItsObject() {
      weak var known: Kept?
      do {
        let kept = Kept()
        known = kept
        XCTAssertTrue(TaskLocalBinding.begin(kept, to: Bound.$kept))
      }
      XCTAssertNotNil(known)
      XCTAssertTrue(Bound.kept === known)
      TaskLocalBinding.end()
      XCTAssertNil(known)
    }

    /// A test that sends nothing costs less than 100 µs more than without. `./Tests/run --suite-cost` asks, beside nothing else.
    func testATestThatSendsNothingIsCheap() throws {
      try XCTSkipUnless(ProcessInfo.processInfo.environment["DATABASE_TESTING_TIMES"] == "1", "times are not asked for")
      var tests = (0..<400).map { _ in Silent(name: "testNothing") { _ in } }[...]
      func time(of count: Int) -> Duration {
        let batch = tests.prefix(count)
        tests = tests.dropFirst(count)
        return ContinuousClock().measure {
          for test in batch {
            TestObserver.shared.testCaseWillStart(test)
            test.invokeTest()
            TestObserver.shared.testCaseDidFinish(test)
          }
        } / count
      }
      var (best, bestWithout) = (Duration.seconds(1), Duration.seconds(1))
      for _ in 0..<10 {
        bestWithout = min(bestWithout, time(of: 20))
        DatabaseTestObserver.$forced.withValue([.noNPlusOne, .noLeaks]) { best = min(best, time(of: 20)) }
      }
      print("a test that sends nothing: \(bestWithout), observed \(best)")
      XCTAssertLessThan(best - bestWithout, .microseconds(100))
    }

    private final class Silent: XCTestCase {}
    private final class Kept: Sendable {}

    private enum Bound {
      @TaskLocal static var number: Int?
      @TaskLocal static var kept: Kept?
    }
  }
#endif
