import DatabaseSQL
import Testing

@Suite struct ShapeTests {
  @Test(arguments: [
    ("", StatementKind.other), (" -- x", .other), ("garbage in", .other), ("SELECT 1", .select),
    ("(SELECT 1) UNION (SELECT 2)", .select), ("VALUES (1)", .select),
    ("WITH x AS (SELECT 1) SELECT * FROM x", .select),
    ("SELECT a FROM t FOR UPDATE", .select), ("TABLE t", .select), ("INSERT INTO t VALUES (1)", .insert),
    ("REPLACE INTO t VALUES (1)", .insert), ("INSERT INTO t SELECT * FROM u RETURNING a", .insert),
    ("WITH x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM x", .insert),
    ("WITH x AS (SELECT 1) DELETE FROM t", .delete), ("UPDATE t SET a = 1", .update),
    ("MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE", .update), ("DELETE FROM t", .delete),
    ("CREATE TABLE t(a)", .ddl), ("CREATE TABLE t AS SELECT * FROM u", .ddl), ("ALTER TABLE t ADD a", .ddl),
    ("DROP INDEX i", .ddl), ("TRUNCATE t", .ddl), ("REINDEX", .ddl), ("BEGIN", .transaction),
    ("BEGIN IMMEDIATE TRANSACTION", .transaction), ("COMMIT", .transaction), ("END", .transaction),
    ("END TRANSACTION", .transaction), ("ROLLBACK", .transaction), ("ROLLBACK TO a", .transaction),
    ("SAVEPOINT a", .transaction), ("RELEASE a", .transaction), ("START TRANSACTION", .transaction),
    ("START REPLICA", .other), ("ABORT", .transaction), ("SET TRANSACTION READ ONLY", .transaction),
    ("SET a = 1", .other), ("PRAGMA user_version", .pragma), ("SELECT * FROM sqlite_master", .schema),
    ("SELECT * FROM main.sqlite_schema WHERE name = 'a'", .schema), ("SELECT * FROM \"sqlite_temp_master\"", .schema),
    ("SELECT * FROM pragma_table_info('book')", .schema),
    ("SELECT * FROM sqlite_master, book", .select), ("SELECT * FROM information_schema.tables", .schema),
    ("DELETE FROM sqlite_sequence", .delete), ("SHOW TABLES", .schema), ("EXPLAIN SELECT 1", .other),
    ("EXPLAIN QUERY PLAN DELETE FROM t", .other), ("ANALYZE", .other), ("VACUUM", .other),
    ("ATTACH 'a' AS b", .other), ("SELECT 1; DELETE FROM t", .select), ("; DELETE FROM t", .delete),
  ])
  func kind(_ sql: String, _ kind: StatementKind) {
    #expect(StatementShape(sql).kind == kind)
  }

  @Test(arguments: [
    ("SELECT 1", ""), ("SELECT * FROM \"book\"", "book"), ("SELECT * FROM main.\"book\" AS b", "main.book"),
    ("SELECT * FROM a, b JOIN c ON a.x = c.x, d", "a b c d"), ("SELECT * FROM a LEFT JOIN b USING (x)", "a b"),
    ("SELECT * FROM (SELECT * FROM a) x JOIN (b JOIN c)", "a b c"),
    ("SELECT (SELECT x FROM a) FROM b WHERE y IN (SELECT z FROM c)", "a b c"),
    ("SELECT * FROM a AS x, a AS y", "a"), ("SELECT * FROM json_each(?) j, a", "a"),
    ("SELECT * FROM a WHERE b IS NOT DISTINCT FROM c", "a"),
    ("SELECT extract(year FROM x), trim(both FROM y) FROM a", "a"),
    ("WITH x AS (SELECT * FROM a), y(b) AS (SELECT * FROM x) SELECT * FROM y JOIN c", "a c"),
    ("WITH RECURSIVE x AS (SELECT 1 UNION ALL SELECT n FROM x JOIN a) SELECT * FROM X", "a"),
    ("WITH book AS (SELECT * FROM book) SELECT * FROM book", "book"),
    ("SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x), x", "x"),
    ("SELECT * FROM a UNION SELECT * FROM b", "a b"), ("INSERT INTO a(x) SELECT x FROM b", "a! b"),
    ("INSERT OR REPLACE INTO a VALUES (1) ON CONFLICT (x) DO UPDATE SET y = 1", "a!"),
    ("INSERT INTO a SELECT * FROM a", "a! a"), ("REPLACE INTO a VALUES (1)", "a!"),
    ("UPDATE OR IGNORE a SET x = (SELECT y FROM b)", "a! b"), ("UPDATE a SET x = 1 FROM b WHERE a.y = b.y", "a! b"),
    ("DELETE FROM a WHERE x IN (SELECT y FROM b)", "a! b"), ("DELETE FROM a USING b WHERE a.x = b.x", "a! b"),
    ("WITH x AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM x", "a! b!"),
    ("CREATE TABLE IF NOT EXISTS a(x REFERENCES b(y))", "a!"), ("DROP TABLE IF EXISTS a", "a!"),
    ("CREATE UNIQUE INDEX i ON a(x)", "a!"), ("ALTER TABLE a RENAME TO b", "a!"),
    ("CREATE TRIGGER t AFTER UPDATE OF x ON a BEGIN DELETE FROM b; END", "a!"),
    ("CREATE VIEW v AS SELECT * FROM a", "v! a"), ("SELECT * FROM a; DELETE FROM b", "a b!"),
    ("DELETE FROM a WHERE x IN b AND y NOT IN temp.c", "a! b temp.c"),
    ("INSERT INTO a VALUES (1) ON CONFLICT (x) DO UPDATE SET y = 1 WHERE x IN b", "a! b"),
    ("WITH w AS (SELECT x FROM b) SELECT * FROM a WHERE x IN w", "b a"), ("SELECT * FROM a WHERE x IN f(1)", "a"),
    ("SELECT * FROM a FOR UPDATE", "a"), ("TABLE a", "a"), ("EXPLAIN SELECT * FROM a", "a"),
    ("SELECT count(*) FROM a WHERE x = ?", "a"), ("SELECT a FROM t1 CROSS JOIN t2 NATURAL JOIN t3", "t1 t2 t3"),
  ])
  func tables(_ sql: String, _ tables: String) {
    let found = StatementShape(sql).tables.map { table in
      (table.schema.map { $0 + "." } ?? "") + table.name + (table.role == .written ? "!" : "")
    }
    #expect(found.joined(separator: " ") == tables)
  }

