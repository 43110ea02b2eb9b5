import DatabaseSQL
import Testing

/// Statements of PostgreSQL that write and do not begin like it.
@Suite struct HiddenWriteTests {
  @Test(arguments: [
    ("EXPLAIN ANALYZE DELETE FROM book", StatementKind.delete),
    ("EXPLAIN (ANALYZE, BUFFERS) UPDATE book SET a = 1", .update),
    ("EXPLAIN (VERBOSE, ANALYZE TRUE) INSERT INTO book VALUES (1)", .insert),
    ("EXPLAIN ANALYZE VERBOSE WITH d AS (DELETE FROM book RETURNING *) SELECT * FROM d", .delete),
    ("SELECT * INTO copy FROM book", .insert), ("SELECT a INTO TEMP copy FROM book WHERE a IN (1)", .insert),
    ("WITH b AS (SELECT 1) SELECT * INTO copy FROM b", .insert), ("COPY book FROM STDIN", .insert),
    ("COPY book (a, b) FROM '/tmp/x' WITH (FORMAT csv)", .insert),
    ("WITH b AS (SELECT 1) INSERT INTO book SELECT * FROM b", .insert),
    ("WITH d AS (INSERT INTO book VALUES (1) RETURNING a) SELECT * FROM d", .insert),
  ])
  func writesAreWrites(_ sql: String, _ kind: StatementKind) {
    #expect(StatementShape(sql, dialect: .postgreSQL).kind == kind)
  }

  @Test(arguments: [
    "EXPLAIN DELETE FROM book", "EXPLAIN (ANALYZE FALSE) DELETE FROM book", "EXPLAIN (ANALYZE OFF) DELETE FROM book",
    "EXPLAIN ANALYZE SELECT * FROM book", "COPY book TO STDOUT", "COPY (SELECT * FROM book) TO STDOUT",
    "SELECT * FROM book WHERE title = 'into'", "EXPLAIN ANALYZE SELECT * FROM book FOR UPDATE",
  ])
  func othersAreNot(_ sql: String) {
    #expect(!StatementShape(sql, dialect: .postgreSQL).kind.isWrite)
  }
}
