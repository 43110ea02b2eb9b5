import DatabaseInstrumentation
import TestSupport
import Testing

@testable import DatabaseRecording

@Suite struct CostTests {
  private let through = "through MadeUpDriver.run(_:_:)"

  @Test(.needs(.lines)) func aFullScanIsFound() {
    let driver = MadeUpDriver()
    var line = 0
    let recording = record {
      driver.run("SELECT * FROM author WHERE id = ?", MadeUpFacts())
      line = #line + 1
      driver.run("SELECT id FROM book WHERE title = 'x'", MadeUpFacts(rows: 1, steps: 58, scanned: 11))
    }
    #expect(
      recording.message(.noFullScans) == """
        Expected no full scans, found 1: SELECT id FROM book WHERE title = ? looks at 12 rows of book to find 1.
          1×  SELECT id FROM book WHERE title = ?    12 rows looked at, 58 steps    #2
               at CostTests.swift:\(line) in CostTests.aFullScanIsFound(), \(through)
          fix: an index, e.g. CREATE INDEX book_title ON book (title), or .noFullScans(except: ["book"])
        """)
    #expect(recording.check(.noFullScans(except: ["BOOK"])).isEmpty)
    #expect(recording.check(.noFullScans.ignoring("SELECT id FROM book WHERE title = ?", because: "a report")).isEmpty)
  }

  @Test(arguments: [
    ("SELECT * FROM book", MadeUpFacts(rows: 1, scanned: 11)),
    ("SELECT count(*) FROM book", MadeUpFacts(rows: 1, scanned: 11)),
    ("SELECT * FROM book WHERE deleted = 0", MadeUpFacts(rows: 6, scanned: 11)),
    ("SELECT * FROM book WHERE title = 'x'", MadeUpFacts(rows: 0, scanned: 1)),
    ("SELECT * FROM book LIMIT 10 OFFSET 100", MadeUpFacts(rows: 10, scanned: 109)),
    ("SELECT * FROM author WHERE id IN (SELECT authorId FROM book)", MadeUpFacts(rows: 1, scanned: 11)),
    ("WITH x AS (VALUES (1)) SELECT * FROM book WHERE id = 1", MadeUpFacts(rows: 1, scanned: 11)),
    ("UPDATE book SET a = 1 WHERE b = 2", MadeUpFacts(rows: 0, changed: 12, scanned: 11)),
  ])
  func whatHasToReadTheRowsIsNoFullScan(sql: String, facts: MadeUpFacts) {
    let recording = record { MadeUpDriver().run(sql, facts) }
    #expect(recording.check(.noFullScans).isEmpty)
  }

  @Test(arguments: [
    ("SELECT * FROM book ORDER BY title LIMIT 1", MadeUpFacts(rows: 1, scanned: 11, sorts: 1)),
    ("DELETE FROM book WHERE title = 'x'", MadeUpFacts(rows: 0, changed: 1, scanned: 11)),
    ("SELECT * FROM a JOIN b ON b.x = a.x WHERE a.y = 1", MadeUpFacts(rows: 2, scanned: 40)),
  ])
  func otherFullScans(sql: String, facts: MadeUpFacts) {
    let recording = record { MadeUpDriver().run(sql, facts) }
    #expect(recording.check(.noFullScans).map(\.kind) == [.fullScan])
  }

  @Test func aSearchInTextsIsToldOfFTSAndAnAggregateOfNoRows() {
    let recording = record {
      MadeUpDriver().run("SELECT id FROM book WHERE title LIKE '%x%'", MadeUpFacts(rows: 1, scanned: 11))
    }
    #expect(
      recording.message(.noFullScans)?.hasSuffix("fix: a full-text index (FTS5), or .noFullScans(except: [\"book\"])")
        == true)
    let counted = record {
      MadeUpDriver().run("SELECT count(*) FROM book WHERE title = 'x'", MadeUpFacts(rows: 1, scanned: 11))
    }
    #expect(
      counted.check(.noFullScans).first?.headline
        == "Expected no full scans, found 1: SELECT count(*) FROM book WHERE title = ? looks at 12 rows of book.")
  }

  @Test(.needs(.lines)) func anAutomaticIndexIsFound() {
    var line = 0
    let recording = record {
      MadeUpDriver().run("SELECT 1 FROM a", MadeUpFacts())
      line = #line + 1
      MadeUpDriver().run("SELECT * FROM a JOIN b ON b.x = a.x", MadeUpFacts(rows: 9, steps: 912, indexed: 49))
    }
    #expect(
      recording.message(.noAutomaticIndexes) == """
        Expected no automatic indexes, found 1: SELECT * FROM a JOIN b ON b.x = a.x puts 50 rows into an index for itself.
          1×  SELECT * FROM a JOIN b ON b.x = a.x    50 rows indexed, 912 steps    #2
               at CostTests.swift:\(line) in CostTests.anAutomaticIndexIsFound(), \(through)
          fix: an index on the columns that the join compares
        """)
    #expect(record { MadeUpDriver().run("SELECT 1 FROM a", MadeUpFacts()) }.check(.noAutomaticIndexes).isEmpty)
  }

  @Test(.needs(.lines)) func stepsAndRowsAreSums() {
    let driver = MadeUpDriver()
    let recording = record {
      driver.run("SELECT * FROM author", MadeUpFacts(rows: 2, steps: 26))
      repeating(3) { _ in driver.run("SELECT * FROM book WHERE authorId = 1", MadeUpFacts(rows: 4, steps: 50)) }
      driver.run("INSERT INTO book VALUES (1)", MadeUpFacts(rows: 0, changed: 1, steps: 5))
      driver.run("PRAGMA user_version", MadeUpFacts(rows: 1, steps: 1_000))
    }
    #expect(recording.check(.steps(181), .rows(14), .steps(...26, on: "author"), .rows(12, on: "Book")).isEmpty)
    #expect(
      recording.message(.steps(...100))?.replacing(/\.swift:\d+/, with: ".swift:…") == """
        Expected up to 100 steps, found 181.
          3×  SELECT * FROM book WHERE authorId = ?    150 steps    #2, #3, #4
               at CostTests.swift:… in CostTests.stepsAndRowsAreSums(), through MadeUpDriver.run(_:_:)
          1×  SELECT * FROM author    26 steps    #1
               at CostTests.swift:… in CostTests.stepsAndRowsAreSums(), through MadeUpDriver.run(_:_:)
          1×  INSERT INTO book VALUES (?)    5 steps    #5
               at CostTests.swift:… in CostTests.stepsAndRowsAreSums(), through MadeUpDriver.run(_:_:)
        """)
    #expect(recording.check(.rows(1, on: "author")).first?.headline == "Expected 1 row on author, found 2.")
  }

  @Test func whatTheSourceDoesNotTellIsNotTakenForNothing() {
    let recording = record { MadeUpDriver().run("SELECT * FROM book WHERE a = 1", MadeUpFacts(flags: [])) }
    #expect(
      recording.message(.noFullScans) == """
        .noFullScans cannot be checked: what 1 query cost is unknown.
          fix: finish the queries inside of the scope; only SQLite's own hooks tell what a statement cost
        """)
    for expectation in [DatabaseExpectation.noAutomaticIndexes, .steps(...5)] {
      #expect(recording.check(expectation).map(\.kind) == [.blind])
      #expect(recording.check(expectation.not).map(\.kind) == [.blind])
    }
    for expectation in [DatabaseExpectation.noFullScans, .noAutomaticIndexes] {
      #expect(record {}.check(expectation).map(\.kind) == [.blind])
    }
  }
}