  @Test(arguments: [
    ("", ""), ("SELECT * FROM wuser_table WHERE username = ?", "SELECT wuser_table"),
    ("INSERT INTO shipping_details (order_id) SELECT order_id FROM orders", "INSERT shipping_details SELECT orders"),
    ("SELECT * FROM songs, artists WHERE songs.artist_id == artists.id", "SELECT songs artists"),
    (
      "SELECT order_date FROM (SELECT * FROM orders o JOIN customers c ON o.customer_id = c.customer_id)",
      "SELECT SELECT orders customers"
    ),
    ("select * from \"song list\", main.artists", "SELECT \"song list\" main.artists"),
    ("WITH x AS (SELECT * FROM a) SELECT * FROM x", "SELECT a SELECT"), ("BEGIN IMMEDIATE", "BEGIN"),
    ("SAVEPOINT s", "SAVEPOINT"), ("CREATE TABLE a(b)", "CREATE TABLE a"), ("DROP VIEW v", "DROP VIEW v"),
    ("CREATE INDEX i ON a(b)", "CREATE INDEX a"), ("PRAGMA table_info('a')", "PRAGMA table_info"),
    ("EXPLAIN DELETE FROM a", "EXPLAIN DELETE a"), ("VALUES (1)", "VALUES"), ("listen x", "listen"),
    ("SELECT * FROM a; DELETE FROM b", "SELECT a DELETE b"),
  ])
  func summary(_ sql: String, _ summary: String) {
    #expect(StatementShape(sql).summary == summary)
  }

  @Test func longSummariesEndAtAWholeTarget() {
    let tables = (1...100).map { "table\($0)" }.joined(separator: ", ")
    let summary = StatementShape("SELECT * FROM \(tables)").summary
    #expect(summary.hasPrefix("SELECT table1 table2 ") && summary.hasSuffix(" table32"))
    #expect(summary.utf8.count <= 255)
  }

  @Test(arguments: [
    ("", []), (" ; -- x\n;", []), ("SELECT 1", ["SELECT ?"]),
    ("BEGIN; DELETE FROM t; COMMIT;", ["BEGIN", "DELETE FROM t", "COMMIT"]),
    ("SELECT ';'; SELECT \";\"", ["SELECT ?", "SELECT ?"]),
    (
      "CREATE TRIGGER a AFTER INSERT ON t BEGIN UPDATE t SET x = CASE WHEN y THEN 1 ELSE 2 END;"
        + " DELETE FROM u; END; SELECT 1",
      [
        "CREATE TRIGGER a AFTER INSERT ON t BEGIN UPDATE t SET x = CASE WHEN y THEN ? ELSE ? END; DELETE FROM u; END",
        "SELECT ?",
      ]
    ),
  ])
  func statementsAreTakenApart(_ sql: String, _ statements: [String]) {
    #expect(StatementShape.statements(in: sql).map(\.normalizedSQL) == statements)
  }

  @Test(arguments: [
    ("", 0x17FB_89EE_9DCA_B42A as UInt64), ("SELECT 1", 0xBB15_98CB_6759_E8A5),
    ("select * from book where authorId = 7", 0x7EAF_2F75_221B_A0EF),
  ])
  func fingerprintsNeverChange(_ sql: String, _ fingerprint: UInt64) {
    #expect(StatementShape(sql).fingerprint == fingerprint)
  }

  @Test func equalShapesHashEqually() {
    let shapes: Set = [StatementShape("SELECT 1"), StatementShape("select  2"), StatementShape("SELECT a")]
    #expect(shapes.count == 2)
  }

  @Test func whatCountsAsAQuery() {
    #expect(StatementKind.allCases.filter(\.isQuery) == [.select, .insert, .update, .delete])
    #expect(StatementKind.allCases.filter(\.isWrite) == [.insert, .update, .delete])
  }
}
