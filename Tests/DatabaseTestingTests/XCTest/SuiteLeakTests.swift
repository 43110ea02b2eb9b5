#if !canImport(ObjectiveC) && canImport(XCTest)
  import DatabaseSupport
  import Dispatch
  import Testing
  import XCTest

  @testable import DatabaseInstrumentation
  @testable import DatabaseTesting

  /// A class of XCTest fails at its end for a leak that one of its tests must have and none can be told to have.
  @Suite(.serialized) struct SuiteLeakTests {
    private final class LeakingClass: DatabaseTestCase {
      override var databaseExpectations: [DatabaseExpectation] { [.noLeaks] }
    }

    private final class OtherClass: DatabaseTestCase {
      override var databaseExpectations: [DatabaseExpectation] { [.noLeaks] }
    }

    private final class CarelessClass: DatabaseTestCase {}

    /// As XCTest's own, which nobody can make.
    private final class ClassSuite: XCTestSuite {
      let type: DatabaseTestCase.Type
      let callsSuper: Bool

      init(_ type: DatabaseTestCase.Type, callsSuper: Bool) {
        self.type = type
        self.callsSuper = callsSuper
        super.init(name: "\(type)")
      }

      override func tearDown() { if callsSuper { type.tearDown() } }
    }

    private final class Failures: NSObject, XCTestObservation {
      nonisolated(unsafe) var texts: [String] = []

      func testCase(
        _ testCase: XCTestCase, didFailWithDescription description: String, inFile filePath: String?,
        atLine lineNumber: Int
      ) {
        texts.append("\(testCase.name): \(description)")
      }
    }

    /// What XCTest hears of when the tests of classes run, one class after the other.
    private func failures(
      of classes: [(type: DatabaseTestCase.Type, tests: [(StubPool) throws -> Void])], on pool: StubPool,
      callsSuper: Bool = true
    ) -> (texts: [String], counts: [Int]) {
      let failures = Failures()
      let all = XCTestSuite(name: "All tests")
      for (type, tests) in classes {
        let suite = ClassSuite(type, callsSuper: callsSuper)
        for (number, test) in tests.enumerated() {
          suite.addTest(type.init(name: "test\(number)") { _ in try test(pool) })
        }
        all.addTest(suite)
      }
      XCTestObservationCenter.shared.addTestObserver(failures)
      all.run()
      XCTestObservationCenter.shared.removeTestObserver(failures)
      let counts = [all.testRun?.totalFailureCount ?? -1] + all.tests.map { $0.testRun?.totalFailureCount ?? -1 }
      return (failures.texts, counts)
    }

    private static func uses(_ pool: StubPool) throws { try pool.withConnectionImmediately { _ in } }

    /// Takes a connection outside of every task, and keeps it.
    private static func leaks(_ pool: StubPool) throws {
      let done = DispatchSemaphore(value: 0)
      DispatchQueue.global().async {
        if let lease = try? pool.checkoutImmediately() { kept.withLock { $0.append(lease) } }
        done.signal()
      }
      done.wait()
    }

    private static let kept = Locked<[StubPool.Lease]>([])

    @Test(arguments: [true, false]) func theClassFails(_ callsSuper: Bool) {
      let pool = stubPool(size: 9, name: "of one class")
      let (texts, counts) = failures(
        of: [(LeakingClass.self, [Self.uses, Self.leaks, Self.uses])], on: pool, callsSuper: callsSuper)
      #expect(texts.count == 1)
      #expect(
        texts.first?.hasPrefix(
          "DatabaseSuiteLeaks.LeakingClass: Expected no leaked connections: lease 2 of pool \"of one class\" was never returned.\n  taken at SuiteLeakTests.swift:"
        ) == true, "\(texts)")
      #expect(texts.first?.contains("by one of the tests of this suite: no other test used the pool") == true)
      #expect(counts == [1, 1])
    }

    @Test func whereAnotherClassUsedThePoolNobodyFails() {
      let pool = stubPool(size: 9, name: "of two classes")
      let (texts, counts) = failures(
        of: [(OtherClass.self, [Self.uses]), (LeakingClass.self, [Self.uses, Self.leaks])], on: pool)
      #expect(texts == [])
      #expect(counts == [0, 0, 0])
    }

    @Test func onlyTheClassThatLeaksFails() {
      let (first, second) = (stubPool(size: 9, name: "first"), stubPool(size: 9, name: "second"))
      let (texts, counts) = failures(
        of: [
          (OtherClass.self, [{ _ in try Self.uses(first) }, Self.uses]),
          (LeakingClass.self, [{ _ in try Self.uses(second) }, { _ in try Self.leaks(second) }]),
        ], on: first)
      #expect(texts.map { $0.prefix { $0 != ":" } } == ["DatabaseSuiteLeaks.LeakingClass"])
      #expect(counts == [1, 0, 1])
    }

    @Test func whatComesBackInTimeIsNone() {
      let pool = stubPool(size: 9, name: "returned")
      let (texts, _) = failures(
        of: [
          (
            LeakingClass.self,
            [Self.uses, Self.leaks, { _ in try Self.kept.withLock { $0.popLast() }?.checkin() }]
          )
        ], on: pool)
      #expect(texts == [])
    }

    @Test func aClassThatAsksForNothingDoesNotFail() {
      let pool = stubPool(size: 9, name: "careless")
      #expect(failures(of: [(CarelessClass.self, [Self.uses, Self.leaks])], on: pool).texts == [])
    }
  }
#endif
