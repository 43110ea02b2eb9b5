import CStatementLog
import CSQLiteForTests
import DatabaseInstrumentation
import DatabaseTesting
import TestSupport
import Testing

/// What is bound to a statement tells its runs apart exactly, whatever SQLite would print of it.
@Suite struct BoundValueTests {
  private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  /// The hashes of one lookup, for each way to bind its value.
  private func hashes(
    _ sql: String = "SELECT b FROM t WHERE a = ?", binding binds: [(OpaquePointer) -> Void]
  ) throws -> [StatementRecord] {
    let database = try SQLiteDatabase()
    try database.execute("CREATE TABLE t (a, b)")
    let recording = try recordDatabase {
      let statement = try database.prepare(sql)
      for bind in binds {
        bind(statement)
        _ = sqlite3_step(statement)
        sqlite3_reset(statement)
      }
      sqlite3_finalize(statement)
    }
    return recording.statements.map(\.record)
  }

  @Test(.needs(.interposition)) func valuesThatPrintAlikeAreDifferent() throws {
    let double = 0.1
    let records = try hashes(binding: [
      { _ = sqlite3_bind_double($0, 1, double) }, { _ = sqlite3_bind_double($0, 1, double.nextUp) },
      { _ = sqlite3_bind_double($0, 1, 1) }, { _ = sqlite3_bind_int64($0, 1, 1) },
      { [copied] in _ = sqlite3_bind_text($0, 1, "1", -1, copied) },
      { [copied] in _ = sqlite3_bind_blob($0, 1, "1", 1, copied) },
      { _ = sqlite3_bind_null($0, 1) }, { [copied] in _ = sqlite3_bind_text($0, 1, "NULL", -1, copied) },
      { [copied] in _ = sqlite3_bind_text($0, 1, "a\0b", 3, copied) },
      { [copied] in _ = sqlite3_bind_text($0, 1, "a\0c", 3, copied) },
      { _ = sqlite3_bind_zeroblob($0, 1, 1) }, { _ = sqlite3_bind_zeroblob($0, 1, 2) },
    ])
    #expect(records.allSatisfy { $0.parameters != 0 && $0.keys.count(of: 0) == 1 })
    #expect(Set(records.map(\.parameters)).count == records.count)
    #expect(Set(records.map { $0.keys.hash(of: 0) }).count == records.count)
  }

  @Test func theSameValueIsTheSameHoweverItIsBound() throws {
    let records = try hashes(binding: [
      { _ = sqlite3_bind_int($0, 1, 7) }, { _ = sqlite3_bind_int64($0, 1, 7) },
      { [copied] in _ = sqlite3_bind_text($0, 1, "seven", -1, copied) },
      { [copied] in _ = sqlite3_bind_text($0, 1, "seven", 5, copied) },
      { [copied] in _ = sqlite3_bind_text64($0, 1, "seven", 5, copied, UInt8(SQLITE_UTF8)) },
    ])
    #expect(records[0].parameters == records[1].parameters)
    #expect(Set(records[2...].map(\.parameters)).count == 1)
  }

  @Test func whatIsNotTheKeyIsNoneOfIt() throws {
    let pages = try hashes(
      "SELECT b FROM t WHERE a = ? LIMIT ? OFFSET ?",
      binding: [0, 10, 20].map { offset in
        { statement in
          sqlite3_bind_int(statement, 1, 1)
          sqlite3_bind_int(statement, 2, 10)
          sqlite3_bind_int(statement, 3, Int32(offset))
        }
      })
    #expect(Set(pages.map(\.parameters)).count == 3)
    #expect(Set(pages.map { $0.keys.hash(of: 0) }).count == 1)
  }

  @Test func aListHasItsLength() throws {
    let lists = try hashes(
      "SELECT b FROM t WHERE a IN (?, ?, ?)",
      binding: [[1, 2, 3], [3, 1, 2], [1, 1, 2], [5, 5, 5]].map { values in
        { statement in
          for (i, value) in values.enumerated() { _ = sqlite3_bind_int(statement, Int32(i + 1), Int32(value)) }
        }
      })
    #expect(lists.map { $0.keys.count(of: 0) } == [3, 3, 2, 1])
    #expect(lists[0].keys == lists[1].keys)
    #expect(lists[0].parameters != lists[1].parameters)
  }

