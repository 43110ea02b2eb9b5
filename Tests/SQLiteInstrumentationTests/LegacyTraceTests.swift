import CSQLiteForTests
import DatabaseTesting
import TestSupport
import Testing

/// `sqlite3_trace`, the old kind of a trace.
@Suite struct LegacyTraceTests {
  private final class Heard { var texts: [String] = [] }

  private func trace(_ database: SQLiteDatabase, _ heard: Heard?) -> UnsafeMutableRawPointer? {
    guard let heard else { return sqlite3_trace(database.handle, nil, nil) }
    return sqlite3_trace(
      database.handle,
      { context, text in
        Unmanaged<Heard>.fromOpaque(context!).takeUnretainedValue().texts.append(String(cString: text!))
      }, Unmanaged.passUnretained(heard).toOpaque())
  }

  @Test(.needs(.interposition)) func bothHear() throws {
    let heard = Heard()
    let shop = try Shop()
    let recording = try recordDatabase {
      #expect(trace(shop.database, heard) == nil)
      for id in 1...3 { try shop.database.rows("SELECT id FROM author WHERE id = ?", id) }
      try shop.database.execute("INSERT INTO setting VALUES (9, 'x')")
    }
    withExtendedLifetime(heard) {
      #expect(
        heard.texts == [
          "SELECT id FROM author WHERE id = 1", "SELECT id FROM author WHERE id = 2",
          "SELECT id FROM author WHERE id = 3", "INSERT INTO setting VALUES (9, 'x')",
        ])
    }
    #expect(recording.statements.count == 4)
    #expect(!recording.isBlind)
  }

  @Test(.needs(.interposition)) func oneTakesThePlaceOfTheOther() throws {
    let (first, second) = (Heard(), Heard())
    let shop = try Shop()
    let recording = try recordDatabase {
      _ = trace(shop.database, first)
      _ = try shop.authors()
      #expect(trace(shop.database, second) == Unmanaged.passUnretained(first).toOpaque())
      _ = try shop.authors()
      sqlite3_trace_v2(shop.database.handle, 0, nil, nil)
      _ = try shop.authors()
      #expect(trace(shop.database, nil) == nil)
      _ = try shop.authors()
    }
    #expect(first.texts.count == 1 && second.texts.count == 1)
    #expect(recording.selects.count == 4)
  }

  /// Triggers and statements of a function are told as comments, line by line: as without us.
  @Test(.needs(.interposition)) func whatRunsInsideIsAsWithoutUs() throws {
    func run(_ shop: Shop) throws -> [String] {
      let heard = Heard()
      sqlite3_create_function_v2(
        shop.database.handle, "nested", 0, SQLITE_UTF8, nil,
        { context, _, _ in
          sqlite3_exec(sqlite3_context_db_handle(context), "SELECT count(*)\nFROM author", nil, nil, nil)
        }, nil, nil, nil)
      try shop.database.execute(
        "CREATE TRIGGER copy AFTER INSERT ON setting BEGIN INSERT INTO author (name) VALUES ('x'); END")
      _ = trace(shop.database, heard)
      try shop.database.execute("SELECT nested(); INSERT INTO setting VALUES (9, 'x')")
      try shop.database.rows("SELECT id FROM author WHERE id = ? -- a comment\n", 1)
      return withExtendedLifetime(heard) { heard.texts }
    }
    let expected = try run(withoutHooks { try Shop() })
    let shop = try Shop()
    var texts: [String] = []
    let recording = try recordDatabase { texts = try run(shop) }
    #expect(texts == expected)
    #expect(texts.count == 6)
    #expect(recording.queries.count == 4)
  }
}
