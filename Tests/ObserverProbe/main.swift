// A suite of XCTest in a program of its own, whose classes know nothing of this package. TestObserverTests runs it and reads what XCTest
// prints. The first argument names a class, or a test of one.

#if os(Linux)
  import XCTest

  XCTMain([
    testCase([
      ("testOneByOne", GuiltyTests.testOneByOne),
      ("testOneByOneAgain", GuiltyTests.testOneByOneAgain),
      ("testOneByOneOnAQueue", GuiltyTests.testOneByOneOnAQueue),
      ("testOneByOneInATask", asyncTest(GuiltyTests.testOneByOneInATask)),
      ("testOneByOneInARecording", GuiltyTests.testOneByOneInARecording),
      ("testATeardownBlockOneByOne", GuiltyTests.testATeardownBlockOneByOne),
    ]),
    testCase([
      ("testTogether", InnocentTests.testTogether),
      ("testNothing", InnocentTests.testNothing),
      ("testAFixtureOneByOne", InnocentTests.testAFixtureOneByOne),
      ("testOneOfThem", InnocentTests.testOneOfThem),
      ("testAnotherOfThem", InnocentTests.testAnotherOfThem),
      ("testSkipped", InnocentTests.testSkipped),
    ]),
    testCase([
      ("testLeavesAConnection", LeakingTests.testLeavesAConnection),
      ("testGivesItBackInATeardownBlock", LeakingTests.testGivesItBackInATeardownBlock),
    ]),
    testCase([("testThrows", EndingTests.testThrows), ("testFailsByItself", EndingTests.testFailsByItself)]),
    testCase([("testIsUnrecorded", LateTests.testIsUnrecorded), ("testIsRecorded", LateTests.testIsRecorded)]),
    testCase([("testOneByOne", InstallingTests.testOneByOne)]),
    testCase([("testOneByOne", OwnTests.testOneByOne), ("testInSetUpOnly", OwnTests.testInSetUpOnly)]),
    testCase([("testRecords", NamedTests.testRecords), ("testExpects", NamedTests.testExpects)]),
    testCase([("testNothing", CheapTests.testNothing)]),
  ])
#endif
