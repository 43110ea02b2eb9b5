/// One value in one place: what is sent, and to whom it is shown.
///
/// The table grows here. A row of ``positions`` has `«»` where a value stands, which every row of ``forms`` fills in each dialect
/// that it is for; `S` in a form is the value.
struct Planting: Sendable, CustomStringConvertible {
  /// By which way the package hears of a statement.
  enum Source: String, Sendable, CaseIterable {
    /// SQLite's hooks.
    case sqlite
    /// The public hooks for drivers.
    case driver
    /// A log message of a library, whose dialect the handler was told.
    case log
    /// The same, without a dialect.
    case guessed
    /// The span of another library.
    case span
  }

  enum Dialect: String, Sendable, CaseIterable { case sqlite, postgreSQL, mySQL }

  var position: String
  var form: String
  var dialect: Dialect
  var source: Source
  /// The number is in the value.
  var number = 0

  var description: String { "\(position)  with  \(form)  in \(dialect), by \(source)" }

  /// No word of SQL, and one that could be a name.
  var secret: String { "qz\(number)vault" }

  var sql: String {
    position.replacing("«»", with: form).replacing("S¡", with: secret).replacing("H¡", with: hexadecimal)
  }

  private var hexadecimal: String { secret.utf8.map { String($0, radix: 16) }.joined() }

