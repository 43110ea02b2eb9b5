import DatabaseInstrumentation
import TestSupport
import Testing

@testable import DatabaseRecording

@Suite struct TextTests {
  private let through = "through MadeUpDriver.run(_:_:)"

  @Test(.needs(.lines)) func aStatementRunsSoManyTimes() {
    let driver = MadeUpDriver()
    var line = 0
    let recording = record {
      driver.run("SELECT * FROM author", MadeUpFacts())
      line = #line + 1
      repeating(3) { _ in driver.run("SELECT * FROM book WHERE authorId = 7", MadeUpFacts()) }
    }
    #expect(recording.check(.executes("select * from \"book\" where authorId = ?", times: 3)).isEmpty)
    #expect(recording.check(.executes("SELECT * FROM book WHERE authorId = 1")).isEmpty)
    #expect(
      recording.message(.executes("SELECT * FROM book WHERE authorId = ?", times: 1)) == """
        Expected SELECT * FROM book WHERE authorId = ? once, found 3 times: #2, #3, #4.
               at TextTests.swift:\(line) in TextTests.aStatementRunsSoManyTimes(), \(through)
        """)
    #expect(
      recording.message(.executes("SELECT * FROM book WHERE id = ?")) == """
        Expected SELECT * FROM book WHERE id = ? at least once, found never.
          what ran instead:
          3×  SELECT * FROM book WHERE authorId = ?    #2, #3, #4
        """)
  }

  @Test func onOneDatabaseOfSeveral() {
    let (one, other) = (MadeUpDriver(), MadeUpDriver())
    let recording = record {
      one.run("SELECT * FROM book", MadeUpFacts())
      other.run("SELECT * FROM book", MadeUpFacts())
    }
    let name = recording.connections[0].name
    #expect(recording.check(.executes("SELECT * FROM book", times: 2, in: name), .queries(2, in: name)).isEmpty)
    #expect(
      recording.message(.executes("SELECT * FROM book", times: 1, in: "elsewhere"))
        == "Expected SELECT * FROM book once, found never.\n  what ran instead:\n  2×  SELECT * FROM book    #1, #2")
    // What other tests send meanwhile without their task stands below.
    #expect(
      recording.message(.queries(1, in: "elsewhere"))?.split(separator: "\n").prefix(3) == [
        "Expected 1 query in elsewhere, found none.", "  what ran instead:", "  2×  SELECT * FROM book    #1, #2",
      ])
  }

  @Test(.needs(.lines)) func aStatementNeverRuns() {
    let driver = MadeUpDriver()
    var line = 0
    let recording = record {
      driver.run("SELECT * FROM book", MadeUpFacts())
      line = #line + 1
      driver.run("DELETE FROM book", MadeUpFacts())
    }
    #expect(recording.check(.neverExecutes("DELETE FROM author")).isEmpty)
    #expect(
      recording.message(.neverExecutes("DELETE FROM book")) == """
        Expected DELETE FROM book never, found once: #2.
               at TextTests.swift:\(line) in TextTests.aStatementNeverRuns(), \(through)
        """)
  }

  @Test func inOrderWithOthersBetween() {
    let driver = MadeUpDriver()
    let recording = record {
      driver.run("INSERT INTO author VALUES (1)", MadeUpFacts())
      driver.run("SELECT 1 FROM setting", MadeUpFacts())
      driver.run("INSERT INTO book VALUES (1)", MadeUpFacts())
    }
    let (author, book) = ("INSERT INTO author VALUES (?)", "INSERT INTO book VALUES (?)")
    #expect(recording.check(.executes(inOrder: [author, book])).isEmpty)
    #expect(recording.check(.executes(inOrder: [author]), .executes(inAnyOrder: [book, author])).isEmpty)
    #expect(
      recording.message(.executes(inOrder: [book, author])) == """
        Expected 2 statements in order, the 2nd did not follow: INSERT INTO author VALUES (?).
          #3  INSERT INTO book VALUES (?)
               INSERT INTO author VALUES (?)    ran before, at #1
        """)
    #expect(
      recording.message(.executes(inOrder: [author, author])) == """
        Expected 2 statements in order, the 2nd did not follow: INSERT INTO author VALUES (?).
          #1  INSERT INTO author VALUES (?)
               INSERT INTO author VALUES (?)    ran before, at #1
        """)
  }

  @Test func inAnyOrderEachAsOftenAsItIsNamed() {
    let driver = MadeUpDriver()
    let recording = record {
      driver.run("UPDATE book SET title = 'x' WHERE id = 1", MadeUpFacts())
      driver.run("INSERT INTO log VALUES (1)", MadeUpFacts())
    }
    let (update, log) = ("UPDATE book SET title = ? WHERE id = ?", "INSERT INTO log VALUES (?)")
    #expect(recording.check(.executes(inAnyOrder: [log, update])).isEmpty)
    #expect(
      recording.message(.executes(inAnyOrder: [log, "insert into \"log\" values (2)", "UPDATE book SET title = ?"]))
        == """
        Expected 3 statements in any order, 2 of them did not run.
          missing  INSERT INTO log VALUES (?)
          what ran instead:
          1×  INSERT INTO log VALUES (?)    #2
          missing  UPDATE book SET title = ?
          what ran instead:
          1×  UPDATE book SET title = ? WHERE id = ?    #1
        """)
  }

  @Test func whatCannotBeMeant() {
    let recording = record { MadeUpDriver().run("SELECT 1 FROM a", MadeUpFacts()) }
    #expect(
      recording.message(.executes(inOrder: []))
        == ".executes(inOrder: []) cannot be checked: there is no statement in it; write the SQL that is meant.")
    #expect(recording.check(.neverExecutes(" -- nothing")).map(\.kind) == [.invalidExpectation])
    #expect(recording.check(.executes("SELECT 1 FROM a", times: -1)).map(\.kind) == [.invalidExpectation])
  }

  @Test func aRecordingThatSawNothingProvesNothing() {
    let recording = record {}
    #expect(recording.check(.neverExecutes("DELETE FROM book")).map(\.kind) == [.blind])
    #expect(recording.check(.neverExecutes("DELETE FROM book").allowingNoQueries).isEmpty)
    #expect(
      recording.message(.executes("SELECT 1 FROM a", times: 2)) == "Expected SELECT ? FROM a 2 times, found never.")
  }
}
