import CSQLiteForTests
import DatabaseTesting
import Foundation
import TestSupport
import Testing

@Suite struct StatementTests {
  @Test func countsRowsChangesAndCost() throws {
    let recording = try recordDatabase {
      let database = try SQLiteDatabase()
      try database.execute("CREATE TABLE t (a)")
      try database.execute("INSERT INTO t VALUES (3), (1), (2)")
      #expect(try database.rows("SELECT a FROM t ORDER BY a") == [1, 2, 3])
      try database.execute("UPDATE t SET a = a + 1 WHERE a > 1")
      try database.execute("DELETE FROM t")
    }
    #expect(recording.statements.map(\.kind) == [.ddl, .insert, .select, .update, .delete])
    #expect(recording.queries.map(\.rowsReturned) == [0, 3, 0, 0])
    #expect(recording.queries.map(\.rowsChanged) == [3, 0, 2, 3])
    let select = try #require(recording.selects.first)
    #expect(select.cost?.sorts == 1)
    #expect(select.cost?.fullScanSteps == 2)
    #expect((select.cost?.steps ?? 0) > 10)
    #expect((select.duration ?? .zero) > .zero)
    #expect(select.sql == "SELECT a FROM t ORDER BY a")
    #expect(select.error == nil)
  }

  @Test func costIsThatOfOneExecution() throws {
    let database = try SQLiteDatabase()
    try database.execute("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3)")
    let statement = try database.prepare("SELECT a FROM t")
    defer { sqlite3_finalize(statement) }
    let recording = recordDatabase {
      for _ in 0..<3 {
        while sqlite3_step(statement) == SQLITE_ROW {}
        sqlite3_reset(statement)
      }
    }
    let steps = recording.selects.map { $0.cost?.steps }
    #expect(steps.count == 3)
    #expect(Set(steps).count == 1)
    #expect(recording.selects.map(\.rowsReturned) == [3, 3, 3])
  }

  @Test func automaticIndexRows() throws {
    let recording = try recordDatabase {
      let database = try SQLiteDatabase()
      try database.execute("CREATE TABLE a (x); CREATE TABLE b (x)")
      try database.execute("INSERT INTO a VALUES (1), (2), (3); INSERT INTO b VALUES (1), (2), (3)")
      try database.rows("SELECT a.x FROM a JOIN b ON a.x = b.x")
    }
    #expect((recording.selects.first?.cost?.automaticIndexRows ?? 0) > 0)
  }

  @Test func aStatementResetBeforeItsLastRowHasTheRowsThatWereRead() throws {
    let shop = try Shop(authors: 5)
    let recording = try recordDatabase {
      let statement = try shop.database.prepare("SELECT id FROM author")
      #expect(sqlite3_step(statement) == SQLITE_ROW)
      #expect(sqlite3_step(statement) == SQLITE_ROW)
      sqlite3_finalize(statement)
    }
    #expect(recording.selects.first?.rowsReturned == 2)
    #expect(recording.selects.first?.error == nil)
  }

  @Test func aStatementThatIsStillOpenIsThereWithoutAnOutcome() throws {
    let shop = try Shop(authors: 5)
    let statement = try shop.database.prepare("SELECT id FROM author")
    defer { sqlite3_finalize(statement) }
    let recording = recordDatabase { _ = sqlite3_step(statement) }
    #expect(recording.selects.count == 1)
    #expect(recording.selects.first?.duration == nil)
    #expect(recording.selects.first?.rowsReturned == nil)
    #expect(recording.selects.first?.cost == nil)
  }

  @Test func statementsInsideOfAnOpenOneAreNested() throws {
    let shop = try Shop(authors: 2)
    let recording = try recordDatabase {
      try shop.database.forEachRow("SELECT id FROM author") { _ = try shop.books(of: $0) }
      _ = try shop.authors()
    }
    #expect(recording.selects.map(\.enclosingStatement) == [nil, 1, 1, nil])
  }

