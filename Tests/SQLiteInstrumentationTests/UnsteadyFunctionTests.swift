import CSQLiteForTests
import DatabaseTesting
import TestSupport
import Testing

/// Functions of the app. `SQLITE_DETERMINISTIC` promises the same answer within one statement, and nothing of the next, so that no query
/// that calls one is a duplicate.
@Suite struct UnsteadyFunctionTests {
  private let shop: Shop

  init() throws {
    let shop = try withoutDatabaseRecording { try Shop() }
    self.shop = shop
    // It says that it gives the same for the same, and counts its calls.
    let result = sqlite3_create_function_v2(
      shop.database.handle, "tick", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nil,
      { context, _, _ in
        calls += 1
        sqlite3_result_int(context, Int32(calls))
      }, nil, nil, nil)
    #expect(result == SQLITE_OK)
    try withoutDatabaseRecording {
      try shop.database.execute(
        """
        CREATE VIEW ticking AS SELECT id, tick(id) AS t FROM book;
        CREATE TABLE clock (id INTEGER PRIMARY KEY, t AS (tick(id)));
        CREATE TABLE stored (id INTEGER PRIMARY KEY, t GENERATED ALWAYS AS (tick(id)) STORED);
        CREATE TABLE price (id INTEGER PRIMARY KEY, gross AS (round(id * 1.2)));
        CREATE VIEW of_clock AS SELECT t FROM clock;
        INSERT INTO clock (id) VALUES (1); INSERT INTO stored (id) VALUES (1); INSERT INTO price (id) VALUES (1);
        """)
    }
  }

  private func duplicates(_ sql: String) throws -> [Int] {
    let recording = try recordDatabase { for _ in 1...3 { _ = try shop.database.rows(sql) } }
    return recording.check(.noDuplicateQueries).map(\.count)
  }

  @Test(arguments: [
    "SELECT tick(id) FROM book", "SELECT id FROM book WHERE tick(id) > 2", "SELECT id FROM book ORDER BY tick(id)",
    "SELECT max(tick(id)) FROM book", "SELECT t FROM ticking", "SELECT id FROM book GROUP BY tick(authorId)",
    "SELECT (SELECT tick(b.id) FROM book b LIMIT 1) FROM author", "SELECT t FROM clock", "SELECT * FROM clock",
    "SELECT t FROM of_clock",
  ])
  func noAnswerIsTheOneBefore(_ sql: String) throws {
    #expect(try duplicates(sql) == [])
  }

  @Test(arguments: [
    "SELECT id FROM book", "SELECT lower(title) FROM book", "SELECT t FROM stored", "SELECT gross FROM price",
    "SELECT id AS tick FROM book",
  ])
  func itIsWhereNoneIsCalled(_ sql: String) throws {
    #expect(try duplicates(sql) == [3])
  }
}

nonisolated(unsafe) private var calls = 0  // How often, on any thread, does not matter.
