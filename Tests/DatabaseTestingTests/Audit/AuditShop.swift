import Foundation
import TestSupport

/// A bookshop with as many books as are asked for, made once for each number and copied for each program.
final class AuditShop: Sendable {
  let file: TemporaryFile
  let database: SQLiteDatabase

  init(rows: Int) throws {
    let file = try TemporaryFile()
    let template = try Self.template(rows)
    try withExtendedLifetime(template) {
      try FileManager.default.copyItem(atPath: template.path, toPath: file.path)
    }
    self.file = file
    database = try SQLiteDatabase(file.path)
  }

  /// Another connection to the same file.
  func another() throws -> SQLiteDatabase { try SQLiteDatabase(file.path) }

  private static let small = Result { try make(rows: 10) }
  private static let large = Result { try make(rows: 10_000) }

  private static func template(_ rows: Int) throws -> TemporaryFile {
    rows == 10 ? try small.get() : rows == 10_000 ? try large.get() : try make(rows: rows)
  }

  private static func make(rows: Int) throws -> TemporaryFile {
    let file = try TemporaryFile()
    let database = try SQLiteDatabase(file.path)
    try database.execute(
      """
      PRAGMA synchronous = OFF;
      BEGIN;
      CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT);
      CREATE INDEX author_name ON author (name COLLATE NOCASE);
      CREATE TABLE book (
        id INTEGER PRIMARY KEY, authorId INTEGER REFERENCES author (id), title TEXT, isbn TEXT NOT NULL UNIQUE,
        year INTEGER, price INTEGER, isSold INTEGER, returnedAt TEXT);
      CREATE INDEX book_authorId ON book (authorId);
      CREATE INDEX book_year ON book (year);
      CREATE TABLE page (id INTEGER PRIMARY KEY, bookId INTEGER REFERENCES book (id), number INTEGER, text TEXT);
      CREATE TABLE draft (id INTEGER PRIMARY KEY, authorId INTEGER REFERENCES author (id) ON DELETE CASCADE, text TEXT);
      CREATE TABLE review (id INTEGER PRIMARY KEY, bookId INTEGER REFERENCES book (id), stars INTEGER);
      CREATE INDEX review_bookId ON review (bookId);
      CREATE TABLE event (id INTEGER PRIMARY KEY, at TEXT, kind TEXT, payload TEXT);
      CREATE INDEX event_at ON event (at);
      CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
      CREATE TABLE book_tag (bookId INTEGER, tagId INTEGER, PRIMARY KEY (bookId, tagId)) WITHOUT ROWID;
      CREATE TABLE shelf (room TEXT, place INTEGER, bookId INTEGER);
      CREATE INDEX shelf_room ON shelf (room);
      CREATE INDEX shelf_room_place ON shelf (room, place);
      CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT);
      CREATE TABLE country (code TEXT PRIMARY KEY, name TEXT);
      CREATE TABLE session (token TEXT PRIMARY KEY, expires INTEGER);
      CREATE TABLE cache (key TEXT PRIMARY KEY, value TEXT);
      CREATE TABLE counter (name TEXT, value INTEGER);
      CREATE VIRTUAL TABLE book_text USING fts5(title);
      CREATE VIEW sold AS SELECT * FROM book WHERE isSold = 1;
      WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
        INSERT INTO book SELECT i, CASE WHEN i % 3 = 0 THEN 1 ELSE 1 + i % max(1, \(rows) / 10) END, 'title ' || i, 'isbn ' || i,
          1900 + i % 100, i * 7 % \(rows), i % 2, CASE WHEN i % 1000 = 7 THEN NULL ELSE '2020-01-01' END FROM n;
      INSERT INTO author SELECT id, 'author ' || id, CASE id % 3 WHEN 0 THEN 'de' WHEN 1 THEN 'fr' ELSE 'it' END
        FROM book WHERE id <= max(3, \(rows) / 10);
      INSERT INTO page SELECT id, id, id % 7, 'text ' || id FROM book;
      INSERT INTO draft SELECT id, 2 + id % max(1, \(rows) / 10), 'draft ' || id FROM book;
      INSERT INTO review SELECT id, 1 + id % \(rows), id % 5 FROM book;
      INSERT INTO event SELECT id, datetime('2020-01-01', '+' || id || ' hours'), 'kind ' || id % 5, 'payload' FROM book;
      INSERT INTO tag SELECT id, 'tag ' || id FROM book WHERE id <= 8;
      INSERT INTO book_tag SELECT id, 1 + id % 8 FROM book;
      INSERT INTO shelf SELECT 'room ' || id % 9, id, id FROM book;
      INSERT INTO setting VALUES ('theme', 'dark'), ('size', '12'), ('language', 'de');
      INSERT INTO country VALUES ('de', 'Germany'), ('fr', 'France'), ('it', 'Italy'), ('es', 'Spain');
      INSERT INTO session SELECT 'token ' || id, id FROM book;
      INSERT INTO cache SELECT 'key ' || id, 'value' FROM book;
      INSERT INTO counter VALUES ('visits', 7);
      INSERT INTO book_text (rowid, title) SELECT id, title FROM book;
      COMMIT;
      """)
    return file
  }
}

/// What an app does with the shop.
struct AuditProgram: Sendable, CustomStringConvertible {
  var name: String
  var body: @Sendable (AuditShop) throws -> Void

  var description: String { name }

  init(_ name: String, _ sql: String...) {
    self.name = name
    body = { shop in for sql in sql { try shop.database.execute(sql) } }
  }

  init(_ name: String, body: @escaping @Sendable (AuditShop) throws -> Void) {
    self.name = name
    self.body = body
  }
}
