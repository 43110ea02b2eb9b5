import DatabaseInstrumentation
import Testing

@testable import DatabaseRecording

@Suite struct ComposedTests {
  private func threeQueries() -> Recording {
    let driver = MadeUpDriver()
    return record {
      driver.run("SELECT 1 FROM a", MadeUpFacts())
      driver.run("SELECT 2 FROM b", MadeUpFacts())
      driver.run("SELECT 3 FROM c", MadeUpFacts())
    }
  }

  @Test func theOpposite() {
    let recording = threeQueries()
    #expect(recording.check(.queries(2).not, .noWrites.not.not).isEmpty)
    #expect(DatabaseExpectation.queries(2).not.name == ".queries(2).not")
    #expect(DatabaseExpectation.queries(2).not.not.name == ".queries(2)")
    #expect(
      recording.message(.noFailures.not) == """
        Expected .noFailures not to hold, but it holds.
          fix: the fault is gone: remove the .not
        """)
  }

  @Test func oneOfSeveral() {
    let recording = threeQueries()
    #expect(recording.check(.any(of: [.queries(1), .queries(3)])).isEmpty)
    #expect(
      recording.message(.any(of: [.queries(1, on: "a").not, .fails(1)])) == """
        Expected one of .queries(1, on: "a").not, .fails(1) to hold, none does.
          .queries(1, on: "a").not: Expected .queries(1, on: "a") not to hold, but it holds.
            fix: the fault is gone: remove the .not
          .fails(1): Expected 1 failed statement, found none.
            what ran, without failing:
            1×  SELECT ? FROM a    #1
            1×  SELECT ? FROM b    #2
            1×  SELECT ? FROM c    #3
        """)
  }

  @Test func allOfThem() {
    let recording = threeQueries()
    let frugal = DatabaseExpectation.all(of: [.queries(...5), .noFailures])
    #expect(recording.check(frugal).isEmpty)
    #expect(frugal.name == ".all(of: [.queries(...5), .noFailures])")
    #expect(recording.check(.all(of: [.queries(1), .selects(2), .noWrites])).map(\.kind) == [.count, .count])
    #expect(recording.check(.all(of: [.queries(1), .noWrites]).not).isEmpty)
  }

  @Test(arguments: [
    DatabaseExpectation.noNPlusOne, .queries(2), .queries(0), .executes("SELECT 1 FROM a"), .noWrites,
    .neverExecutes("SELECT 1 FROM a"), .any(of: [.noNPlusOne, .queries(1)]), .all(of: [.noNPlusOne, .queries(1)]),
    .steps(...3), .noFullScans, .noBlockingQueries, .fails(1), .loads(.lazy, of: "a.b", 1),
    .executes(inOrder: ["SELECT 1 FROM a"]),
    DatabaseExpectation("my own") { _ in [] },
    DatabaseExpectation("my own that fails") { _ in [Finding(kind: .count, "no")] },
  ])
  func theOppositeOfNothingSeenProvesNothing(expectation: DatabaseExpectation) {
    #expect(record {}.check(expectation.not).map(\.kind) == [.blind])
    #expect(record {}.check([expectation.not], isInherited: true).isEmpty)
    let onlyPragmas = record { MadeUpDriver().run("PRAGMA user_version", MadeUpFacts()) }
    #expect(onlyPragmas.check(expectation.not).map(\.kind) == [.blind])
  }

  @Test(arguments: [
    DatabaseExpectation.noNPlusOne, .queries(2), .queries(0), .executes("SELECT 1 FROM a"), .fails(1),
    .any(of: [.noNPlusOne, .queries(0)]), .all(of: []), DatabaseExpectation("my own") { _ in [] },
  ])
  func aBlindRecordingPassesNothing(expectation: DatabaseExpectation) {
    let driver = MadeUpDriver()
    let recording = record {
      driver.run("SELECT 1 FROM a", MadeUpFacts())
      driver.connection.markLost()
    }
    #expect(recording.isBlind)
    for whole in [expectation, expectation.not, .any(of: [expectation, expectation.not]), .all(of: [expectation])] {
      #expect(recording.check(whole).map(\.kind) == [.blind])
      #expect(recording.check([whole.allowingNoQueries], isInherited: true).map(\.kind) == [.blind])
    }
  }

  @Test func whatAPartAllowsTheWholeAllows() {
    #expect(
      record {}.check(.noNPlusOne.allowingNoQueries.not).map(\.headline) == [
        "Expected .noNPlusOne not to hold, but it holds."
      ])
    #expect(record {}.check(.executes("SELECT 1 FROM a").not.allowingNoQueries).isEmpty)
    #expect(record {}.check(.any(of: [.noNPlusOne, .noWrites]).allowingNoQueries).isEmpty)
    #expect(record {}.check(.any(of: [.noNPlusOne, .noWrites])).map(\.kind) == [.composed])
  }

  @Test func aPartThatCannotBeCheckedSpoilsTheWhole() {
    let recording = threeQueries()
    #expect(
      recording.message(.any(of: [.queries(-1), .queries(3)])) == """
        .any(of: [.queries(-1), .queries(3)]) cannot be checked: .queries(-1): a count cannot be negative; write 0 or more.
        """)
    #expect(recording.check(.queries(-1).not).map(\.kind) == [.invalidExpectation])
    #expect(recording.message(.any(of: [])) == ".any(of: []) cannot be checked: there is no expectation in it.")
  }

  @Test func ignoringReachesTheParts() {
    let driver = MadeUpDriver()
    let recording = record { driver.run("DELETE FROM a", MadeUpFacts(error: StatementError(code: 1, message: "no"))) }
    let quiet = DatabaseExpectation.all(of: [.noFailures]).ignoring("DELETE FROM a", because: "there is no such table")
    #expect(recording.check(quiet).isEmpty)
    #expect(recording.check(quiet.not).map(\.kind) == [.composed])
  }
}
