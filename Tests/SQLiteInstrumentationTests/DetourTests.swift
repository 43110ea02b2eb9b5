import DatabaseTesting
import TestSupport
import Testing

/// What an ORM declares concerns the statements of its scope, and no others.
@Suite struct DetourTests {
  /// The rows of one transaction, a part of them flushed by an ORM: records of C, of Swift, and of C again.
  @Test func rowsBeforeInAndAfterAFlushAreCounted() throws {
    let database = try SQLiteDatabase()
    try database.execute("CREATE TABLE t (a); CREATE TABLE u (a)")
    let recording = try recordDatabase {
      try database.execute("BEGIN")
      func insert(_ count: Int, _ table: String) throws {
        for _ in 0..<count { try database.execute("INSERT INTO \(table) VALUES (1)") }
      }
      try insert(30, "t")
      for _ in 0..<3 {
        try FlushHooks.withFlush(new: ["t": 10, "u": 5]) {
          try insert(10, "t")
          try insert(5, "u")
        }
        try insert(20, "u")
      }
      try database.execute("COMMIT")
    }
    #expect(recording.inserts.count == 135)
    #expect(recording.flushes.map(\.inserted) == [["t": 60, "u": 75]] + Array(repeating: ["t": 10, "u": 5], count: 3))
    #expect(recording.findings.isEmpty)
    recording.expect(.commits(1))
  }

  @Test func onlyTheStatementsOfTheScopeAreOfTheDeclaredLoad() throws {
    let shop = try Shop(authors: 3)
    let recording = try recordDatabase {
      for _ in 0..<20 { _ = try shop.setting(1) }
      for author in 1...3 {
        _ = try LoaderHooks.withLoad(.selectIn, of: "author.settings") { try shop.setting(author) }
        for _ in 0..<20 { _ = try shop.setting(1) }
      }
    }
    #expect(recording.selects.count == 83)
    #expect(recording.selects.filter { $0.load != nil }.map(\.number) == [21, 42, 63])
    #expect(recording.selects.compactMap(\.load?.relationship) == Array(repeating: "author.settings", count: 3))
  }
}
