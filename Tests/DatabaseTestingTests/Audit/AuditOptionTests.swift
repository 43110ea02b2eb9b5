import DatabaseTesting
import TestSupport
import Testing

/// How the audit is told what is small, what is left alone, and that a small table grows.
@Suite struct AuditOptionTests {
  private func lookup(
    rows: Int = 10_000, _ check: (Recording) throws -> Void
  ) throws {
    let shop = try withoutDatabaseRecording { try AuditShop(rows: rows) }
    try check(try recordDatabase { try shop.database.execute("SELECT * FROM book WHERE title = 'title 7'") })
    withExtendedLifetime(shop) {}
  }

  /// Whether the tables of a database can still be read once it is closed depends on how SQLite was linked. Silence says nothing.
  @Test func aDatabaseThatIsClosedIsNoSilence() throws {
    var recording: Recording?
    try lookup { recording = $0 }
    let kinds = try #require(recording).check(.audit).map(\.kind)
    #expect(kinds == [.fullScan] || kinds == [.blind])
  }

  @Test func aTableIsLeftAloneOrAStatement() throws {
    try lookup { recording in
      #expect(recording.check(.audit).map(\.kind) == [.fullScan])
      #expect(recording.check(.audit(except: ["BOOK"])).isEmpty)
      #expect(recording.check(.audit(except: ["page"])).count == 1)
      #expect(recording.check(.audit.ignoring("SELECT * FROM book WHERE title = ?", because: "a report")).isEmpty)
      #expect(recording.check(.audit(beyond: 10_001)).isEmpty)
      #expect(recording.check(.audit(beyond: 10_000)).count == 1)
      #expect(recording.check(.audit(beyond: 1)).map(\.kind) == [.invalidExpectation])
    }
  }

  @Test(.needs(.lines)) func theMessageIsWhole() throws {
    var found: String?
    try lookup { found = $0.check(.audit).first?.message }
    let message = try #require(found)
    #expect(
      message.replacing(/Database\.swift:\d+/, with: "Database.swift:…") == """
        Audit: SELECT * FROM book WHERE title = ? looks at 10000 rows of book to find 1.
          1×  SELECT * FROM book WHERE title = ?    10000 rows looked at    #1
               at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
               plan: SCAN book
          fix: an index, e.g. CREATE INDEX book_title ON book (title)
               with it SQLite says SEARCH book USING INDEX book_title (title=?); tried
        """)
  }

  @Test func findingsAreNumbered() throws {
    let shop = try withoutDatabaseRecording { try AuditShop(rows: 10_000) }
    let recording = try recordDatabase {
      try shop.database.execute("SELECT * FROM book WHERE title = 'title 7'")
      try shop.database.execute("SELECT * FROM book ORDER BY price LIMIT 1")
    }
    let headlines = recording.check(.audit).map(\.headline)
    #expect(headlines.map { $0.prefix { $0 != ":" } } == ["Audit, 1 of 2", "Audit, 2 of 2"])
  }

  @Test func aSmallTableThatGrowsIsNotSmall() throws {
    var shop: AuditShop?
    try expectingIssue {
      try expectAudit(at: [10, 20, 40]) {
        shop = try AuditShop(rows: $0)
      } measure: {
        try shop?.database.execute("SELECT * FROM book WHERE title = 'title 7'")
      }
    } matching: { message, _ in
      #expect(message.hasPrefix("Audit: SELECT * FROM book WHERE title = ? looks at 40 rows of book to find 1."))
      #expect(message.hasSuffix("\n       with it SQLite says SEARCH book USING INDEX book_title (title=?); tried"))
    }
  }

  @Test(arguments: [
    "SELECT * FROM country WHERE name = 'France'", "SELECT id FROM book", "SELECT * FROM book WHERE id = 7",
    "SELECT id FROM book WHERE isSold = 1",
  ])
  func whatDoesNotGrowOrHasToIsLeftAlone(sql: String) throws {
    var shop: AuditShop?
    try expectAudit(at: [10, 20, 40]) {
      shop = try AuditShop(rows: $0)
    } measure: {
      try shop?.database.execute(sql)
      try shop?.database.execute("SELECT id FROM author")
    }
  }

  @Test func oneSizeIsRefused() throws {
    try expectingIssue {
      expectAudit(at: [10], populate: { _ in }, measure: {})
    } matching: { message, _ in
      #expect(message.hasPrefix("expectAudit cannot be checked: one size shows no growth"))
    }
  }

  @Test func anAuditThatSawNothingFails() throws {
    #expect(recordDatabase {}.check(.audit).map(\.kind) == [.blind])
  }

  /// The statistics of the app and its database stay as they are, and no value of a statement is shown.
  @Test func noValueIsShown() throws {
    let shop = try withoutDatabaseRecording { try AuditShop(rows: 10_000) }
    let recording = try recordDatabase {
      try shop.database.execute("SELECT * FROM book WHERE title = 'a secret' OR lower(title) = 'a secret'")
      try shop.database.execute("SELECT * FROM author WHERE name LIKE '%secret'")
      try shop.database.execute("UPDATE book SET title = 'a secret'")
    }
    let messages = recording.check(.audit).map(\.message)
    #expect(messages.count >= 2)
    #expect(!messages.joined().contains("secret"))
  }
}
