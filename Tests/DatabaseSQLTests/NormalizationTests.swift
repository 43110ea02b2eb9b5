import DatabaseSQL
import Testing

/// One row of a table of cases.
struct Normalization: Sendable, CustomTestStringConvertible {
  var sql: String
  var normalized: String
  var dialect: SQLDialect

  init(_ sql: String, _ normalized: String, _ dialect: SQLDialect = .sqlite) {
    self.sql = sql
    self.normalized = normalized
    self.dialect = dialect
  }

  var testDescription: String { sql }
}

@Suite struct NormalizationTests {
  @Test(arguments: [
    Normalization("", ""),
    Normalization(" \n\t", ""),
    Normalization("-- nothing", ""),
    Normalization("/* nothing", ""),
    Normalization(";;", ""),
    Normalization("SELECT 1;", "SELECT ?"),
    Normalization("select\n  a ,b\tfrom t", "SELECT a, b FROM t"),
    Normalization("SELECT a--comment\nFROM t", "SELECT a FROM t"),
    Normalization("SELECT/**/a/* , b */FROM t", "SELECT a FROM t"),
    Normalization("SELECT a FROM t WHERE a=1", "SELECT a FROM t WHERE a = ?"),
    Normalization("INSERT INTO t ( a, b ) VALUES ( 1, 2 )", "INSERT INTO t(a, b) VALUES (?, ?)"),
    Normalization("SELECT COUNT ( * ) FROM t", "SELECT COUNT(*) FROM t"),
    Normalization("\u{FEFF}SELECT a", "SELECT a"),
    Normalization("SELECT\0a", "SELECT a"),
  ])
  func whiteSpaceAndCommentsDoNotCount(_ row: Normalization) { expect(row) }

  /// A hint that never ends, with a string in it, and a text that is no UTF-8.
  @Test(arguments: ["SELECT /*+ 'é/", "SELECT /*+ 'é*/", "SELECT /*+ 'é'/", "/*+'\u{FFFD}/"])
  func aHintThatNeverEndsIsHarmless(_ sql: String) {
    let bytes = Array(sql.utf8).map { $0 == 0xC3 || $0 == 0xA9 ? 0xF3 : $0 }
    for dialect in [SQLDialect.sqlite, .postgreSQL, .mySQL] {
      #expect(!StatementShape(sql, dialect: dialect).normalizedSQL.contains("é"))
      let shape = bytes.withUnsafeBufferPointer { StatementShape(utf8: $0, dialect: dialect) }
      #expect(shape.normalizedSQL.hasSuffix("?") || shape.normalizedSQL.hasSuffix("/"))
    }
  }

  /// A parameter of SQLite may have more names, and anything in parentheses behind it.
  @Test(arguments: [
    Normalization("SELECT $a::b(c), @d(e), :f::g FROM t", "SELECT ?, ?, ? FROM t"),
    Normalization("SELECT $a(never ends", "SELECT ? ends"), Normalization("SELECT $a (b)", "SELECT ? (b)"),
    Normalization("SELECT max(:a), (:b)", "SELECT max(?), (?)"),
  ])
  func aParameterEndsWithWhatBelongsToIt(_ row: Normalization) { expect(row) }

  @Test(arguments: [
    Normalization("SeLeCt Name frOM Book", "SELECT Name FROM Book"),
    Normalization("SELECT key, desc, end, first FROM t", "SELECT key, desc, end, first FROM t"),
    Normalization("SELECT t.order, t.group FROM t", "SELECT t.order, t.group FROM t"),
    Normalization("select a from t order by a desc nulls last", "SELECT a FROM t ORDER BY a DESC NULLS LAST"),
    Normalization("select order_item2 from t2", "SELECT order_item2 FROM t2"),
    Normalization("select replace(a, 'x', 'y'), left(a, 2)", "SELECT replace(a, ?, ?), left(a, ?)"),
    Normalization("replace into t values (1)", "REPLACE INTO t VALUES (?)"),
    Normalization("insert or ignore into t(a) values (1)", "INSERT OR IGNORE INTO t(a) VALUES (?)"),
    Normalization("select cast(a as integer)", "SELECT CAST(a AS integer)"),
    Normalization("select case when a then b else c end", "SELECT CASE WHEN a THEN b ELSE c END"),
    Normalization(
      "insert into t(a) values (1) on conflict do nothing",
      "INSERT INTO t(a) VALUES (?) ON CONFLICT DO NOTHING"),
    Normalization(
      "select sum(a) over (partition by b order by c rows between unbounded preceding and current row) from t",
      "SELECT sum(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM t"),
    Normalization(
      "create table if not exists T (id integer primary key, p references q(id) on delete cascade)",
      "CREATE TABLE IF NOT EXISTS T(id integer PRIMARY KEY, p REFERENCES q(id) ON DELETE CASCADE)"),
    Normalization("select current_timestamp", "SELECT CURRENT_TIMESTAMP"),
    Normalization("select current_timestamq", "SELECT current_timestamq"),
  ])
  func keywordsAreCapitalsAndNamesStay(_ row: Normalization) { expect(row) }