  /// Where a value stands.
  static let positions = [
    "SELECT «»", "SELECT «» FROM t", "SELECT «» AS x, a FROM t", "SELECT a, «» FROM t", "SELECT DISTINCT «» FROM t",
    "SELECT * FROM t WHERE a = «»", "SELECT * FROM t WHERE a <> «» AND b = 1", "SELECT * FROM t WHERE «» = a",
    "SELECT * FROM t WHERE a >= «» OR a < «»", "SELECT * FROM t WHERE a IS «»", "SELECT * FROM t WHERE a IS NOT «»",
    "SELECT * FROM t WHERE a IN («»)", "SELECT * FROM t WHERE a IN (1, «», 2)",
    "SELECT * FROM t WHERE a NOT IN («», «»)",
    "SELECT * FROM t WHERE (a, b) IN (VALUES («», «»))", "SELECT * FROM t WHERE (a, b) = («», 1)",
    "SELECT * FROM t WHERE a LIKE «»", "SELECT * FROM t WHERE a NOT LIKE «» ESCAPE '!'",
    "SELECT * FROM t WHERE a BETWEEN «» AND «»",
    "SELECT * FROM t WHERE a = («»)", "SELECT * FROM t WHERE lower(a) = lower(«»)", "SELECT coalesce(a, «») FROM t",
    "SELECT replace(a, «», «») FROM t", "SELECT count(DISTINCT «») FROM t", "SELECT a || «» || b FROM t",
    "SELECT CASE a WHEN «» THEN «» ELSE «» END FROM t", "SELECT CASE WHEN a = «» THEN 1 END FROM t",
    "SELECT CAST(«» AS CHAR(20)) FROM t", "SELECT a FROM t GROUP BY a HAVING max(b) = «»",
    "SELECT a FROM t ORDER BY a = «»", "SELECT a FROM t LIMIT 1 OFFSET «»", "SELECT a FROM t LIMIT «»",
    "SELECT a FROM t UNION SELECT «» FROM t",
    "SELECT * FROM t WHERE a AND «» LIKE a", "SELECT * FROM t WHERE NOT «» = a OR («» < b)",
    "SELECT a FROM t ORDER BY «», a",
    "SELECT a FROM t GROUP BY «» HAVING «» = a", "SELECT * FROM t JOIN u ON «» = t.a", "DELETE FROM t RETURNING «»",
    "CREATE TABLE n (a TEXT CHECK («» <> a))",
    "SELECT * FROM t JOIN u ON u.a = t.a AND u.b = «»", "SELECT * FROM t WHERE a = (SELECT b FROM u WHERE c = «»)",
    "SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u WHERE c = «»)",
    "WITH x AS (SELECT * FROM t WHERE a = «») SELECT * FROM x",
    "WITH x(a) AS (VALUES («»)) SELECT * FROM x",
    "SELECT sum(a) FILTER (WHERE b = «») OVER (PARTITION BY b = «») FROM t",
    "INSERT INTO t (a, b) VALUES («», «»)", "INSERT INTO t (a) VALUES (1), («»), (lower(«»))",
    "INSERT INTO t (a) SELECT «»",
    "INSERT INTO t (a) SELECT b FROM u WHERE c = «»", "INSERT INTO t (a) VALUES (1) ON CONFLICT DO UPDATE SET a = «»",
    "REPLACE INTO t (a) VALUES («»)", "UPDATE t SET a = «»", "UPDATE t SET a = 1, b = lower(«») WHERE c = «»",
    "DELETE FROM t WHERE a = «»", "DELETE FROM t WHERE a = «» RETURNING a", "CREATE TABLE n (a TEXT DEFAULT «»)",
    "CREATE TABLE n (a TEXT CHECK (a <> «»))", "CREATE INDEX i ON t (a) WHERE a = «»",
    "CREATE VIEW v AS SELECT * FROM t WHERE a = «»",
    "EXPLAIN SELECT * FROM t WHERE a = «»", "SELECT 1; SELECT * FROM t WHERE a = «»; SELECT 2",
    "SELECT * FROM t WHERE a = -«»",
    "SELECT a FROM t -- «»", "SELECT a /* «» */ FROM t", "SELECT * FROM t WHERE a = «» AND",
    "SELEC * FROM t WHERE a = «»",
    "SELECT * FROM nowhere WHERE a = «»", "SELECT nothing FROM t WHERE a = «»",
    "VALUES («», 1)", "SELECT * FROM (VALUES («»), («»))", "SELECT * FROM t WHERE a = «» COLLATE NOCASE",
    "SELECT * FROM t WHERE a IS NOT DISTINCT FROM «»", "SELECT * FROM t WHERE a GLOB «»",
    "SELECT * FROM t WHERE a REGEXP «»",
    "SELECT a ->> «» FROM t", "SELECT * FROM t, json_each(«») AS j",
    "SELECT a FROM t ORDER BY CASE a WHEN «» THEN 0 END",
    "INSERT OR REPLACE INTO t (a) VALUES («»)", "UPDATE OR IGNORE t SET a = «» WHERE b = «»",
    "UPDATE t SET a = u.a FROM u WHERE u.b = «»", "ALTER TABLE t ADD COLUMN d TEXT DEFAULT «»",
    "CREATE TABLE n (a TEXT, b TEXT AS (a || «»))", "CREATE TABLE n AS SELECT «» AS x",
    "CREATE TRIGGER r AFTER INSERT ON t WHEN new.a = «» BEGIN INSERT INTO u (a) VALUES («»); END",
    "EXPLAIN QUERY PLAN SELECT * FROM t WHERE a = «»", "SELECT lag(a, 1, «») OVER (ORDER BY b) FROM t",
    "SELECT group_concat(a, «») FROM t", "SELECT iif(a = «», «», «») FROM t",
    "INSERT INTO t (a, b) VALUES (1, 2) ON CONFLICT (c) DO UPDATE SET a = excluded.a WHERE t.b = «»",
    "SELECT * FROM t WHERE (a, b) > («», «») ORDER BY a LIMIT 5",
  ]

