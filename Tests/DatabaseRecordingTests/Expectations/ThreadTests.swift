import CStatementLog
import DatabaseInstrumentation
import TestSupport
import Testing

@testable import DatabaseRecording

@Suite struct ThreadTests {
  private let through = "through MadeUpDriver.run(_:_:)"

  @Test(.needs(.lines)) func aQueryOnTheMainThreadIsFound() {
    let driver = MadeUpDriver()
    var line = 0
    let recording = record {
      driver.run("SELECT * FROM book", MadeUpFacts())
      line = #line + 1
      repeating(2) { _ in driver.run("SELECT * FROM author", MadeUpFacts(flags: [.hasCounters, .mainThread])) }
      driver.run("PRAGMA user_version", MadeUpFacts(flags: [.hasCounters, .mainThread]))
    }
    #expect(
      recording.message(.noMainThreadQueries) == """
        Expected no queries on the main thread, found 2.
          2×  SELECT * FROM author    #2, #3
               at ThreadTests.swift:\(line) in ThreadTests.aQueryOnTheMainThreadIsFound(), \(through)
          fix: await an asynchronous read of the database
        """)
    #expect(recording.check(.noBlockingQueries).isEmpty)
    #expect(recording.check(.noMainThreadQueries.ignoring("SELECT * FROM author", because: "at launch")).isEmpty)
  }

  @Test(.needs(.lines)) func aQueryThatBlocksASharedThreadIsFound() {
    let driver = MadeUpDriver()
    var line = 0
    let recording = record {
      line = #line + 1
      driver.run("SELECT * FROM author", MadeUpFacts(flags: [.hasCounters, .sharedThread]))
      driver.run("SELECT * FROM book", MadeUpFacts())
    }
    #expect(
      recording.message(.noBlockingQueries) == """
        Expected no queries that block a shared thread, found 1.
          1×  SELECT * FROM author    #1
               at ThreadTests.swift:\(line) in ThreadTests.aQueryThatBlocksASharedThreadIsFound(), \(through)
          fix: await an asynchronous read, or send the work to a thread of its own
        """)
    #expect(recording.check(.noMainThreadQueries).isEmpty)
  }

  @Test func whereNoThreadIsKnownNothingPasses() {
    let recording = record { MadeUpDriver().run("SELECT * FROM book", MadeUpFacts(thread: 0, flags: [])) }
    #expect(
      recording.message(.noMainThreadQueries) == """
        .noMainThreadQueries cannot be checked: the threads of 1 query are unknown.
          fix: only SQLite's own hooks and those of drivers tell threads; spans do not
        """)
    #expect(recording.check(.noBlockingQueries.not).map(\.kind) == [.blind])
    for expectation in [DatabaseExpectation.noMainThreadQueries, .noBlockingQueries] {
      #expect(record {}.check(expectation).map(\.kind) == [.blind])
      #expect(record {}.check([expectation], isInherited: true).isEmpty)
    }
  }

  /// Swift's runtime is not as it is known.
  @Test func whereTheExecutorIsUnknownNothingPasses() {
    let driver = MadeUpDriver()
    let recording = record {
      driver.run("SELECT * FROM book", MadeUpFacts(flags: [.hasCounters, .unknownExecutor]))
      driver.run("SELECT * FROM author", MadeUpFacts())
    }
    for expectation in [DatabaseExpectation.noMainThreadQueries, .noBlockingQueries] {
      #expect(
        recording.message(expectation) == """
          \(expectation) cannot be checked: where 1 query ran is unknown, since this version of Swift's runtime is.
            fix: leave the expectation out with this version of Swift, and report the version
          """)
      #expect(recording.check(expectation.not).map(\.kind) == [.blind])
      #expect(recording.check([expectation], isInherited: true).map(\.kind) == [.blind])
      #expect(recording.check(expectation.ignoring("SELECT * FROM book", because: "unknown")).isEmpty)
    }
  }

  /// The main thread and event loops are known by other means.
  @Test func whatIsKnownAllTheSameIsFound() {
    let driver = MadeUpDriver()
    let recording = record {
      driver.run("SELECT * FROM book", MadeUpFacts(flags: [.hasCounters, .unknownExecutor, .mainThread]))
      driver.run("SELECT * FROM author", MadeUpFacts(flags: [.hasCounters, .unknownExecutor, .sharedThread]))
    }
    #expect(recording.check(.noMainThreadQueries).map(\.kind) == [.mainThreadQuery])
    #expect(recording.check(.noBlockingQueries).map(\.kind) == [.blockingQuery])
  }

  @Test(.needs(.lines)) func soManyFailures() {
    let driver = MadeUpDriver()
    var line = 0
    let error = StatementError(code: 2067, message: "UNIQUE constraint failed: book.isbn")
    let recording = record {
      driver.run("SELECT * FROM author", MadeUpFacts())
      line = #line + 1
      driver.run("INSERT INTO book VALUES (1)", MadeUpFacts(error: error))
    }
    #expect(recording.check(.fails(1), .fails(0, on: "author"), .fails(1...2, on: "book")).isEmpty)
    #expect(
      recording.message(.fails(1, on: "author")) == """
        Expected 1 failed statement on author, found none.
          what ran, without failing:
          1×  SELECT * FROM author    #1
        """)
    #expect(
      recording.message(.fails(0)) == """
        Expected no failed statements, found 1.
          1×  INSERT INTO book VALUES (?)    #2
               failed: UNIQUE constraint failed: book.isbn (2067)
               at ThreadTests.swift:\(line) in ThreadTests.soManyFailures(), \(through)
        """)
  }
}
