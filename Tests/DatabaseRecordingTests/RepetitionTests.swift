import DatabaseInstrumentation
import Testing

@testable import DatabaseRecording

private let author = "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT)"
private let book = "CREATE TABLE book (id INTEGER PRIMARY KEY, authorId INTEGER REFERENCES author(id))"

@Suite struct RepetitionTests {
  @Test func aLoopOverTheRowsOfTheParentIsAnNPlusOne() throws {
    let driver = MadeUpDriver(author, book)
    let recording = record {
      driver.run("SELECT * FROM author", rows: 2)
      repeating(2) { key in driver.run("SELECT * FROM book WHERE authorId = ?", key: UInt64(key)) }
    }
    let finding = try #require(recording.findings.first)
    #expect(finding.kind == .nPlusOne)
    #expect(finding.relationship == "book.authorId")
    #expect(finding.count == 2)
    #expect(finding.statements.map(\.number) == [2, 3])
  }

  @Test func toOne() throws {
    let driver = MadeUpDriver(author, book)
    let recording = record {
      driver.run("SELECT * FROM book", rows: 9)
      repeating(3) { key in driver.run("SELECT * FROM author WHERE id = ?", key: UInt64(key)) }
    }
    #expect(recording.findings.map(\.relationship) == ["book.authorId"])
  }

  @Test func aParentOfOneRowIsNone() {
    let driver = MadeUpDriver(author, book)
    let recording = record {
      driver.run("SELECT * FROM author WHERE name = ?", rows: 1)
      repeating(4) { key in driver.run("SELECT * FROM book WHERE authorId = ?", key: UInt64(key)) }
    }
    #expect(recording.findings.isEmpty)
  }

  @Test func aParentThatCameLaterIsNone() {
    let driver = MadeUpDriver(author, book)
    let recording = record {
      repeating(4) { key in driver.run("SELECT * FROM book WHERE authorId = ?", key: UInt64(key)) }
      driver.run("SELECT * FROM author", rows: 4)
    }
    #expect(recording.findings.isEmpty)
  }

  @Test func aParentInAnotherDatabaseIsNone() {
    let driver = MadeUpDriver(author, book)
    let other = MadeUpDriver(author, book)
    let recording = record {
      other.run("SELECT * FROM author", rows: 4)
      repeating(4) { key in driver.run("SELECT * FROM book WHERE authorId = ?", key: UInt64(key)) }
    }
    #expect(recording.findings.isEmpty)
  }

  @Test func oneKeyAgainAndAgainIsNoNPlusOne() {
    let driver = MadeUpDriver(author, book)
    let recording = record {
      driver.run("SELECT * FROM author", rows: 4)
      repeating(4) { _ in driver.run("SELECT * FROM book WHERE authorId = ?", key: 7) }
    }
    #expect(recording.findings.map(\.kind) == [.duplicateQuery])
  }

  @Test func withoutAKnownParentFiveKeysAreARepeatedRead() {
    let driver = MadeUpDriver()
    for (keys, kinds) in [(4, []), (5, [Finding.Kind.repeatedRead])] {
      let recording = record {
        repeating(keys) { key in driver.run("SELECT * FROM book WHERE authorId = ?", key: UInt64(key)) }
      }
      #expect(recording.findings.map(\.kind) == kinds)
    }
  }

  @Test func aSelectInIsTheCureAlsoInChunks() {
    let driver = MadeUpDriver(author, book)
    let recording = record {
      driver.run("SELECT * FROM author", rows: 1_500)
      repeating(3) { chunk in driver.run("SELECT * FROM book WHERE authorId IN (?, ?, ?)", key: UInt64(chunk)) }
    }
    #expect(recording.findings.isEmpty)
  }

  @Test func aSelectInForEachParentIsTheDisease() {
    let driver = MadeUpDriver(author, book)
    let recording = record {
      driver.run("SELECT * FROM author", rows: 4)
      repeating(4) { key in driver.run("SELECT * FROM book WHERE authorId IN (?)", key: UInt64(key)) }
    }
    #expect(recording.findings.map(\.kind) == [.nPlusOne])
    #expect(recording.findings.first?.message.contains("selectIn, 4 distinct keys") == true)
  }

  @Test func lookupsOnDifferentLinesAreNoLoop() {
    let driver = MadeUpDriver(author, book)
    let recording = record {
      driver.run("SELECT * FROM author", rows: 2)
      driver.run("SELECT * FROM book WHERE authorId = ?", key: 1)
      driver.run("SELECT * FROM book WHERE authorId = ?", key: 2)
      driver.run("SELECT * FROM book WHERE authorId = ?", key: 3)
    }
    #expect(recording.findings.isEmpty)
  }

  @Test func writesAreNoNPlusOne() {
    let driver = MadeUpDriver(author, book)
    let recording = record {
      driver.run("SELECT * FROM author", rows: 9)
      repeating(9) { key in driver.run("INSERT INTO book (authorId) VALUES (?)", key: UInt64(key), changed: 1) }
      repeating(9) { key in
        driver.run("UPDATE book SET authorId = 1 WHERE authorId = ?", key: UInt64(key), changed: 1)
      }
    }
    #expect(recording.findings.isEmpty)
  }

