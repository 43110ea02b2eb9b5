import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseSQL

/// Where the values of a key stand in a text, and what an answer depends on beside them.
@Suite struct StatementValuesTests {
  private func values(_ sql: String, _ dialect: SQLDialect = .sqlite) -> StatementValues {
    StatementValues(sql, shape: StatementShape(sql, dialect: dialect), dialect: dialect)
  }

  private func keys(_ sql: String, _ dialect: SQLDialect = .sqlite) -> [[Int]] {
    values(sql, dialect).keys.map { key in
      key.values.map { if case .parameter(let number) = $0 { number } else { 0 } }
    }
  }

  @Test(arguments: [
    ("SELECT * FROM book WHERE authorId = ?", [[1]]),
    ("SELECT * FROM book WHERE authorId = ? LIMIT ? OFFSET ?", [[1]]),
    ("SELECT ? FROM book WHERE title = ? AND authorId = ?", [[2], [3]]),
    ("SELECT * FROM book WHERE authorId IN (?, ?, ?) AND stock > ?", [[1, 2, 3]]),
    ("SELECT * FROM book WHERE authorId IN (1, ?, 'x')", [[0, 1, 0]]),
    ("SELECT * FROM book WHERE (a, b) IN (VALUES (?, ?), (?, ?))", [[1, 3], [2, 4]]),
    ("SELECT * FROM book WHERE (a = ? AND b = ?) OR (b = ? AND a = ?)", [[1, 4], [2, 3]]),
    ("SELECT * FROM book WHERE a = ?2 AND b = ?1 AND c = ?", [[2], [1], [3]]),
    ("SELECT * FROM book WHERE a = :x AND b = @y AND c = :x", [[1], [2], [1]]),
    ("SELECT * FROM book WHERE a = -5 AND b = TRUE", [[0], [0]]),
    ("SELECT * FROM book WHERE a = ? AND b = ? AND c = ? AND d = ?", [[1], [2], [3]]),
    ("SELECT EXISTS (SELECT 1 FROM book WHERE authorId = ?)", [[1]]),
    ("/* ? */ SELECT '?' FROM book WHERE authorId = ? -- ?", [[1]]),
  ])
  func eachColumnHasItsValues(_ sql: String, _ expected: [[Int]]) {
    #expect(keys(sql) == expected)
  }

  @Test func numbersOfPostgreSQLAreNumbers() {
    #expect(keys("SELECT * FROM book WHERE a = $2 AND b = $1", .postgreSQL) == [[2], [1]])
    #expect(values("SELECT * FROM book WHERE a = ANY ($1)", .postgreSQL).keys.map(\.hasLists) == [true])
  }

  @Test func literalsTellTextsOfOneShapeApart() {
    func hashes(_ sql: String) -> ValueHashes { ValueHashes(values(sql), bound: []) }
    let one = hashes("SELECT * FROM book WHERE authorId = 1 LIMIT 10 OFFSET 0")
    let next = hashes("SELECT * FROM book WHERE authorId = 1 LIMIT 10 OFFSET 10")
    let other = hashes("SELECT * FROM book WHERE authorId = -1 LIMIT 10 OFFSET 0")
    let commented = hashes("SELECT * FROM book /* again */ WHERE authorId = 1 LIMIT 10 OFFSET 0")
    #expect(one.parameters != 0 && one.parameters == commented.parameters)
    #expect(one.parameters != next.parameters && one.keys == next.keys)
    #expect(one.keys != other.keys)
  }

  @Test func aListIsTheSameInAnyOrder() {
    func keys(_ sql: String, _ bound: [String?]?) -> KeyHashes { ValueHashes(values(sql), bound: bound).keys }
    let list = "SELECT * FROM book WHERE authorId IN (?, ?, ?)"
    #expect(keys(list, ["1", "2", "3"]) == keys(list, ["3", "2", "1"]))
    #expect(keys(list, ["1", "2", "3"]) != keys(list, ["1", "2", "4"]))
    #expect(keys(list, ["1", "2", "2"]).count(of: 0) == 2)
    #expect(keys(list, ["1", nil, "1"]).count(of: 0) == 2)
    // How many there are is known without them.
    #expect(keys(list, nil).count(of: 0) == 3)
    #expect(keys(list, nil).hash(of: 0) == nil)
    #expect(keys("SELECT * FROM book WHERE id IN (SELECT value FROM json_each(?))", ["[1]"]).count(of: 0) == nil)
  }

  @Test func valuesThatAreMissingAreUnknown() {
    let sql = "SELECT * FROM book WHERE authorId = ? AND title = 'x'"
    #expect(ValueHashes(values(sql), bound: nil).parameters == 0)
    #expect(ValueHashes(values(sql), bound: []).parameters == 0)
    #expect(ValueHashes(values(sql), bound: ["1"]).parameters != 0)
    #expect(ValueHashes(values(sql), bound: []).keys.hash(of: 1) != nil)
  }

  @Test(arguments: [
    ("SELECT * FROM book WHERE publishedAt < datetime('now')", Volatility.always),
    ("SELECT * FROM book WHERE publishedAt < date()", .always),
    ("SELECT * FROM book WHERE publishedAt < strftime('%s', 'NOW')", .always),
    ("SELECT * FROM book WHERE publishedAt < strftime('%s')", .always),
    ("SELECT * FROM book WHERE publishedAt < CURRENT_TIMESTAMP", .always),
    ("SELECT * FROM book ORDER BY random() LIMIT 1", .always),
    ("SELECT hex(randomblob(4)), id FROM book", .always),
    ("SELECT mine(id) FROM book", .always),
    (#"SELECT "mine"(id) FROM book"#, .always),
    ("SELECT last_insert_rowid() FROM book", .always),
    ("SELECT * FROM book WHERE publishedAt < date(?)", .withBoundNow),
    ("SELECT * FROM book WHERE publishedAt < strftime(?, publishedAt)", .none),
    ("SELECT date(publishedAt), lower(title), count(*) FROM book WHERE date = 'now'", .none),
    ("WITH a (x) AS (SELECT 1), b (y) AS MATERIALIZED (SELECT 2) SELECT CAST(x AS VARCHAR(10)) FROM a, b", .none),
    ("SELECT id, row_number() OVER (PARTITION BY a ORDER BY b) FROM book WHERE id IN (1, 2)", .none),
    ("SELECT random, now, localtime.a FROM localtime", .none),
    ("SELECT book.localtime FROM book", .none),
    ("SELECT * FROM book WHERE a < localtimestamp", .always),
    ("SELECT * FROM book WHERE a < now() - interval '1 day'", .always),
    ("SELECT nextval('s') FROM book", .always),
  ])
  func whatAnAnswerDependsOn(_ sql: String, _ volatility: Volatility) {
    #expect(values(sql).volatility == volatility)
  }

  @Test func nowMayBeBound() {
    let dates = values("SELECT * FROM book WHERE publishedAt < date(?)")
    #expect(ValueHashes(dates, bound: ["Now"]).parameters == 0)
    #expect(ValueHashes(dates, bound: ["2026-01-01"]).parameters != 0)
    #expect(ValueHashes(values("SELECT * FROM book WHERE title = ?"), bound: ["now"]).parameters != 0)
  }
}