  @Test(.needs(.interposition)) func whatWasBoundBeforeIsReadFromSQLitesText() throws {
    let database = try SQLiteDatabase()
    try database.execute("CREATE TABLE t (a, b, c)")
    let sql = #"SELECT '?' AS "?" FROM t /* ? */ WHERE a = ?2 AND b IN (?1, :x, ?3) AND c = 'it''s' -- ?"#
    let statement = try database.prepare(sql)
    sqlite3_bind_text(statement, 1, "it's ?", -1, copied)
    sqlite3_bind_double(statement, 2, -1.5e-20)
    sqlite3_bind_blob(statement, 3, "xy", 2, copied)
    let recording = recordDatabase {
      for value in [Int32(1), 2, 1] {
        _ = sqlite3_step(statement)
        sqlite3_reset(statement)
        sqlite3_bind_int(statement, 1, value)
      }
      _ = sqlite3_step(statement)
      sqlite3_reset(statement)
    }
    sqlite3_finalize(statement)
    let records = recording.statements.map(\.record)
    // `:x` takes the number after the highest so far, which `?3` has as well.
    #expect(records.allSatisfy { $0.parameters != 0 && $0.keys.count(of: 1) == 2 })
    #expect(Set(records.map { $0.keys.hash(of: 0) }).count == 1)
    #expect(records[1].parameters == records[3].parameters)
    #expect(Set(records.map(\.parameters)).count == 3)
  }

  @Test func aClearedStatementHasNothingOfBefore() throws {
    let records = try hashes(
      "SELECT b FROM t WHERE a = ? AND b = ?",
      binding: [
        {
          sqlite3_bind_int($0, 1, 1); sqlite3_bind_int($0, 2, 2)
        },
        {
          sqlite3_clear_bindings($0); sqlite3_bind_int($0, 1, 1)
        },
        { _ = sqlite3_bind_int($0, 2, 2) },
      ])
    #expect(records[0].parameters != records[1].parameters)
    #expect(records[0].parameters == records[2].parameters)
  }

  @Test(.needs(.interposition)) func aPointerIsNobodysToKnow() throws {
    let records = try hashes(binding: [
      { _ = sqlite3_bind_pointer($0, 1, nil, "list", nil) }, { _ = sqlite3_bind_pointer($0, 1, nil, "list", nil) },
    ])
    #expect(records.map(\.parameters) == [0, 0])
  }

  @Test func aStatementInTheMemoryOfAnotherHasValuesOfItsOwn() throws {
    let database = try SQLiteDatabase()
    try database.execute("CREATE TABLE t (a, b)")
    let recording = try recordDatabase {
      for value in 1...40 { _ = try database.rows("SELECT b FROM t WHERE a = ?", value) }
      let unbound = try database.prepare("SELECT b FROM t WHERE a = ?")
      _ = sqlite3_step(unbound)
      sqlite3_finalize(unbound)
    }
    #expect(Set(recording.statements.map { $0.record.keys.hash(of: 0) }).count == 41)
  }

  @Test(.needs(.interposition)) func aFunctionThatAsksTheSameForEachRowIsADuplicate() throws {
    let database = try Shop(authors: 6).database
    sqlite3_create_function_v2(
      database.handle, "owner", 0, SQLITE_UTF8, nil,
      { context, _, _ in
        var statement: OpaquePointer?
        let handle = sqlite3_context_db_handle(context)
        sqlite3_prepare_v2(handle, "SELECT id FROM book WHERE authorId = ?", -1, &statement, nil)
        sqlite3_bind_int(statement, 1, 1)
        while sqlite3_step(statement) == SQLITE_ROW {}
        sqlite3_finalize(statement)
      }, nil, nil, nil)
    let recording = try recordDatabase { _ = try database.rows("SELECT id, owner() FROM author") }
    #expect(recording.check(.noNPlusOne).isEmpty)
    #expect(recording.check(.noDuplicateQueries).map(\.count) == [6])
  }

  @Test func hashesOfManyThreadsAreTheirOwn() async throws {
    let counts = await withTaskGroup(of: Int.self) { group in
      for seed in 0..<8 {
        group.addTask {
          let recording = try? recordDatabase {
            let database = try SQLiteDatabase()
            try database.execute("CREATE TABLE t (a, b)")
            for value in 0..<200 { _ = try database.rows("SELECT b FROM t WHERE a = ?", seed * 1_000 + value % 50) }
          }
          return Set((recording?.selects.map { $0.record.keys.hash(of: 0) }) ?? []).count
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(counts == Array(repeating: 50, count: 8))
  }
}
