import Testing

@testable import DatabaseTelemetry

@Suite struct StatementTextTests {
  @Test(arguments: [
    ("SELECT * FROM author WHERE name = 'Ada'", "SELECT * FROM author WHERE name = 'Ada'"),
    ("SELECT * FROM author WHERE email = 'a@b.c'", "SELECT * FROM author WHERE email = ?"),
    (
      "SELECT * FROM author AS a WHERE a.Email = 'a@b.c' AND a.age > 30",
      "SELECT * FROM author AS a WHERE a.Email = ? AND a.age > 30"
    ),
    (
      "SELECT * FROM author WHERE email IN ('a', 'b') OR age IN (1, -2)",
      "SELECT * FROM author WHERE email IN (?, ?) OR age IN (1, -2)"
    ),
    ("SELECT * FROM author WHERE email NOT IN ('a')", "SELECT * FROM author WHERE email NOT IN (?)"),
    (
      "SELECT * FROM author WHERE email LIKE 'a%' AND name LIKE 'A%'",
      "SELECT * FROM author WHERE email LIKE ? AND name LIKE 'A%'"
    ),
    (
      "INSERT INTO author (name, email) VALUES ('Ada', 'a@b.c'), ('Bob', 'b@c.d')",
      "INSERT INTO author (name, email) VALUES ('Ada', ?), ('Bob', ?)"
    ),
    ("INSERT INTO author VALUES (1, 'a@b.c')", "INSERT INTO author VALUES (?, ?)"),
    (
      "INSERT INTO author (name, email) VALUES (lower('ADA'), 'x' || 'y')",
      "INSERT INTO author (name, email) VALUES (lower(?), ? || ?)"
    ),
    (
      "UPDATE author SET email = 'a@b.c', name = 'Ada' WHERE id = -7",
      "UPDATE author SET email = ?, name = 'Ada' WHERE id = -7"
    ),
    // Whose value it is, the text does not show.
    ("SELECT 'a@b.c'", "SELECT ?"),
    ("SELECT * FROM author WHERE 'a@b.c' = email", "SELECT * FROM author WHERE ? = email"),
    ("SELECT * FROM author WHERE name = 'a' || 'b'", "SELECT * FROM author WHERE name = ? || ?"),
    ("SELECT * FROM author WHERE email || name = 'ab'", "SELECT * FROM author WHERE email || name = ?"),
    ("SELECT * FROM author WHERE upper(email) = 'A'", "SELECT * FROM author WHERE upper(email) = ?"),
    ("SELECT * FROM author WHERE (email, name) = ('a', 'b')", "SELECT * FROM author WHERE (email, name) = (?, ?)"),
    (
      "SELECT * FROM author WHERE age BETWEEN 1 AND 2 LIMIT 10",
      "SELECT * FROM author WHERE age BETWEEN ? AND ? LIMIT ?"
    ),
    // SQLite takes it for a string where there is no such column.
    ("SELECT * FROM author WHERE email = \"a@b.c\"", "SELECT * FROM author WHERE email = ?"),
    ("INSERT INTO author (email) VALUES (\"a@b.c\")", "INSERT INTO author (email) VALUES (?)"),
    ("SELECT \"name\" FROM author", "SELECT \"name\" FROM author"),
    // A comment may hold anything.
    ("SELECT 1 /* a@b.c */ FROM author -- a@b.c", "SELECT ? FROM author "),
    ("SELECT * FROM author WHERE name = ?", "SELECT * FROM author WHERE name = ?"),
    ("SELECT * FROM author WHERE email = 'never ends", "SELECT * FROM author WHERE email = ?"),
    ("", ""),
  ])
  func columnsAreMasked(sql: String, expected: String) {
    #expect(ColumnRedactor.redact(sql, columns: ["email"], dialect: .sqlite) == expected)
  }

  @Test func theTextAsConfigured() {
    let sent = "select * from author where email = 'a@b.c' and name = 'Ada'"
    let shape = StatementShape(sent)
    func text(_ redaction: Redaction, _ sent: String?) -> String {
      var configuration = DatabaseInstrumentor.Configuration()
      configuration.redaction = redaction
      return StatementText(configuration).text(shape, sent: sent, dialect: .sqlite)
    }
    #expect(text(.values, sent) == "SELECT * FROM author WHERE email = ? AND name = ?")
    #expect(text(.none, sent) == sent)
    #expect(text(.columns(["EMAIL"]), sent) == "select * from author where email = ? and name = 'Ada'")
    #expect(text(.none, nil) == "SELECT * FROM author WHERE email = ? AND name = ?")
  }

  @Test(arguments: [
    ("abcdef", 6, "abcdef"), ("abcdefg", 6, "abc…"), ("aé😀bcd", 7, "aé…"), ("😀😀😀", 8, "😀…"), ("👨‍👩‍👧👨‍👩‍👧", 30, "👨‍👩‍👧…"),
    ("e\u{301}e\u{301}e\u{301}e\u{301}", 9, "e\u{301}e\u{301}…"), ("", 16, ""),
  ])
  func isCutBetweenCharacters(text: String, limit: Int, expected: String) {
    let cut = StatementText.truncated(text, to: limit)
    #expect(cut == expected)
    #expect(cut.utf8.count <= limit)
  }

  @Test func whatIsCutHasTheFingerprintOfTheWhole() {
    let columns = (0..<500).map { "column\($0)" }.joined(separator: ", ")
    let shape = StatementShape("SELECT \(columns) FROM book")
    let text = StatementText(DatabaseInstrumentor.Configuration()).text(shape, sent: nil, dialect: .sqlite)
    #expect(text.utf8.count <= 1_000)
    #expect(text.hasSuffix("…"))
    #expect(shape.normalizedSQL.utf8.count > 4_000)
    #expect(shape != StatementShape("SELECT \(columns) FROM author"))
  }

  @Test(arguments: [
    (
      "postgres://ada:pw@db.example.com:5432/library?sslmode=require",
      "postgres://db.example.com:5432/library?sslmode=require"
    ),
    ("postgres://ada@db.example.com/library", "postgres://db.example.com/library"),
    ("postgres://db.example.com:5432/library", "postgres://db.example.com:5432/library"),
    ("mysql://db/library?user=ada&password=pw&charset=utf8", "mysql://db/library?charset=utf8"),
    ("postgres://ada:p@ss@db/library", "postgres://db/library"),
    ("postgres://ada:p/w?x@db/library", "postgres://db/library"),
    ("postgres://db/library?password=p@ss", "postgres://db/library"),
    ("postgres://db:5432/library?options=a@b", "postgres://db:5432/library?options=a@b"),
    ("host=db password=pw dbname=library", "host=db dbname=library"),
    ("db.example.com", "db.example.com"),
    ("library.sqlite", "library.sqlite"),
    ("", ""),
  ])
  func addressesLoseTheirCredentials(address: String, expected: String) {
    #expect(DatabaseURL.withoutCredentials(address) == expected)
  }
}
