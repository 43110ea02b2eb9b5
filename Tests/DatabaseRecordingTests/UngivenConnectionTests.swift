import DatabaseInstrumentation
import Testing

@testable import DatabaseRecording

/// Where a source sees the connections that it is given, and was given none: nothing is known, and nothing is known to be missed.
@Suite struct UngivenConnectionTests {
  /// A recording that saw nothing, as on Apple platforms before the first connection is instrumented.
  private let recording: Recording = {
    let storage = record {}.storage
    return Recording(
      storage: Recording.Storage(
        label: "", location: storage.location, function: storage.function, evidence: storage.evidence, excludedCount: 0,
        unattributedCount: 0, unattributed: [], taskless: nil, blindness: [], ungiven: ["Instrument each connection."],
        outerLabel: nil, pools: storage.pools))
  }()

  @Test(arguments: [DatabaseExpectation.noQueries, .queries(0), .queries(...3), .commits(0)])
  func whatHoldsProvesNothing(expectation: DatabaseExpectation) {
    let findings = recording.check(expectation)
    #expect(findings.map(\.kind) == [.blind])
    #expect(
      findings.map(\.headline) == ["\(expectation) cannot be checked: nothing was seen. Instrument each connection."])
  }

  @Test func whatNeedsAQuerySaysWhyItSawNone() {
    let message = recording.check(.noNPlusOne).map(\.message)
    let said = ".noNPlusOne saw no query, so it proves nothing.\n  Instrument each connection."
    #expect(message.first?.hasPrefix(said) == true)
  }

  /// Most tests of a suite touch no database.
  @Test(arguments: [DatabaseExpectation.noNPlusOne, .queries(...3), .noLeaks])
  func aSuitesTestThatTouchesNothingIsLeftAlone(expectation: DatabaseExpectation) {
    #expect(!recording.isBlind)
    #expect(expectation.findings(in: recording, isInherited: true).isEmpty)
  }

  @Test(arguments: [DatabaseExpectation.noQueries, .queries(0), .noNPlusOne])
  func noneIsRightWhereThatIsSaid(expectation: DatabaseExpectation) {
    #expect(recording.check(expectation.allowingNoQueries).isEmpty)
  }
}