  @Test(arguments: [
    Normalization(#"SELECT "a b" FROM "t""#, #"SELECT "a b" FROM "t""#),
    Normalization("SELECT `a` FROM [t x]", "SELECT `a` FROM [t x]"),
    Normalization(#"SELECT "a""b" FROM "t""#, #"SELECT "a""b" FROM "t""#),
    Normalization(#"SELECT "b".* FROM "book" "b""#, #"SELECT "b".* FROM "book" "b""#),
    Normalization("SELECT a::int, b :: text", "SELECT a::int, b::text"),
    Normalization("SELECT '1'::int", "SELECT ?::int", .postgreSQL),
    Normalization("SELECT /*+ INDEX(t i) */ a", "SELECT /*+ INDEX(t i) */ a"),
    Normalization("SELECT /*+ Set(x 'secret') */ a", "SELECT /*+ Set(x ?) */ a"),
    Normalization("SELECT a->>'$.x', b->'y' FROM t", "SELECT a ->> ?, b -> ? FROM t"),
    Normalization("SELECT a||b, a<>b, a!=b, a==b, a<=b", "SELECT a || b, a <> b, a != b, a == b, a <= b"),
    Normalization("SELECT a FROM t WHERE b IS NULL", "SELECT a FROM t WHERE b IS NULL"),
    Normalization("SELECT a FROM t WHERE b IS NOT NULL", "SELECT a FROM t WHERE b IS NOT NULL"),
    Normalization("UPDATE t SET a = NULL", "UPDATE t SET a = NULL"),
    Normalization("SELECT coalesce(1, 2, 3)", "SELECT coalesce(?, ?, ?)"),
  ])
  func whatMattersIsKept(_ row: Normalization) { expect(row) }

  @Test(arguments: [
    "'a'", "''", "'it''s'", "x'00FF'", "X'00FF'", "N'a'", "E'a\\'b'", "b'01'", "1", "1.5", ".5", "1.", "1e10", "1.5E-3",
    "0x1F", "1_000", "-1", "+1", "- 1", "12abc", "?", "?1", "?123", ":a", "@a", "$a", "$1", "%s", "%(name)s", "TRUE",
    "false", "'unterminated", "\"unterminated", "[unterminated", "`unterminated",
  ])
  func valuesFold(_ value: String) {
    expect(Normalization("SELECT a FROM t WHERE a = \(value)", "SELECT a FROM t WHERE a = ?"))
  }

  @Test(arguments: [
    Normalization("SELECT a - 1", "SELECT a - ?"),
    Normalization("SELECT a -1", "SELECT a - ?"),
    Normalization("SELECT a * -1", "SELECT a * ?"),
    Normalization("SELECT - a", "SELECT - a"),
    Normalization("SELECT - -1", "SELECT - ?"),
    Normalization("SELECT (-1)", "SELECT (?)"),
    Normalization("SELECT -?", "SELECT - ?"),
    Normalization("SELECT a%s FROM t", "SELECT a % s FROM t"),
    Normalization("SELECT x:=1", "SELECT x := ?"),
    Normalization("SELECT a IS TRUE, a IS NOT FALSE, NOT TRUE", "SELECT a IS TRUE, a IS NOT FALSE, NOT ?"),
    Normalization("SELECT NULL - 1", "SELECT NULL - ?"),
    Normalization("SELECT a FROM t LIMIT 10 OFFSET 20", "SELECT a FROM t LIMIT ? OFFSET ?"),
  ])
  func signsOperatorsAndBooleansAreToldApart(_ row: Normalization) { expect(row) }

  @Test(arguments: [
    Normalization("SELECT a FROM t WHERE b IN (1, 2, 3)", "SELECT a FROM t WHERE b IN (?)"),
    Normalization("SELECT a FROM t WHERE b IN (?,?,?)", "SELECT a FROM t WHERE b IN (?)"),
    Normalization("SELECT a FROM t WHERE b NOT IN ('x', -2)", "SELECT a FROM t WHERE b NOT IN (?)"),
    Normalization("SELECT a FROM t WHERE b IN (1 , 2.5, ?3 ,4, 'x' ,5 ) OR c", "SELECT a FROM t WHERE b IN (?) OR c"),
    Normalization("SELECT a FROM t WHERE b IN (1, 2, f(3, 4), 5, 6)", "SELECT a FROM t WHERE b IN (?, f(?, ?), ?)"),
    Normalization("SELECT a FROM t WHERE b IN (1, 2, 3 + 4)", "SELECT a FROM t WHERE b IN (?, ? + ?)"),
    Normalization("SELECT a FROM t WHERE b IN (1, 2,)", "SELECT a FROM t WHERE b IN (?, )"),
    Normalization("SELECT a FROM t WHERE b IN (1, 2, 3", "SELECT a FROM t WHERE b IN (?, ?"),
    Normalization("SELECT a FROM t WHERE b IN ()", "SELECT a FROM t WHERE b IN ()"),
    Normalization("SELECT a FROM t WHERE b IN (1, 2, c, 3)", "SELECT a FROM t WHERE b IN (?, c, ?)"),
    Normalization("SELECT a FROM t WHERE b IN (1, 2, NULL)", "SELECT a FROM t WHERE b IN (?, NULL)"),
    Normalization("SELECT a FROM t WHERE (b, c) IN ((1, 2), (3, 4))", "SELECT a FROM t WHERE (b, c) IN ((?, ?))"),
    Normalization("SELECT a FROM t WHERE b IN (VALUES (1), (2))", "SELECT a FROM t WHERE b IN (VALUES (?))"),
    Normalization("SELECT a FROM t WHERE b IN (SELECT 1, 1)", "SELECT a FROM t WHERE b IN (SELECT ?, ?)"),
    Normalization(
      "SELECT a FROM t WHERE b IN (f(1, 1), f(1, 2)) AND c IN (4, 5)",
      "SELECT a FROM t WHERE b IN (f(?, ?)) AND c IN (?)"),
    Normalization("INSERT INTO t VALUES (1, 'a'), (2, NULL), (3, 'c')", "INSERT INTO t VALUES (?, ?)"),
    Normalization("INSERT INTO t VALUES (1, a), (2, b)", "INSERT INTO t VALUES (?, a), (?, b)"),
    Normalization(
      "INSERT INTO t VALUES (1, now()), (2, now()) RETURNING id, id", "INSERT INTO t VALUES (?, now()) RETURNING id, id"
    ),
    Normalization(#"INSERT INTO t VALUES ("secret", 1)"#, "INSERT INTO t VALUES (?, ?)"),
    Normalization("VALUES ROW(1, 2), ROW(3, 4)", "VALUES ROW(?, ?)", .mySQL),
    Normalization("SELECT f(1, 1, 1)", "SELECT f(?, ?, ?)"),
  ])
  func listsFoldToOneElement(_ row: Normalization) { expect(row) }

  @Test(arguments: [
    Normalization("SAVEPOINT sp17", "SAVEPOINT ?"),
    Normalization("savepoint \"sp 17\"", "SAVEPOINT ?"),
    Normalization("RELEASE sp17", "RELEASE ?"),
    Normalization("RELEASE SAVEPOINT sp17", "RELEASE SAVEPOINT ?"),
    Normalization("ROLLBACK TO sp17", "ROLLBACK TO ?"),
    Normalization("ROLLBACK TRANSACTION TO SAVEPOINT sp17", "ROLLBACK TRANSACTION TO SAVEPOINT ?"),
    Normalization("DECLARE c1 CURSOR FOR SELECT a FROM t", "DECLARE ? CURSOR FOR SELECT a FROM t", .postgreSQL),
    Normalization("FETCH 10 FROM c1", "FETCH ? FROM ?", .postgreSQL),
    Normalization("FETCH NEXT FROM c1", "FETCH NEXT FROM ?", .postgreSQL),
    Normalization("CLOSE c1", "CLOSE ?", .postgreSQL),
    Normalization("UPDATE t SET a = 1 WHERE CURRENT OF c1", "UPDATE t SET a = ? WHERE CURRENT OF ?", .postgreSQL),
    Normalization("SELECT 1; SAVEPOINT a; SELECT b", "SELECT ?; SAVEPOINT ?; SELECT b"),
    Normalization("PRAGMA user_version = 5", "PRAGMA user_version = ?"),
    Normalization("PRAGMA foreign_keys = ON", "PRAGMA foreign_keys = ON"),
    Normalization(#"PRAGMA table_info("book")"#, #"PRAGMA table_info("book")"#),
    Normalization(#"PRAGMA key = "x'2DD29CA8'""#, "PRAGMA key = ?"),
    Normalization("PRAGMA main.rekey = secret", "PRAGMA main.rekey = ?"),
    Normalization(#"PRAGMA key("secret")"#, "PRAGMA key(?)"),
    Normalization(#"ATTACH DATABASE "/home/x.db" AS other KEY "secret""#, "ATTACH DATABASE ? AS other KEY ?"),
  ])
  func namesMadeUpAtRunTimeFold(_ row: Normalization) { expect(row) }

  @Test(arguments: [
    Normalization("SELECT $$it's$$, $tag$ $$ ; $tag$, $1", "SELECT ?, ?, ?", .postgreSQL),
    Normalization("SELECT $tag$ never ends", "SELECT ?", .postgreSQL),
    Normalization("SELECT a ? 'b', a ?| b, a ?& b, a @> b", "SELECT a ? ?, a ?| b, a ?& b, a @> b", .postgreSQL),
    Normalization("SELECT a FROM t WHERE a = ? AND b=$1", "SELECT a FROM t WHERE a = ? AND b = ?", .postgreSQL),
    Normalization("SELECT a[1], a[1:2]", "SELECT a[?], a[? : ?]", .postgreSQL),
    Normalization("SELECT /* a /* b */ c */ d", "SELECT d", .postgreSQL),
    Normalization("SELECT a=-1, a<->b, @ -5", "SELECT a = ?, a <-> b, @ ?", .postgreSQL),
    Normalization("SELECT a FROM t WHERE id = ANY($1)", "SELECT a FROM t WHERE id = ANY(?)", .postgreSQL),
    Normalization("SELECT a # b", "SELECT a # b", .postgreSQL),
    Normalization("SELECT a # comment", "SELECT a", .mySQL),
    Normalization("SELECT 5--1", "SELECT ? - ?", .mySQL),
    Normalization("SELECT a -- comment", "SELECT a", .mySQL),
    Normalization(#"SELECT "text", 'it\'s', _utf8mb4'x'"#, "SELECT ?, ?, ?", .mySQL),
    Normalization("SELECT /*!50000 STRAIGHT_JOIN */ a", "SELECT /*!50000 STRAIGHT_JOIN */ a", .mySQL),
    Normalization("SELECT @@version, @a, 2fa FROM t", "SELECT @@version, ?, 2fa FROM t", .mySQL),
    Normalization("SELECT a <=> 1", "SELECT a <=> ?", .mySQL),
    Normalization("SELECT a[b]", "SELECT a [b]"),
  ])
  func dialectsDiffer(_ row: Normalization) { expect(row) }

  private func expect(_ row: Normalization) {
    let shape = StatementShape(row.sql, dialect: row.dialect)
    #expect(shape.normalizedSQL == row.normalized)
    #expect(StatementShape(shape.normalizedSQL, dialect: row.dialect) == shape)
  }

  @Test func invalidUTF8IsRepaired() {
    let bytes: [UInt8] = Array("SELECT caf".utf8) + [0xE9] + Array(" FROM t".utf8)
    let shape = bytes.withUnsafeBufferPointer { StatementShape(utf8: $0, dialect: .sqlite) }
    #expect(shape.normalizedSQL == "SELECT caf\u{FFFD} FROM t")
    #expect(StatementShape(shape.normalizedSQL) == shape)
  }

  @Test func quotedAndUnquotedNamesAreDifferentShapes() {
    #expect(StatementShape(#"SELECT "a""#) != StatementShape("SELECT a"))
  }
}
