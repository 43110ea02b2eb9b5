import CSQLiteForTests
import DatabaseTesting
import TestSupport
import Testing

/// Of what SQLite says only that is kept which is known to be made of names.
@Suite struct ErrorTextTests {
  static let failures = [
    // Names of the schema, and of the statement.
    ("INSERT INTO book (isbn) VALUES ('secret')", "UNIQUE constraint failed: book.isbn (2067)"),
    ("INSERT INTO book (isbn, title) VALUES ('x', NULL)", "NOT NULL constraint failed: book.title (1299)"),
    ("SELECT * FROM nowhere WHERE a = 'secret'", "no such table: nowhere (1)"),
    ("SELECT nowt FROM book WHERE isbn = 'secret'", "no such column: nowt (1)"),
    ("SELECT lowr(isbn) FROM book", "no such function: lowr (1)"),
    ("SELECT lower(isbn, 'secret') FROM book", "wrong number of arguments to function lower() (1)"),
    ("INSERT INTO book (isbn, title) VALUES ('secret')", "1 values for 2 columns (1)"),
    ("INSERT INTO book VALUES ('secret')", "table book has 4 columns but 1 values were supplied (1)"),
    ("CREATE TABLE book (a)", "table book already exists (1)"),
    ("SELEC * FROM book WHERE isbn = 'secret'", #"near "SELEC": syntax error (1)"#),
    ("SELECT * FROM book WHERE AND isbn = 'secret'", #"near "AND": syntax error (1)"#),
    ("SELECT * FROM book WHERE isbn = )", #"near ")": syntax error (1)"#),
    ("SELECT * FROM", "incomplete input (1)"),
    ("COMMIT", "cannot commit - no transaction is active (1)"),
    // A parent that is not there stands in no statement.
    ("INSERT INTO orphan VALUES (7)", "no such table: main.parent (1)"),
    // Values.
    ("SELECT * FROM book WHERE isbn = 'O'secret' AND title = 'x'", #"near "…": syntax error (1)"#),
    ("SELECT 1 'secret' 'secret' FROM book", #"near "…": syntax error (1)"#),
    ("SELECT 'secret", #"unrecognized token: "…" (1)"#),
    ("SELECT json_extract('{}', 'secret')", "SQLITE_ERROR: SQL logic error (1)"),
    ("SELECT json('secret')", "malformed JSON (1)"),
    ("SELECT fail('secret')", "SQLITE_ERROR: SQL logic error (1)"),
    ("SELECT * FROM page WHERE page MATCH 'secret:x'", "SQLITE_ERROR: SQL logic error (1)"),
    ("ATTACH 'file:/nowhere/secret.sqlite?key=secret' AS other", "SQLITE_CANTOPEN: unable to open database file (14)"),
    ("INSERT INTO book (isbn, title) VALUES ('raise', 'x')", "SQLITE_CONSTRAINT_TRIGGER: constraint failed (1811)"),
    ("INSERT INTO book (isbn, title, price) VALUES ('x', 'y', -1)", "CHECK constraint failed: isPositive (275)"),
    ("INSERT INTO book (isbn, title) VALUES ('x', 'forbidden')", "CHECK constraint failed: title <> ? (275)"),
  ]

  @Test(.needs(.interposition), arguments: failures)
  func onlyNamesAreKept(_ sql: String, _ expected: String) throws {
    let database = try Self.library()
    let recording = recordDatabase { _ = try? database.rows(sql) }
    let error = try #require(recording.statements.compactMap(\.error).first)
    #expect(error.description == expected)
    #expect(!"\(recording)".contains("secret"))
  }

  private static func library() throws -> SQLiteDatabase {
    let database = try withoutDatabaseRecording { try SQLiteDatabase() }
    try withoutDatabaseRecording {
      try database.execute(
        """
        PRAGMA foreign_keys = ON;
        CREATE TABLE book (
          isbn TEXT UNIQUE, title TEXT NOT NULL DEFAULT 'x', price INTEGER, pages INTEGER,
          CONSTRAINT isPositive CHECK (price > 0), CHECK (title <> 'forbidden'));
        CREATE TRIGGER raises BEFORE INSERT ON book WHEN new.isbn = 'raise' BEGIN SELECT raise(ABORT, 'secret'); END;
        CREATE TABLE orphan (a REFERENCES parent(id));
        CREATE VIRTUAL TABLE page USING fts5(body);
        INSERT INTO book (isbn) VALUES ('secret');
        """)
    }
    sqlite3_create_function_v2(
      database.handle, "fail", 1, SQLITE_UTF8, nil,
      { context, _, values in
        guard let text = values?[0].flatMap({ sqlite3_value_text($0) }) else { return }
        sqlite3_result_error(context, "cannot do it with \(String(cString: text))", -1)
      }, nil, nil, nil)
    return database
  }
}