  /// How a value is written, and in which dialects it is one.
  static let forms: [(text: String, dialects: [Dialect])] = [
    ("'S¡'", Dialect.allCases), ("'two S¡ words'", Dialect.allCases), ("'it''s S¡'", Dialect.allCases),
    ("N'S¡'", [.mySQL, .postgreSQL]), ("\"S¡\"", [.sqlite, .mySQL]), ("\"two S¡ words\"", [.sqlite, .mySQL]),
    ("\"it\"\"s S¡\"", [.sqlite, .mySQL]), ("'it\\'s S¡'", [.mySQL]), ("\"it\\\"s S¡\"", [.mySQL]),
    ("_utf8mb4'S¡'", [.mySQL]),
    ("'a' \"S¡\"", [.mySQL]), ("E'it\\'s S¡'", [.postgreSQL]), ("$$S¡$$", [.postgreSQL]),
    ("$t$it's S¡$t$", [.postgreSQL]),
    ("ARRAY['S¡']", [.postgreSQL]), ("ARRAY['x', 'S¡']::text[]", [.postgreSQL]), ("'S¡'::varchar", [.postgreSQL]),
    ("lower('S¡')", Dialect.allCases), ("/* S¡ */ 'x'", Dialect.allCases),
    ("/* one /* two */ S¡ */ 'x'", [.postgreSQL]),
    ("'x' -- S¡", Dialect.allCases), ("'x' # S¡\n", [.mySQL]), ("'O'S¡'", Dialect.allCases),
    ("'O'S¡'s'", Dialect.allCases),
    ("'S¡", Dialect.allCases), ("x'H¡'", Dialect.allCases), ("0xH¡", [.mySQL]),
    ("'a\tS¡'", [.sqlite]), ("'é’ S¡'", [.sqlite]), (":S¡", [.sqlite]), ("$S¡::S¡(S¡)", [.sqlite]),
    ("@S¡(S¡", [.sqlite]),
  ]

  /// Statements of one dialect that fit no position.
  static let others: [(sql: String, dialect: Dialect)] = [
    ("PRAGMA key = 'S¡'", .sqlite), ("PRAGMA key = \"S¡\"", .sqlite), ("PRAGMA rekey = \"x'S¡'\"", .sqlite),
    ("PRAGMA hexkey('S¡')", .sqlite), ("ATTACH '/nowhere/S¡.sqlite' AS x", .sqlite),
    ("ATTACH \"/nowhere/S¡.sqlite\" AS x", .sqlite),
    ("ATTACH 'file:/nowhere/S¡.sqlite?mode=ro&key=S¡' AS x KEY 'S¡'", .sqlite),
    ("VACUUM INTO '/nowhere/S¡.sqlite'", .sqlite),
    ("SAVEPOINT \"S¡\"", .sqlite), ("ROLLBACK TO S¡", .sqlite), ("RELEASE S¡", .sqlite),
    ("SELECT json('{S¡}')", .sqlite), ("SELECT json_extract('{}', 'S¡')", .sqlite),
    ("SELECT json_extract('{}', \"$.S¡[\")", .sqlite),
    ("SELECT json_set('{}', '$[S¡', 1)", .sqlite), ("SELECT * FROM note WHERE note MATCH 'S¡:a'", .sqlite),
    ("SELECT * FROM note WHERE note MATCH 'AND S¡'", .sqlite), ("SELECT * FROM note WHERE note MATCH '\"S¡'", .sqlite),
    ("SELECT * FROM note WHERE note MATCH \"S¡\"", .sqlite), ("INSERT INTO note (note) VALUES ('S¡')", .sqlite),
    ("INSERT INTO checked VALUES ('S¡')", .sqlite), ("INSERT INTO raising VALUES ('S¡')", .sqlite),
    ("INSERT INTO t (id) VALUES ('S¡')", .sqlite), ("INSERT INTO strict VALUES ('S¡')", .sqlite),
    ("SELECT fail('S¡')", .sqlite), ("SELECT failUniquely('S¡')", .sqlite), ("SELECT abs('S¡', 'S¡')", .sqlite),
    ("SELECT 'a' LIKE 'b' ESCAPE 'S¡'", .sqlite), ("SELECT strftime('%S¡')", .sqlite),
    ("SELECT load_extension('S¡')", .sqlite),
    ("SELECT zeroblob('S¡') FROM \"S¡", .sqlite),
    ("INSERT INTO t (a) VALUES ('x') RETURNING json('S¡')", .sqlite), ("UPDATE t SET a = json('S¡')", .sqlite),
    ("SELECT * FROM \"t\" WHERE \"a\" = \"S¡\" AND \"b\" IN (\"S¡\")", .sqlite),
    ("SELECT max(\"S¡\") FROM \"t\"", .sqlite),
    ("CREATE USER ada IDENTIFIED BY 'S¡'", .mySQL), ("CREATE USER ada IDENTIFIED BY \"S¡\"", .mySQL),
    ("ALTER USER ada IDENTIFIED BY S¡", .mySQL), ("GRANT ALL ON t TO ada IDENTIFIED BY PASSWORD 'S¡'", .mySQL),
    ("SET PASSWORD FOR ada = PASSWORD(\"S¡\")", .mySQL), ("SELECT /*! S¡ */ a FROM t WHERE b = 'S¡'", .postgreSQL),
    ("LOAD DATA INFILE 'S¡' INTO TABLE t", .mySQL), ("CREATE ROLE ada PASSWORD 'S¡'", .postgreSQL),
    ("COPY t FROM 'S¡'", .postgreSQL), ("DO $$ BEGIN PERFORM 'S¡'; END $$", .postgreSQL),
    ("SET app.key TO 'S¡'", .postgreSQL),
    ("SELECT * FROM t WHERE a @> '{\"S¡\": 1}' AND b ->> 'S¡' = 'S¡'", .postgreSQL), ("NOTIFY news, 'S¡'", .postgreSQL),
    ("SELECT * FROM t WHERE a = ANY ('{S¡}')", .postgreSQL), ("EXECUTE p('S¡')", .postgreSQL),
    ("SELECT U&'S¡' FROM t", .postgreSQL), ("SELECT interval 'S¡'", .postgreSQL),
  ]

