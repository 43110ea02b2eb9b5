import DatabaseTesting
import TestSupport
import Testing

/// The counters and the plans of the real SQLite, on a file and in memory.
@Suite struct CostOfSQLiteTests {
  private func database(_ path: String) throws -> SQLiteDatabase {
    let database = try SQLiteDatabase(path)
    try database.execute(
      """
      CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT DEFAULT 'nobody' CHECK (name <> ''));
      CREATE TABLE book (id INTEGER PRIMARY KEY, authorId INTEGER, title TEXT, UNIQUE (title));
      CREATE TABLE note (bookId INTEGER, text TEXT);
      CREATE INDEX book_author ON book (authorId) WHERE authorId > 0;
      CREATE VIEW named AS SELECT * FROM author WHERE name IS NOT NULL;
      WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 40)
        INSERT INTO author SELECT i, 'author ' || i FROM n;
      INSERT INTO book SELECT id, id, 'title ' || id FROM author;
      INSERT INTO note SELECT id, 'text' FROM book;
      """)
    return database
  }

  @Test(.needs(.lines), arguments: [true, false])
  func aFullScanIsNamedByTableWithThePlan(isFile: Bool) throws {
    let file = try TemporaryFile()
    let database = try database(isFile ? file.path : ":memory:")
    try expectingIssue {
      try expectDatabase(.noFullScans) {
        try database.rows("SELECT name FROM author WHERE id = 7")
        try database.rows("SELECT b.id FROM book b JOIN author AS a ON a.id = b.authorId WHERE a.name = 'author 7'")
      }
    } matching: { message, _ in
      let lines = message.split(separator: "\n").map(String.init)
      #expect(
        lines.first == """
          Expected no full scans, found 1: SELECT b.id FROM book b JOIN author AS a ON a.id = b.authorId WHERE a.name = ? \
          looks at 40 rows of book to find 1.
          """)
      #expect(lines.dropFirst(2).first?.hasSuffix(", through SQLiteDatabase.rows(_:_:)") == true)
      #expect(lines.contains("       plan: SCAN b"))
      #expect(lines.contains("       plan: SEARCH a USING INTEGER PRIMARY KEY (rowid=?)"))
      #expect(
        lines.suffix(2) == [
          """
            fix: indexes, e.g. CREATE INDEX book_authorId ON book (authorId); CREATE INDEX author_name ON author (name), \
          or .noFullScans(except: ["book"])
          """,
          """
                 with them SQLite says SEARCH b USING COVERING INDEX book_authorId (authorId=?), SEARCH a USING COVERING \
          INDEX author_name (name=?); tried
          """,
        ])
    }
  }

  @Test(arguments: [
    "SELECT * FROM author", "SELECT * FROM author WHERE id = 7", "SELECT * FROM book WHERE title = 'title 7'",
    "SELECT count(*) FROM author", "SELECT * FROM author WHERE name IS NOT NULL", "SELECT * FROM named WHERE id < 4",
    "SELECT * FROM author ORDER BY id LIMIT 2 OFFSET 20", "SELECT * FROM author ORDER BY id DESC LIMIT 2",
    "SELECT * FROM author WHERE id BETWEEN 3 AND 5", "SELECT * FROM author WHERE id IN (1, 2, 3)",
    "SELECT a.id, (SELECT count(*) FROM book WHERE authorId = a.id) FROM author a WHERE a.id = 3",
    "SELECT * FROM json_each('[1, 2, 3, 4, 5, 6]') WHERE value = 3",
    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 90) SELECT i FROM n WHERE i = 80",
    "SELECT * FROM (SELECT id % 5 AS rest, count(*) AS number FROM author GROUP BY rest) WHERE number > 100",
    "UPDATE author SET name = 'x' WHERE id = 3", "DELETE FROM note WHERE text = 'text'",
  ])
  func noFullScan(sql: String) throws {
    let file = try TemporaryFile()
    for path in [file.path, ":memory:"] {
      let database = try database(path)
      try expectDatabase(.noFullScans) { try database.rows(sql) }
    }
  }

  @Test func anAutomaticIndexIsFoundWithItsPlan() throws {
    let database = try database(":memory:")
    let recording = try recordDatabase {
      try database.rows("SELECT * FROM author LEFT JOIN note ON note.bookId = author.id")
    }
    recording.expect(.noFullScans)
    let finding = try #require(recording.check(.noAutomaticIndexes).first)
    #expect(
      finding.headline == """
        Expected no automatic indexes, found 1: SELECT * FROM author LEFT JOIN note ON note.bookId = author.id \
        puts 40 rows into an index for itself.
        """)
    #expect(finding.message.contains("       plan: SCAN author\n       plan: SEARCH note USING AUTOMATIC "))
  }

  @Test func stepsAreTheSameInEveryRun() throws {
    let database = try database(":memory:")
    var steps: Set<Int> = []
    for _ in 0..<3 {
      let recording = try recordDatabase { try database.rows("SELECT * FROM author") }
      steps.insert(try #require(recording.queries.first?.cost?.steps))
      recording.expect(.rows(40), .steps(100...500), .rows(40, on: "author"))
    }
    #expect(steps.count == 1)
  }

  @Test func noValueOfADefinitionReachesAPlan() throws {
    let database = try SQLiteDatabase()
    try database.execute(
      """
      CREATE TABLE a (x TEXT DEFAULT 'a secret');
      CREATE INDEX a_x ON a (x) WHERE x <> 'another secret';
      INSERT INTO a VALUES ('1'), ('2'), ('3'), ('4'), ('5'), ('6');
      """)
    let recording = try recordDatabase { try database.rows("SELECT * FROM a WHERE x = 'a third' OR x = 'a fourth'") }
    let message = try #require(recording.check(.noFullScans).first?.message)
    #expect(message.contains("plan: SCAN a"))
    #expect(!message.contains("secret"))
    #expect(!message.contains("third"))
  }
}
