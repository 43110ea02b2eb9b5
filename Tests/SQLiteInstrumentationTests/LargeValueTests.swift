import CSQLiteForTests
import DatabaseTesting
import TestSupport
import Testing

/// Values too large to be compared: no finding is made of them, and it is said.
@Suite struct LargeValueTests {
  private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  private func recording(_ values: [String], sql: String = "SELECT id FROM book WHERE shelf = ?") throws -> Recording {
    let database = try withoutDatabaseRecording {
      let database = try SQLiteDatabase()
      try database.execute(
        """
        CREATE TABLE shelf (name TEXT PRIMARY KEY);
        CREATE TABLE book (id INTEGER PRIMARY KEY, shelf TEXT REFERENCES shelf(name));
        CREATE INDEX book_shelf ON book (shelf);
        INSERT INTO shelf VALUES ('a'), ('b'), ('c');
        """)
      return database
    }
    return try recordDatabase {
      _ = try database.rows("SELECT name FROM shelf")
      for value in values {
        let statement = try database.prepare(sql)
        sqlite3_bind_text(statement, 1, value, -1, copied)
        while sqlite3_step(statement) == SQLITE_ROW {}
        sqlite3_finalize(statement)
      }
    }
  }

  private func text(_ length: Int, _ end: String = "") -> String { String(repeating: "x", count: length) + end }

  @Test(arguments: [10, 5_000, 60_000]) func whatCanBeComparedIs(length: Int) throws {
    let same = try recording([text(length), text(length), text(length)])
    #expect(same.check(.noDuplicateQueries).map(\.count) == [3])
    #expect(same.check(.noNPlusOne).map(\.message) == [])
    let different = try recording([text(length, "1"), text(length, "2"), text(length, "3")])
    #expect(different.check(.noDuplicateQueries).map(\.message) == [])
    #expect(different.check(.noNPlusOne).map(\.count) == [3])
    #expect(different.notes == [])
  }

  @Test(.needs(.interposition), arguments: [70_000, 1_000_000]) func whatCannotBeComparedIsSaid(length: Int) throws {
    for values in [
      [text(length), text(length), text(length)], [text(length, "1"), text(length, "2"), text(length, "3")],
    ] {
      let recording = try recording(values)
      #expect(recording.check(.noDuplicateQueries).map(\.message) == [])
      #expect(recording.check(.noNPlusOne).map(\.message) == [])
      #expect(
        recording.notes == [
          """
          uncertain: 3 reads had a value that is too large to be compared, of more than 65,536 bytes, or a pointer: \
          .noDuplicateQueries and .noNPlusOne say nothing of them.
          """
        ])
    }
  }

  @Test(.needs(.interposition)) func theOthersOfALoopAreFoundAllTheSame() throws {
    let recording = try recording([text(1), text(70_000), text(2), text(3)])
    #expect(recording.check(.noNPlusOne).map(\.count) == [3])
  }
}
