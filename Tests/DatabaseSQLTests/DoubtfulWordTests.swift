import DatabaseInstrumentation
import DatabaseSQL
import TestSupport
import Testing

/// `"text"` is a name to SQLite where there is such a column, and a string where there is none.
@Suite struct DoubtfulWordTests {
  static let values = [
    (#"SELECT * FROM t WHERE a = "Ada Lovelace""#, "SELECT * FROM t WHERE a = ?"),
    (#"SELECT * FROM t WHERE a <> "Ada" AND b >= "Bob""#, "SELECT * FROM t WHERE a <> ? AND b >= ?"),
    (#"SELECT * FROM t WHERE a IN ("Ada", "Bob")"#, "SELECT * FROM t WHERE a IN (?)"),
    (#"SELECT * FROM t WHERE (a, b) IN (("Ada", 1), ("Bob", 2))"#, "SELECT * FROM t WHERE (a, b) IN ((?, ?))"),
    (#"SELECT * FROM t WHERE (a, b) = ("Ada", "Bob")"#, "SELECT * FROM t WHERE (a, b) = (?, ?)"),
    (#"SELECT * FROM t WHERE a LIKE "%Ada%" ESCAPE "\""#, "SELECT * FROM t WHERE a LIKE ? ESCAPE ?"),
    (#"SELECT * FROM t WHERE a NOT LIKE "Ada""#, "SELECT * FROM t WHERE a NOT LIKE ?"),
    (#"SELECT * FROM t WHERE a GLOB "Ada*""#, "SELECT * FROM t WHERE a GLOB ?"),
    (#"SELECT * FROM t WHERE a IS "Ada" OR a IS NOT "Bob""#, "SELECT * FROM t WHERE a IS ? OR a IS NOT ?"),
    (#"SELECT * FROM t WHERE a IS DISTINCT FROM "Ada""#, "SELECT * FROM t WHERE a IS DISTINCT FROM ?"),
    (#"SELECT * FROM t WHERE a IS NOT DISTINCT FROM "Ada""#, "SELECT * FROM t WHERE a IS NOT DISTINCT FROM ?"),
    (#"SELECT * FROM t WHERE a BETWEEN "Ada" AND "Bob""#, "SELECT * FROM t WHERE a BETWEEN ? AND ?"),
    (#"SELECT * FROM t WHERE lower(a) = lower("Ada")"#, "SELECT * FROM t WHERE lower(a) = lower(?)"),
    (#"SELECT coalesce(a, "Ada") FROM t"#, "SELECT coalesce(a, ?) FROM t"),
    (#"SELECT replace(a, "Ada", "Bob") FROM t"#, "SELECT replace(a, ?, ?) FROM t"),
    (#"SELECT a || "Ada", a -> "$.name", a ->> "name" FROM t"#, "SELECT a || ?, a -> ?, a ->> ? FROM t"),
    (
      #"SELECT CASE a WHEN "Ada" THEN "Bob" ELSE "Eve" END FROM t"#, "SELECT CASE a WHEN ? THEN ? ELSE ? END FROM t"
    ),
    (#"SELECT * FROM t WHERE note MATCH "Ada""#, "SELECT * FROM t WHERE note MATCH ?"),
    (#"SELECT CAST("Ada" AS BLOB) FROM t"#, "SELECT CAST(? AS BLOB) FROM t"),
    (#"SELECT * FROM t WHERE a = ("Ada")"#, "SELECT * FROM t WHERE a = (?)"),
    (#"UPDATE t SET a = "Ada", b = upper("Bob") WHERE c = "Eve""#, "UPDATE t SET a = ?, b = upper(?) WHERE c = ?"),
    (#"INSERT INTO t (a, b) VALUES ("Ada", lower("Bob"))"#, "INSERT INTO t(a, b) VALUES (?, lower(?))"),
    (#"INSERT INTO t SELECT "Ada", 1"#, "INSERT INTO t SELECT ?, ?"),
    (
      #"INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = "Ada""#,
      "INSERT INTO t VALUES (?) ON CONFLICT DO UPDATE SET a = ?"
    ),
    (#"DELETE FROM t WHERE a = "Ada" RETURNING a"#, "DELETE FROM t WHERE a = ? RETURNING a"),
    (#"SELECT "Ada", 1, "Bob""#, "SELECT ?, ?, ?"),
    (#"SELECT * FROM json_each("[1]")"#, "SELECT * FROM json_each(?)"),
    (#"SELECT * FROM a JOIN b ON lower("Ada") = b.c"#, "SELECT * FROM a JOIN b ON lower(?) = b.c"),
    (
      #"WITH c AS (SELECT * FROM t WHERE a = "Ada") SELECT * FROM c"#,
      "WITH c AS (SELECT * FROM t WHERE a = ?) SELECT * FROM c"
    ),
    (#"CREATE TABLE t (a TEXT DEFAULT "Ada" CHECK (a <> "Bob"))"#, "CREATE TABLE t(a TEXT DEFAULT ? CHECK (a <> ?))"),
    (#"CREATE INDEX i ON t (a) WHERE a = "Ada""#, "CREATE INDEX i ON t(a) WHERE a = ?"),
    (#"ALTER TABLE t ADD COLUMN c DEFAULT "Ada""#, "ALTER TABLE t ADD COLUMN c DEFAULT ?"),
    (#"CREATE VIEW v AS SELECT * FROM t WHERE a = "Ada""#, "CREATE VIEW v AS SELECT * FROM t WHERE a = ?"),
    (
      #"CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT raise(ABORT, "Ada"); END"#,
      "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT raise(ABORT, ?); END"
    ),
    (#"CREATE VIRTUAL TABLE v USING fts5(a, content="Ada")"#, "CREATE VIRTUAL TABLE v USING fts5(a, content = ?)"),
    // Wherever an expression can stand, beside names without quotes.
    (#"SELECT "Ada" FROM t"#, "SELECT ? FROM t"),
    (#"SELECT a, "Ada", "Bob" AS x FROM t"#, "SELECT a, ?, ? AS x FROM t"),
    (#"SELECT DISTINCT "Ada" FROM t"#, "SELECT DISTINCT ? FROM t"),
    (#"SELECT a FROM t UNION SELECT "Ada" FROM t"#, "SELECT a FROM t UNION SELECT ? FROM t"),
    (#"SELECT a FROM (SELECT "Ada" AS a FROM t)"#, "SELECT a FROM (SELECT ? AS a FROM t)"),
    (#"SELECT * FROM t WHERE "Ada" = a"#, "SELECT * FROM t WHERE ? = a"),
    (
      #"SELECT * FROM t WHERE a AND "Ada" LIKE b OR NOT "Bob" IS a"#,
      "SELECT * FROM t WHERE a AND ? LIKE b OR NOT ? IS a"
    ),
    (
      #"SELECT * FROM t WHERE ("Ada" = a) AND "Bob" IN (SELECT b FROM t)"#,
      "SELECT * FROM t WHERE (? = a) AND ? IN (SELECT b FROM t)"
    ),
    (#"SELECT * FROM t JOIN u ON "Ada" = u.a AND ("Bob" = t.a)"#, "SELECT * FROM t JOIN u ON ? = u.a AND (? = t.a)"),
    (
      #"SELECT a FROM t GROUP BY a HAVING "Ada" < a ORDER BY "Bob", a DESC"#,
      "SELECT a FROM t GROUP BY a HAVING ? < a ORDER BY ?, a DESC"
    ),
    (#"SELECT a FROM t LIMIT "Ada" OFFSET "Bob""#, "SELECT a FROM t LIMIT ? OFFSET ?"),
    (#"SELECT a FROM t LIMIT 1, "Ada""#, "SELECT a FROM t LIMIT ?, ?"),
    (#"SELECT CASE "Ada" WHEN a THEN 1 END FROM t"#, "SELECT CASE ? WHEN a THEN ? END FROM t"),
    (#"SELECT sum(a) OVER (PARTITION BY "Ada", b) FROM t"#, "SELECT sum(a) OVER (PARTITION BY ?, b) FROM t"),
    (#"DELETE FROM t WHERE "Ada" = a RETURNING "Bob", a"#, "DELETE FROM t WHERE ? = a RETURNING ?, a"),
    (#"INSERT INTO t (a) SELECT "Ada" FROM u"#, "INSERT INTO t(a) SELECT ? FROM u"),
    (#"CREATE TABLE t (a TEXT CHECK ("Ada" <> a))"#, "CREATE TABLE t(a TEXT CHECK (? <> a))"),
    (#"SELECT a FROM t GROUP BY "lower"("Ada")"#, "SELECT a FROM t GROUP BY ? (?)"),
    (#"SELECT * FROM "t" WHERE "a" = x AND "lower"("Ada") = b"#, #"SELECT * FROM "t" WHERE ? = x AND ? (?) = b"#),
    (#"CREATE VIEW v AS SELECT "Ada" FROM t WHERE "Bob" = a"#, "CREATE VIEW v AS SELECT ? FROM t WHERE ? = a"),
  ]

  @Test(arguments: values)
  func aWordWhereAValueCanStandIsOne(_ sql: String, _ expected: String) {
    let shape = StatementShape(sql)
    #expect(shape.normalizedSQL == expected)
    #expect(shape.shown(knowing: []).normalizedSQL == expected)
    #expect(shape.fingerprint == StatementShape(expected).fingerprint)
    var dumped = ""
    dump(shape, to: &dumped)
    for secret in ["Ada", "Bob", "Eve"] { #expect(!dumped.contains(secret)) }
  }

  /// Nothing but a name can stand there.
  @Test(arguments: [
    #"SELECT "order" FROM "t" ORDER BY "order", "group" DESC"#, #"SELECT "a" AS "b" FROM "t" "u" JOIN "v" USING ("a")"#,
    #"SELECT "t"."a" = "u"."a" FROM "t", "u""#, #"INSERT INTO t("a", "b") SELECT x, y FROM "u""#,
    #"INSERT INTO "t"("a", "b") SELECT "a", "b" FROM "u" WHERE "a" = ?"#, #"SELECT COUNT(*) FROM "t" WHERE "a" = ?"#,
    #"UPDATE t SET "a" = ?, "b" = ? WHERE c = ?"#, #"SELECT * FROM t WHERE a IN "u""#,
    #"WITH c("a", "b") AS (SELECT ?, ?), d("a") AS (SELECT ?) SELECT x FROM c JOIN "d" "e" USING ("a", "b")"#,
    #"CREATE TABLE t("a" INTEGER, "b" TEXT COLLATE "c", PRIMARY KEY ("a", "b"), FOREIGN KEY ("a") REFERENCES u("a", "b"))"#,
    #"CREATE UNIQUE INDEX i ON t("a", "b")"#, #"SELECT count(*) OVER (PARTITION BY "a", "b") FROM "t""#,
    #"CREATE INDEX i ON "t"("a") WHERE b = ?"#, #"SELECT t."a", u."b" AS "c" FROM t WHERE t."a" > ?"#,
    #"INSERT INTO t VALUES (?) ON CONFLICT ("a", "b") DO NOTHING"#, #"PRAGMA main.table_info("t")"#,
    #"WITH "c"("a") AS (SELECT ?), "d"("b") AS NOT MATERIALIZED (SELECT ?) SELECT * FROM "c", "d""#,
    #"SELECT * FROM t WHERE `a` = `b` AND [c] = [d]"#, #"SELECT * FROM t WHERE a IN (SELECT t."b", x FROM u)"#,
  ])
  func whereOnlyANameCanStandItIsOne(_ sql: String) {
    #expect(StatementShape(sql).normalizedSQL == sql)
  }

  /// What quotes of PostgreSQL and of the standard enclose is a name.
  @Test func inPostgreSQLItIsAName() {
    let sql = #"SELECT * FROM t WHERE "a" = "b" AND c IN ("d") AND lower("e") = $1"#
    #expect(
      StatementShape(sql, dialect: .postgreSQL).normalizedSQL
        == #"SELECT * FROM t WHERE "a" = "b" AND c IN ("d") AND lower("e") = ?"#)
  }

  @Test func theSchemaSaysWhichItIs() {
    let schema = SchemaFacts()
    schema.note("CREATE TABLE t (a TEXT, \"order\" TEXT, b TEXT)")
    let shape = StatementShape(#"SELECT max("order") FROM t WHERE a = "Ada" AND b = "B" OR a IN ("b", "x", "y")"#)
    let shown = shape.shown(in: schema)
    #expect(shown.normalizedSQL == #"SELECT max("order") FROM t WHERE a = ? AND b = "b" OR a IN ("b", ?)"#)
    #expect(shown.fingerprint == shape.fingerprint)
    #expect(shown == shape)
    #expect(
      StatementShape(#"SELECT * FROM t WHERE a = "order""#).shown(in: schema)
        != StatementShape(#"SELECT * FROM t WHERE a = "Ada""#).shown(in: schema))
    #expect(
      StatementShape(#"SELECT * FROM t WHERE a = "Bob""#).shown(in: schema)
        == StatementShape(#"SELECT * FROM t WHERE a = "Ada""#).shown(in: schema))
  }

  /// What is written by hand quotes a name where it has to.
  @Test(arguments: [
    #"SELECT "order", a FROM t WHERE "order" = ? AND NOT "group" ORDER BY "order", "group" DESC"#,
    #"SELECT "a" AS "b" FROM t GROUP BY "b" HAVING "b" > ?"#,
    #"UPDATE t SET "a" = ? WHERE "order" = ? RETURNING "group""#,
    #"INSERT INTO u SELECT "order", "a" FROM t"#, #"SELECT count(*) OVER (PARTITION BY "a", "group") FROM t"#,
    #"SELECT * FROM t JOIN u ON "order" = u."c" AND ("group" = ?)"#,
    #"SELECT a FROM (SELECT "order" AS "x" FROM t) WHERE "x" = ?"#,
    #"WITH c AS (SELECT "order" FROM t) SELECT "order" FROM c"#,
    #"CREATE VIEW v AS SELECT "order" FROM t WHERE "rowid" > ?"#,
  ])
  func theSchemaKnowsNames(_ sql: String) {
    let schema = SchemaFacts()
    schema.note("CREATE TABLE t (a TEXT, \"order\" TEXT, \"group\" TEXT)")
    schema.note("CREATE TABLE u (c TEXT)")
    let shape = StatementShape(sql)
    #expect(shape.shown(in: schema).normalizedSQL == sql)
    #expect(shape.shown(in: schema).fingerprint == shape.fingerprint)
  }

  /// Of a table that was dropped, of a view, of a query of one's own.
  @Test func namesThatAreNoColumnsOfTheTableAreKnown() {
    let schema = SchemaFacts()
    schema.note("CREATE TABLE t (a TEXT, b TEXT)")
    schema.note("CREATE VIEW v AS SELECT a, b FROM t")
    let view = StatementShape(#"SELECT * FROM "v" WHERE "a" = "b" AND "a" = "Ada""#)
    #expect(view.shown(in: schema).normalizedSQL == #"SELECT * FROM "v" WHERE "a" = "b" AND "a" = ?"#)
    schema.note("DROP TABLE t")
    let dropped = StatementShape(#"SELECT max("a") FROM "t""#)
    #expect(dropped.shown(in: schema).normalizedSQL == #"SELECT max("a") FROM "t""#)
    let alias = StatementShape(#"SELECT "a" - 1 AS "m" FROM "t" GROUP BY "a" HAVING 1 < "m" AND "m" = "Ada""#)
    #expect(
      alias.shown(in: schema).normalizedSQL
        == #"SELECT "a" - ? AS "m" FROM "t" GROUP BY "a" HAVING ? < "m" AND "m" = ?"#)
  }

  /// Where all names are in double quotes, a word in a list is looked up in the schema, if that knows all columns there can be.
  static let lists = [
    (#"SELECT "author"."name", "Ada" FROM "author""#, #"SELECT "author"."name", ? FROM "author""#),
    (#"SELECT "Ada" FROM "author""#, #"SELECT ? FROM "author""#),
    (#"SELECT DISTINCT "name", "Ada" AS "a" FROM "author""#, #"SELECT DISTINCT "name", ? AS "a" FROM "author""#),
    (#"SELECT "NAME", ("Ada") FROM "author""#, #"SELECT "NAME", (?) FROM "author""#),
    (
      #"SELECT CASE "Ada" WHEN "name" THEN "title" END FROM "author" JOIN "book""#,
      #"SELECT CASE ? WHEN "name" THEN "title" END FROM "author" JOIN "book""#
    ),
    (
      #"SELECT "name" FROM "author" UNION SELECT "Ada" FROM "book""#,
      #"SELECT "name" FROM "author" UNION SELECT ? FROM "book""#
    ),
    (
      #"SELECT "a", "b" FROM (SELECT "Ada" AS "a", "title" AS "b" FROM "book")"#,
      #"SELECT "a", "b" FROM (SELECT ? AS "a", "title" AS "b" FROM "book")"#
    ),
    (
      #"WITH "c"("x") AS (SELECT "Ada" FROM "book") SELECT "x", "Bob" FROM "c""#,
      #"WITH "c"("x") AS (SELECT ? FROM "book") SELECT "x", ? FROM "c""#
    ),
    (#"DELETE FROM "book" RETURNING "title", "Ada""#, #"DELETE FROM "book" RETURNING "title", ?"#),
    (
      #"INSERT INTO "book"("title") SELECT "Ada" FROM "author""#, #"INSERT INTO "book"("title") SELECT ? FROM "author""#
    ),
    // A function in double quotes has no column, and its arguments are values.
    (#"SELECT "lower"("Ada"), "Bob" FROM "author""#, #"SELECT "lower"(?), ? FROM "author""#),
    (#"SELECT "Ada", "title" FROM "book" WHERE "title" = "Bob""#, #"SELECT ?, "title" FROM "book" WHERE "title" = ?"#),
  ]

  @Test(arguments: lists)
  func aWordOfAListThatIsNoColumnIsAValue(_ sql: String, _ expected: String) {
    let shape = StatementShape(sql)
    let shown = shape.shown(in: library)
    #expect(shown.normalizedSQL == expected)
    #expect(shown.fingerprint == shape.fingerprint)
    #expect(shown == shape)
    var dumped = ""
    dump(shown, to: &dumped)
    #expect(!dumped.contains("Ada") && !dumped.contains("Bob"))
  }

  /// Of what has columns that nobody knows, of what is known by another name, and without a schema.
  @Test(arguments: [
    #"SELECT "more" FROM "unknown""#, #"SELECT "more" FROM "author", "unknown""#, #"SELECT "more" FROM "writer""#,
    #"SELECT "rank" FROM "note""#, #"SELECT "value", "name" FROM "author", json_each("author"."name")"#,
    #"SELECT "more" FROM "other"."author""#, #"SELECT "more" FROM "perhaps""#,
    #"SELECT "rowid", "name", "name" AS "n" FROM "author" GROUP BY "n""#, #"SELECT "later", "second" FROM "grown""#,
    #"SELECT "title", "name" FROM "book", "author""#, #"SELECT "x" FROM (SELECT "name" AS "x" FROM "author")"#,
    #"SELECT "name" FROM "sqlite_master""#, #"CREATE VIEW "v" AS SELECT "more" FROM "author""#,
    #"SELECT "authorId" AS "grdb_authorId", "t"."more" FROM "author" "t""#,
  ])
  func aWordOfAListThatMayBeAColumnIsAName(_ sql: String) {
    let shape = StatementShape(sql)
    let shown = shape.shown(in: library)
    #expect(shape.normalizedSQL == sql)
    #expect(shown.normalizedSQL == sql)
    #expect(shown.fingerprint == shape.fingerprint)
    #expect(shape.tables == shown.tables)
  }

  private var library: SchemaFacts {
    let schema = SchemaFacts()
    for sql in [
      "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT, authorId)", "CREATE TABLE book (title TEXT)",
      "CREATE VIEW writer AS SELECT name AS more FROM author", "CREATE VIRTUAL TABLE note USING fts5(a)",
      "CREATE TABLE IF NOT EXISTS perhaps (a)", "CREATE TABLE grown (a)", "ALTER TABLE grown ADD COLUMN later",
      "ALTER TABLE grown RENAME COLUMN a TO second",
    ] { schema.note(sql) }
    return schema
  }

  @Test func whatGRDBWritesKeepsItsTextAndItsFingerprint() {
    let schema = SchemaFacts()
    for statement in GeneratedSQL.schema.split(separator: ";") { schema.note(String(statement)) }
    for (fingerprint, sql) in GeneratedSQL.statements {
      let shape = StatementShape(sql)
      #expect(shape.fingerprint == UInt64(fingerprint, radix: 16), "\(sql)")
      #expect(shape.shown(in: schema).normalizedSQL == sql)
      #expect(shape.shown(in: schema).tables == shape.tables)
    }
    #expect(GeneratedSQL.statements.count > 50)
  }

  /// `'O'Hara'` was meant as one text.
  @Test(arguments: [
    "SELECT * FROM t WHERE a = 'O'Hara' AND b = 'secret'", "SELECT * FROM t WHERE a = 'O'Hara's' OR secret",
    "SELECT * FROM t WHERE a = 'O' Hara secret 'x' secret'",
  ])
  func anUnescapedQuoteLetsNothingOut(_ sql: String) {
    for dialect in [SQLDialect.sqlite, .postgreSQL, .mySQL, .guessed(from: sql)] {
      #expect(StatementShape(sql, dialect: dialect).normalizedSQL == "SELECT * FROM t WHERE a = ?")
    }
    #expect(StatementShape(broken: sql, dialect: .sqlite).normalizedSQL == "SELECT * FROM t WHERE a = ?")
  }

  @Test func aKeywordMayTouchAString() {
    #expect(
      StatementShape("SELECT 'a'FROM t WHERE a='b'AND c='d'").normalizedSQL == "SELECT ? FROM t WHERE a = ? AND c = ?")
  }

  static let guesses = [
    ("SELECT ARRAY['secret'] FROM t", "SELECT ARRAY[?] FROM t"),
    ("SELECT a FROM t WHERE b = ANY (ARRAY['x', 'secret'])", "SELECT a FROM t WHERE b = ANY(ARRAY[?, ?])"),
    ("SELECT a /* one /* two */ secret */ FROM t", "SELECT a FROM t"),
    ("SELECT a /* one /* two */ secret FROM t", "SELECT a"),
    (#"SELECT "secret" FROM t WHERE "secret" = a"#, "SELECT ? FROM t WHERE ? = a"),
    (#"SELECT * FROM t WHERE a = "it\"s secret" AND b = 1"#, "SELECT * FROM t WHERE a = ?"),
    (#"SELECT * FROM t WHERE a = 'it\'s secret' AND b = 1"#, "SELECT * FROM t WHERE a = ?"),
    ("SELECT a FROM t # secret", "SELECT a FROM t"), ("SELECT a FROM t -- secret", "SELECT a FROM t"),
    ("SELECT a FROM t --secret", "SELECT a FROM t"), ("SELECT /*! secret */ a FROM t", "SELECT a FROM t"),
    ("SELECT /*+ secret */ a FROM t", "SELECT a FROM t"),
    ("CREATE USER ada IDENTIFIED BY 'secret'", "CREATE USER ada IDENTIFIED BY ?"),
    (#"CREATE USER ada IDENTIFIED BY "secret""#, "CREATE USER ada IDENTIFIED BY ?"),
    ("ALTER USER ada IDENTIFIED BY secret", "ALTER USER ada IDENTIFIED BY ?"),
    ("GRANT ALL ON t TO ada IDENTIFIED BY PASSWORD secret", "GRANT ALL ON t TO ada IDENTIFIED BY PASSWORD ?"),
    ("SELECT $$secret$$, $tag$secret$tag$ FROM t", "SELECT ?, ? FROM t"),
    (#"INSERT INTO t (a) VALUES ("secret")"#, "INSERT INTO t(a) VALUES (?)"),
    (#"SELECT concat(a, "secret") FROM t"#, "SELECT concat(a, ?) FROM t"),
    (#"SELECT * FROM t WHERE a RLIKE "secret""#, "SELECT * FROM t WHERE a RLIKE ?"),
    (#"SELECT a FROM t GROUP BY "secret" "secret", b"#, "SELECT a FROM t GROUP BY ? ?, b"),
    // What is no value stays.
    (
      #"SELECT "planet"."id" AS "planet_id" FROM "planet" WHERE "planet"."id" = $1"#,
      #"SELECT "planet"."id" AS "planet_id" FROM "planet" WHERE "planet"."id" = ?"#
    ),
    (#"INSERT INTO "planet" ("id", "name") VALUES ($1, $2)"#, #"INSERT INTO "planet"("id", "name") VALUES (?, ?)"#),
    (
      #"UPDATE "planet" SET "name" = ?, "size" = ? WHERE "id" = ?"#,
      #"UPDATE "planet" SET "name" = ?, "size" = ? WHERE "id" = ?"#
    ),
    ("SELECT `name` FROM `planet` WHERE `id` = ?", "SELECT `name` FROM `planet` WHERE `id` = ?"),
    (#"INSERT INTO t ("a", "b") VALUES (?, ?)"#, #"INSERT INTO t("a", "b") VALUES (?, ?)"#),
  ]

  @Test(arguments: guesses)
  func whereTheDialectIsGuessedWhatMayBeAValueIsOne(_ sql: String, _ expected: String) {
    let dialect = SQLDialect.guessed(from: sql)
    #expect(StatementShape(sql, dialect: dialect).normalizedSQL == expected)
    #expect(StatementShape(expected, dialect: .guessed(from: expected)).normalizedSQL == expected)
  }
}