  /// Words in the lists of statements that have all names in double quotes: without a schema they pass for names.
  static let listed = [
    "SELECT \"t\".\"a\", \"S¡\" FROM \"t\"", "SELECT \"S¡\", \"a\" FROM \"t\"", "SELECT DISTINCT \"S¡\" FROM \"t\"",
    "SELECT \"t\".\"a\", \"S¡\" AS \"x\" FROM \"t\" JOIN \"u\" ON \"u\".\"a\" = \"t\".\"a\"",
    "SELECT \"a\" FROM \"t\" UNION SELECT \"S¡\" FROM \"u\"", "SELECT \"x\" FROM (SELECT \"S¡\" AS \"x\" FROM \"t\")",
    "WITH \"c\" AS (SELECT \"S¡\" AS \"x\" FROM \"t\") SELECT \"x\" FROM \"c\"", "DELETE FROM \"t\" RETURNING \"S¡\"",
    "INSERT INTO \"t\" (\"a\") SELECT \"S¡\" FROM \"u\"", "SELECT (\"S¡\"), \"id\" FROM \"t\"",
    "SELECT CASE \"S¡\" WHEN \"a\" THEN 1 END FROM \"t\"", "SELECT \"two S¡ words\" FROM \"t\"",
    "SELECT \"it\"\"s S¡\", \"b\" FROM \"t\"", "UPDATE \"t\" SET \"a\" = 1 RETURNING \"a\", \"S¡\"",
    "SELECT \"a\" FROM \"t\" WHERE EXISTS (SELECT \"S¡\" FROM \"u\")",
  ]

  /// All of them, each with a value of its own.
  static let all: [Planting] = {
    var all: [Planting] = []
    func add(_ position: String, _ form: String, _ dialect: Dialect) {
      let sources: [Source] =
        switch dialect {
        // Without a schema only words in double quotes may be something else.
        case .sqlite where form.contains("\""): [.sqlite, .log, .guessed]
        case .sqlite: [.sqlite, .guessed]
        default: [.driver, .log, .guessed, .span]
        }
      for source in sources {
        all.append(Planting(position: position, form: form, dialect: dialect, source: source, number: all.count))
      }
    }
    for position in positions {
      for (form, dialects) in forms {
        for dialect in dialects {
          add(position, form, dialect)
        }
      }
    }
    for (sql, dialect) in others { add("«»", sql, dialect) }
    for sql in listed {
      all.append(Planting(position: "«»", form: sql, dialect: .sqlite, source: .sqlite, number: all.count))
    }
    return all
  }()
}