  @Test func aStatementOfAnotherThreadIsNotNested() async throws {
    let shop = try Shop(authors: 2)
    let statement = try shop.database.prepare("SELECT id FROM author")
    let recording = await recordDatabase {
      _ = sqlite3_step(statement)
      await withCheckedContinuation { continuation in
        let scope = DatabaseRecorder.current
        Thread.detachNewThread {
          scope?.bind { _ = try? shop.books(of: 1) }
          continuation.resume()
        }
      }
    }
    sqlite3_finalize(statement)
    #expect(recording.selects.count == 2)
    #expect(recording.selects.last?.enclosingStatement == nil)
    #expect(recording.selects.first?.executionContext != recording.selects.last?.executionContext)
  }

  @Test func transactionsAndAutocommit() throws {
    let shop = try Shop()
    let recording = try recordDatabase {
      _ = try shop.setting(1)
      try shop.database.execute("BEGIN; INSERT INTO setting VALUES (1, 'a'); COMMIT")
      try shop.database.execute("INSERT INTO setting VALUES (2, 'b')")
      try shop.database.execute("BEGIN; ROLLBACK")
    }
    let transactions = recording.statements.map(\.transaction)
    #expect(transactions.count == 7)
    #expect(transactions[0] == nil)
    #expect(transactions[1] != nil)
    #expect(transactions[1] == transactions[2])
    #expect(transactions[2] == transactions[3])
    #expect(transactions[4] == nil)
    #expect(transactions[5] != nil && transactions[5] != transactions[1])
    #expect(recording.statements(of: .transaction).count == 4)
    #expect(recording.queries.count == 3)
  }

  @Test func linesOfTriggersAreNoStatements() throws {
    let shop = try Shop()
    try shop.database.execute(
      "CREATE TRIGGER log AFTER INSERT ON setting BEGIN UPDATE author SET name = name; DELETE FROM book; END")
    let recording = try recordDatabase { try shop.database.execute("INSERT INTO setting VALUES (1, 'a')") }
    #expect(recording.statements.count == 1)
    #expect(recording.statements.first?.rowsChanged == 1)
  }

  @Test func aStatementThatBeginsWithACommentIsOne() throws {
    let shop = try Shop(authors: 3)
    let recording = try recordDatabase { try shop.database.rows("-- the authors\nSELECT id FROM author") }
    #expect(recording.selects.count == 1)
    #expect(recording.selects.first?.rowsReturned == 3)
    #expect(recording.selects.first?.sql == "SELECT id FROM author")
  }

  @Test func aSchemaChangeUnderAPreparedStatementDoesNotSplitOrLoseIt() throws {
    let shop = try Shop(authors: 3)
    let statement = try shop.database.prepare("SELECT * FROM author")
    defer { sqlite3_finalize(statement) }
    while sqlite3_step(statement) == SQLITE_ROW {}
    sqlite3_reset(statement)
    try shop.database.execute("ALTER TABLE author ADD COLUMN born INTEGER")
    let recording = recordDatabase {
      while sqlite3_step(statement) == SQLITE_ROW {}
      sqlite3_reset(statement)
    }
    #expect(recording.selects.map(\.rowsReturned) == [3])
    #expect(recording.selects.first?.error == nil)
  }

  @Test func theStatementsOfVirtualTablesAreNotTheUsers() throws {
    let database = try SQLiteDatabase()
    try database.execute("CREATE VIRTUAL TABLE note USING fts5(body)")
    let recording = try recordDatabase {
      try database.execute("INSERT INTO note VALUES ('one'), ('two')")
      try database.rows("SELECT rowid FROM note WHERE note MATCH 'two'")
    }
    #expect(recording.statements.map(\.kind) == [.insert, .select])
    #expect(!recording.isBlind)
  }

  @Test func returningRowsThatAreNotReadToTheEnd() throws {
    let shop = try Shop()
    let recording = try recordDatabase {
      let statement = try shop.database.prepare("INSERT INTO setting VALUES (1, 'a'), (2, 'b') RETURNING key")
      #expect(sqlite3_step(statement) == SQLITE_ROW)
      sqlite3_finalize(statement)
      try shop.database.execute("DELETE FROM setting")
    }
    #expect(recording.inserts.first?.rowsChanged == nil)
    #expect(recording.inserts.first?.rowsReturned == 1)
    #expect(recording.deletes.first?.rowsChanged == 2)
    #expect(!recording.isBlind)
  }
}
