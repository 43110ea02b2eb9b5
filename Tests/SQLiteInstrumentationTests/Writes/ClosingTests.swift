import CSQLiteForTests
import DatabaseTesting
import TestSupport
import Testing

/// A connection that is closed within a transaction: SQLite rolls back.
@Suite struct ClosingTests {
  @Test(arguments: [
    "BEGIN; INSERT INTO t VALUES (1)", "BEGIN; INSERT INTO t VALUES (1); INSERT INTO t VALUES (2), (3)",
    "SAVEPOINT s; INSERT INTO t VALUES (1)", "BEGIN; SAVEPOINT s; INSERT INTO t VALUES (1); RELEASE s",
    "BEGIN IMMEDIATE; CREATE TABLE u (a); INSERT INTO t SELECT 1",
  ])
  func whatItWroteIsRolledBack(_ sql: String) throws {
    let recording = try recordDatabase {
      let database = try SQLiteDatabase()
      try database.execute("CREATE TABLE t (a)")
      try database.execute(sql)
      database.close()
    }
    #expect(!recording.check(.rollbacks(0)).isEmpty)
    #expect(recording.check(.rollbacks(1), .closedTransactions, .noDurableWrites).isEmpty)
    #expect(recording.transactions.last?.executed.inserted["t"] ?? 0 > 0)
    #expect(recording.flushes.last?.isCommitted == false)
  }

  @Test func soItIsWhenTheLastStatementGoes() throws {
    let recording = try recordDatabase {
      let database = try SQLiteDatabase()
      try database.execute("CREATE TABLE t (a); BEGIN; INSERT INTO t VALUES (1), (2)")
      let statement = try database.prepare("SELECT a FROM t")
      _ = sqlite3_step(statement)
      database.close()
      sqlite3_finalize(statement)
    }
    #expect(recording.check(.rollbacks(1)).isEmpty)
  }

  @Test func aConnectionThatEndsAsItShouldHasNoRollback() throws {
    let recording = try recordDatabase {
      let database = try SQLiteDatabase()
      try database.execute("CREATE TABLE t (a); BEGIN; INSERT INTO t VALUES (1); COMMIT")
      database.close()
    }
    #expect(recording.check(.rollbacks(0), .closedTransactions).isEmpty)
  }
}
