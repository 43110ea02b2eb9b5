import DatabaseSQL
import Testing

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

@Suite struct PropertyTests {
  /// Found by fuzzing: different bytes that are no UTF-8 become one and the same character.
  @Test func bytesThatAreNoUTF8AreRepairedBeforeListsFold() {
    let text = Array("SELECT 1 IN (a, ".utf8) + [0xFF] + Array(", ".utf8) + [0xFE] + Array(", b)".utf8)
    let shape = text.withUnsafeBufferPointer { StatementShape(utf8: $0, dialect: .sqlite) }
    #expect(shape == StatementShape(shape.normalizedSQL))
    #expect(shape.normalizedSQL == "SELECT ? IN (a, \u{FFFD}, b)")
  }

  static let dialects: [SQLDialect] = [
    .sqlite, .postgreSQL, .mySQL, .guessed(from: "?"), .guessed(from: "$1"), .guessed(from: "`"),
  ]

  static let pieces = [
    "SELECT", "FROM", "WHERE", "IN", "VALUES", "WITH", "AS", "JOIN", "ON", "USING", "NULL", "TRUE", "NOT", "IS", "OR",
    "AND", "INSERT", "INTO", "UPDATE", "SET", "DELETE", "REPLACE", "CREATE", "TABLE", "TRIGGER", "BEGIN", "END", "CASE",
    "SAVEPOINT", "ROLLBACK", "TO", "FETCH", "DECLARE", "CLOSE", "PRAGMA", "key", "ATTACH", "CURRENT", "OF", "ROW", "BY",
    "PARTITION", "DESC", "UNION", "LIMIT", "CAST", "EXPLAIN", "BETWEEN", "REFERENCES", "PRIMARY", "FOREIGN", "DISTINCT",
    "a", "b", "t.c", "\"d\"", "`e`", "[f]", "x", "row", "1", "-1", "2.5", ".5", "'s'", "x'00'", "?", "?1", ":a", "@a",
    "$1", "$a", "%s", "%(a)s", "$$", "$t$", "::", ":=", ":", "@>", "?|", "->>", "=", "<", ">", "-", "+", "*", "/", "%",
    "(", ")", "(", ")", ",", ",", ".", ";", "[", "]", "--", "/*", "*/", "/*+", "/*!", "/*!50000", "#", "\n", " ", "'",
    "\"",
    "`", "\\", "!", "~", "|", "&", "^", "@", "$", "\0", "\u{FEFF}", "\u{E9}", "@@v", "0x", "1e", "1e5", "e", "E'a\\'",
  ]

  @Test(arguments: 0..<60)
  func tokenSoupNormalizesOnce(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<60 {
      var sql = ""
      for _ in 0..<Int.random(in: 1...40, using: &generator) {
        sql += Self.pieces.randomElement(using: &generator) ?? ""
        if Bool.random(using: &generator) { sql += " " }
      }
      for dialect in Self.dialects { expectStable(sql, dialect) }
    }
  }

  @Test(arguments: 0..<20)
  func randomBytesNormalizeOnce(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(1000 + seed))
    for _ in 0..<100 {
      let bytes = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      for dialect in Self.dialects {
        let shape = bytes.withUnsafeBufferPointer { StatementShape(utf8: $0, dialect: dialect) }
        expectStable(shape.normalizedSQL, dialect)
      }
    }
  }

  static let statements = [
    #"SELECT "a", 'it''s', x'00', $tag$ text $tag$ FROM [t] WHERE `b` IN (1, -2.5e3, ?1) AND "c" = :c -- end"#,
    "WITH RECURSIVE x(n) AS (VALUES (1), (2) UNION ALL SELECT n + 1 FROM x) SELECT * FROM x JOIN y USING (n) /* c */",
    "INSERT INTO t(a, b) VALUES (1, 'x'), (NULL, \"y\") ON CONFLICT DO UPDATE SET a = excluded.a; SELECT 1",
    "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT DEFAULT (lower('X')) REFERENCES u(v), FOREIGN KEY (a) REFERENCES w)",
    "CREATE TRIGGER r AFTER INSERT ON t WHEN (new.a > 1) BEGIN DELETE FROM u; UPDATE v SET a = 1; END; COMMIT",
    "SELECT /*+ hint 'x' */ \u{E9}, a::int FROM t WHERE (a, b) = (?, ?) AND c IN (SELECT d FROM e WHERE f = ANY ($1))",
  ]

  @Test(arguments: statements)
  func everyTruncationIsHarmless(_ sql: String) {
    let bytes = Array(sql.utf8)
    for length in 0...bytes.count {
      for dialect in Self.dialects {
        let shape = bytes[..<length].withUnsafeBufferPointer { StatementShape(utf8: $0, dialect: dialect) }
        expectStable(shape.normalizedSQL, dialect)
      }
      let text = String(decoding: bytes[..<length], as: UTF8.self)
      _ = StatementShape.statements(in: text)
      _ = SchemaChange(text)
      _ = StatementValues(text, shape: StatementShape(text), dialect: .sqlite)
    }
  }

  @Test(arguments: [
    "(", ")", "((SELECT ", "IN (", "VALUES (", "a AND (", "FROM (", "WITH x AS (", ",", "a,", "'", "''", "\"", "[", "`",
    "$", "$a", "$$", "$a$", "/*", "/*+", "--", "- ", "+", ";", "a", "a ", "1 ", "?", ":", "@", "%(", "%(a", "a.", "NO ",
    "x'", "{", "\u{E9}", "IN (?,", "cast ", "case ", "JOIN a ON ", "SELECT ", "x IN (SELECT a FROM ",
  ])
  func anythingRepeatedIsHarmless(_ piece: String) {
    let sql = "SELECT a FROM t WHERE a = " + String(repeating: piece, count: 20_000 / piece.utf8.count)
    for dialect in Self.dialects {
      let shape = StatementShape(sql, dialect: dialect)
      _ = shape.kind
      #expect(StatementShape(shape.normalizedSQL, dialect: dialect).normalizedSQL == shape.normalizedSQL)
    }
    _ = SchemaChange("CREATE TABLE t (a " + sql)
    _ = StatementValues(sql, shape: StatementShape(sql), dialect: .sqlite)
  }

  private func expectStable(_ sql: String, _ dialect: SQLDialect) {
    let once = StatementShape(sql, dialect: dialect)
    let twice = StatementShape(once.normalizedSQL, dialect: dialect)
    #expect(twice.normalizedSQL == once.normalizedSQL, "\(sql.debugDescription)")
    #expect(twice.kind == once.kind)
    // What may be a value is shown as one; what is left passes for a name.
    #expect(twice.fingerprint == once.fingerprint || once.isDoubtful)
    // What may be a name is taken for one where the meaning of the statement is worked out.
    if !once.isDoubtful { #expect(twice.loaderHint == once.loaderHint) }
  }
}