  @Test func theThresholdRaisesTheBar() {
    let driver = MadeUpDriver(author, book)
    let recording = record {
      driver.run("SELECT * FROM author", rows: 4)
      repeating(4) { key in driver.run("SELECT * FROM book WHERE authorId = ?", key: UInt64(key)) }
    }
    #expect(recording.check(.noNPlusOne(threshold: 4)).count == 1)
    #expect(recording.check(.noNPlusOne(threshold: 5)).isEmpty)
  }

  @Test func ninetyExecutionsAreCountedEachWithItsCallSite() throws {
    let driver = MadeUpDriver(author, book)
    let recording = record {
      driver.run("SELECT * FROM author", rows: 90)
      repeating(90) { key in driver.run("SELECT * FROM book WHERE authorId = ?", key: UInt64(key)) }
    }
    let finding = try #require(recording.findings.first)
    #expect(finding.count == 90)
    #expect(finding.headline.contains("90 of 91 queries"))
    #expect(recording.selects.filter { $0.callSite != nil }.count == (recording.notes == [] ? 91 : 9))
  }

  @Test func severalNPlusOnesAreNumbered() {
    let driver = MadeUpDriver(
      author, book, "CREATE TABLE review (id INTEGER PRIMARY KEY, bookId INTEGER REFERENCES book(id))")
    let recording = record {
      driver.run("SELECT * FROM author", rows: 3)
      repeating(3) { key in driver.run("SELECT * FROM book WHERE authorId = ?", key: UInt64(key), rows: 2) }
      repeating(6) { key in driver.run("SELECT * FROM review WHERE bookId = ?", key: UInt64(key)) }
    }
    #expect(recording.findings.map(\.relationship) == ["review.bookId", "book.authorId"])
    #expect(recording.findings.first?.headline.contains("found 2 (1 of 2): 6 of 10 queries") == true)
    #expect(recording.findings.last?.message.hasSuffix("1 other query: #1.") == true)
  }

  @Test func controlCharactersInSQLCannotChangeTheOutput() {
    let driver = MadeUpDriver(author, book)
    let recording = record {
      driver.run("SELECT * FROM author", rows: 3)
      repeating(3) { key in driver.run("SELECT \"\u{1B}[31m\n\" FROM book WHERE authorId = ?", key: UInt64(key)) }
    }
    let message = recording.findings.first?.message ?? ""
    #expect(!message.isEmpty)
    #expect(!message.contains("\u{1B}"))
    #expect(!recording.description.contains("\u{1B}"))
  }
}

@Suite struct DuplicateTests {
  private let setting = "CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT)"

  @Test func theSameParametersInALoop() throws {
    let driver = MadeUpDriver(setting)
    let recording = record {
      repeating(3) { _ in driver.run("SELECT value FROM setting WHERE key = ?", key: 1) }
    }
    let finding = try #require(recording.findings.first)
    #expect(finding.kind == .duplicateQuery)
    #expect(finding.count == 3)
  }

  @Test func aWriteToTheTableInBetween() {
    let driver = MadeUpDriver(setting)
    let recording = record {
      repeating(3) { _ in
        driver.run("SELECT value FROM setting WHERE key = ?", key: 1)
        driver.run("UPDATE setting SET value = ? WHERE key = ?", changed: 1)
      }
    }
    #expect(recording.findings.isEmpty)
  }

  @Test func aWriteToAnotherTableInBetween() {
    let driver = MadeUpDriver(setting)
    let recording = record {
      repeating(3) { _ in
        driver.run("SELECT value FROM setting WHERE key = ?", key: 1)
        driver.run("INSERT INTO log VALUES (?)", changed: 1)
      }
    }
    #expect(recording.findings.map(\.kind) == [.duplicateQuery])
  }

  @Test(arguments: ["ROLLBACK", "ALTER TABLE setting ADD COLUMN x"])
  func whateverMayChangeAnything(sql: String) {
    let driver = MadeUpDriver(setting)
    let recording = record {
      repeating(3) { _ in
        driver.run("SELECT value FROM setting WHERE key = ?", key: 1)
        driver.run(sql)
      }
    }
    #expect(recording.findings.isEmpty)
  }

  @Test func unknownParametersAndQueriesWithoutATable() {
    let driver = MadeUpDriver(setting)
    let recording = record {
      repeating(3) { _ in driver.run("SELECT value FROM setting WHERE value LIKE ?", key: 0) }
      repeating(3) { _ in driver.run("SELECT random()", key: 5) }
    }
    #expect(recording.findings.isEmpty)
  }

  @Test func onTwoLines() {
    let driver = MadeUpDriver(setting)
    let recording = record {
      driver.run("SELECT value FROM setting WHERE key = ?", key: 1)
      driver.run("SELECT value FROM setting WHERE key = ?", key: 1)
    }
    #expect(recording.findings.isEmpty)
  }

  @Test func aRetryAfterAFailureIsNone() {
    let driver = MadeUpDriver(setting)
    let busy = StatementError(code: 5, message: "database is locked")
    let recording = record {
      repeating(3) { attempt in
        driver.run("SELECT value FROM setting WHERE key = ?", key: 1, error: attempt < 3 ? busy : nil)
      }
    }
    #expect(recording.findings.map(\.kind) == [.failure])
  }
}
