import CSQLiteForTests
import DatabaseTesting
import TestSupport
import Testing

/// Values that are planted in statements must come out nowhere.
@Suite struct SecretTests {
  private static let secret = "hunter2"

  @Test func noValueIsKeptOrShown() throws {
    let recording = try recordDatabase("a recording") {
      let shop = try Shop(authors: 3)
      let database = shop.database
      for statement in [
        "INSERT INTO author VALUES (77, 'hunter2')", "UPDATE author SET name = 'hunter2' WHERE id = 77",
        "SELECT * FROM author WHERE name = 'hunter2' AND name <> x'68756e74657232'",
        "SELECT * FROM author WHERE name IN ('a', 'hunter2') OR name LIKE '%hunter2%'",
        "CREATE TABLE audit (who TEXT DEFAULT 'hunter2')", "PRAGMA user_version = 7",
        "DELETE FROM author WHERE name = 'hunter2' -- hunter2", "SELECT 1 /* hunter2 */ FROM author",
        "CREATE VIRTUAL TABLE note USING fts5(body)", "INSERT INTO note VALUES ('hunter2')",
      ] { try database.execute(statement) }
      // Failing ones: as a constraint, as a syntax error, as a string that never ends, in a full text search.
      for statement in [
        "INSERT INTO author VALUES (1, 'hunter2')", "SELECT 1 'a' 'hunter2' FROM author", "SELECT 'hunter2",
        "SELECT * FROM note WHERE note MATCH 'AND hunter2'", "SELECT * FROM author WHERE 'hunter2' = nothing",
      ] { #expect(throws: SQLiteFailure.self) { try database.execute(statement) } }
      for _ in 0..<3 { try bound(database, "SELECT id FROM author WHERE name = ?") }
      try bound(database, "INSERT INTO author (name) VALUES (?)")
      try shop.authorsWithBooksOneByOne()
    }
    #expect(recording.statements.count > 25)
    var everything = recording.description
    let findings = recording.check(
      .noNPlusOne, .noDuplicateQueries, .noFailures, .queries(0), .noWrites, .noLazyLoads, .selects(1, on: "author"),
      .loads(.joined, of: "book.authorId", 1))
    #expect(findings.count >= 8)
    everything += findings.map(\.message).joined()
    for statement in recording.statements { everything += statement.description + "\(statement.shape)" }
    // All that the recording holds, whether or not it is ever shown.
    dump(recording, to: &everything)
    #expect(!everything.contains(Self.secret))
    #expect(!everything.contains("68756e74657232"))
  }

  private func bound(_ database: SQLiteDatabase, _ sql: String) throws {
    let statement = try database.prepare(sql)
    defer { sqlite3_finalize(statement) }
    sqlite3_bind_text(statement, 1, Self.secret, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
    while sqlite3_step(statement) == SQLITE_ROW {}
  }
}
