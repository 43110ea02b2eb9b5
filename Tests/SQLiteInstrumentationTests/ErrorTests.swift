import CSQLiteForTests
import DatabaseTesting
import TestSupport
import Testing

@Suite struct ErrorTests {
  @Test func aConstraintHasItsExtendedCodeAndMessage() throws {
    let shop = try Shop()
    let recording = recordDatabase {
      #expect(throws: SQLiteFailure.self) { try shop.database.execute("INSERT INTO author VALUES (1, 'again')") }
    }
    let error = try #require(recording.inserts.first?.error)
    #expect(error == StatementErrorFixture.primaryKey)
    #expect(error.description == "UNIQUE constraint failed: author.id (1555)")
    #expect(recording.inserts.first?.rowsChanged == 0)
  }

  /// In the middle of a word, too.
  @Test(.needs(.interposition)) func noMessageIsCutOff() throws {
    let shop = try Shop()
    let recording = recordDatabase {
      for length in 100..<240 {
        let name = String(repeating: "x", count: length)
        _ = try? shop.database.rows("INSERT INTO author VALUES (1, '\(name)')")
      }
    }
    #expect(Set(recording.inserts.map { $0.error?.message }) == ["UNIQUE constraint failed: author.id"])
    let executed = recordDatabase {
      for length in 100..<240 {
        let name = String(repeating: "x", count: length)
        try? shop.database.execute("INSERT INTO author VALUES (1, '\(name)')")
      }
    }
    let messages = Set(executed.inserts.map { $0.error?.message })
    #expect(messages.isSubset(of: ["UNIQUE constraint failed: author.id", "constraint failed"]), "\(messages)")
  }

  /// SQLite's log cuts it off.
  @Test(.needs(.interposition)) func aLongStatementHasItsMessage() throws {
    let shop = try Shop()
    let name = String(repeating: "x", count: 500)
    let recording = recordDatabase {
      #expect(throws: SQLiteFailure.self) { try shop.database.rows("INSERT INTO author VALUES (1, '\(name)')") }
    }
    #expect(recording.inserts.first?.error?.code == 1555)
    #expect(recording.inserts.first?.error?.message == "UNIQUE constraint failed: author.id")
  }

  @Test func aStatementThatCannotBePreparedIsRecorded() throws {
    let shop = try Shop()
    let recording = recordDatabase {
      _ = try? shop.authors()
      #expect(throws: SQLiteFailure.self) { try shop.database.execute("SELECT * FROM nowhere WHERE a = 'secret'") }
    }
    let failed = try #require(recording.statements.last)
    #expect(failed.error?.message == "no such table: nowhere")
    #expect(failed.error?.isPrepareFailure == true)
    #expect(failed.error?.code == 1)
    #expect(recording.queries.count == 1)
    #expect(!recording.description.contains("secret"))
  }

  @Test func aSyntaxErrorDoesNotQuoteAValue() throws {
    let shop = try Shop()
    let recording = recordDatabase {
      #expect(throws: SQLiteFailure.self) { try shop.database.execute("SELECT 1 'secret' 'secret' FROM author") }
      #expect(throws: SQLiteFailure.self) { try shop.database.execute("SELEC id FROM author") }
    }
    #expect(recording.statements.count == 2)
    #expect(!recording.description.contains("secret"))
    #expect(recording.statements.last?.error?.message == #"near "SELEC": syntax error"#)
  }

  @Test func aLockedDatabaseIsAFailure() throws {
    let file = try TemporaryFile()
    let shop = try Shop(file.path)
    let other = try SQLiteDatabase(file.path)
    try shop.database.execute("BEGIN IMMEDIATE")
    let recording = recordDatabase {
      #expect(throws: SQLiteFailure.self) { try other.execute("BEGIN IMMEDIATE") }
      #expect(throws: SQLiteFailure.self) { try other.execute("INSERT INTO setting VALUES (9, 'x')") }
    }
    try shop.database.execute("COMMIT")
    #expect(recording.statements.map { $0.error?.code } == [5, 5])
    #expect(recording.statements.first?.error?.message == "database is locked")
    #expect(!recording.isBlind)
  }

  @Test func aCursorThatIsLeftEarlyIsNoFailure() throws {
    let shop = try Shop(authors: 5)
    let recording = try recordDatabase {
      let statement = try shop.database.prepare("SELECT id FROM author")
      _ = sqlite3_step(statement)
      sqlite3_finalize(statement)
    }
    #expect(recording.check(.noFailures).isEmpty)
  }

  @Test func failuresAreFindings() throws {
    let shop = try Shop()
    let recording = recordDatabase {
      for _ in 0..<2 { _ = try? shop.database.execute("INSERT INTO author VALUES (1, 'again')") }
    }
    let finding = try #require(recording.check(.noFailures).first)
    #expect(finding.headline == "Expected no failed statements, found 2: UNIQUE constraint failed: author.id (1555).")
    #expect(finding.count == 2)
    #expect(
      recording.check(.noFailures.ignoring("INSERT INTO author VALUES (2, 'x')", because: "tried on purpose")).isEmpty)
  }
}

enum StatementErrorFixture {
  static let primaryKey = StatementErrorFixture.make()

  private static func make() -> StatementError {
    StatementError(code: 1555, message: "UNIQUE constraint failed: author.id")
  }
}
