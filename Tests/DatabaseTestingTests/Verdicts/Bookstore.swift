import TestSupport

/// The database that the programs of the verdicts work on: every kind of relationship, and rows in all of them.
struct Bookstore: Sendable {
  let db: SQLiteDatabase
  static let authors = 6

  init(_ path: String = ":memory:") throws {
    db = try SQLiteDatabase(path)
    try db.execute("BEGIN; \(Self.script) COMMIT")
  }

  /// All tables and rows.
  static var script: String {
    var script = [schema]
    for id in 1...authors {
      script.append(
        """
        INSERT INTO country VALUES (\(id), 'country \(id)');
        INSERT INTO author VALUES (\(id), 'author \(id)', \(id), 0);
        INSERT INTO profile VALUES (\(id), \(id), 'biography');
        INSERT INTO category VALUES (\(id), \(id == 1 ? "NULL" : String(id - 1)), 'category');
        INSERT INTO tag VALUES (\(id), 'tag \(id)');
        INSERT INTO setting VALUES (\(id), 'value');
        INSERT INTO employee VALUES (\(id), \(id == 1 ? "NULL" : "1"), 'employee');
        INSERT INTO purchase VALUES (\(id), 1, 'new');
        INSERT INTO line (orderId, position, productId) VALUES (\(id), 1, 1), (\(id), 2, 2);
        """)
      for book in [2 * id - 1, 2 * id] {
        script.append(
          """
          INSERT INTO book VALUES (\(book), \(id), 'title \(book)', 'isbn \(book)', 10);
          INSERT INTO review VALUES (\(book), \(book), 5);
          INSERT INTO book_tag VALUES (\(book), \(id));
          INSERT INTO comment VALUES (\(book), '\(book % 2 == 0 ? "book" : "author")', \(id), 'text');
          INSERT INTO book_text (rowid, body) VALUES (\(book), 'the text of a book');
          INSERT INTO document VALUES (\(book), '{"author": \(id)}');
          """)
      }
    }
    return script.joined(separator: "\n")
  }

  private static let schema = """
    CREATE TABLE country (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE author (
      id INTEGER PRIMARY KEY, name TEXT UNIQUE, countryId INTEGER REFERENCES country(id), bookCount INTEGER);
    CREATE INDEX author_country ON author (countryId);
    CREATE TABLE profile (id INTEGER PRIMARY KEY, authorId INTEGER UNIQUE REFERENCES author(id), text TEXT);
    CREATE TABLE book (
      id INTEGER PRIMARY KEY, authorId INTEGER REFERENCES author(id), title TEXT, isbn TEXT UNIQUE, stock INTEGER);
    CREATE INDEX book_author ON book (authorId);
    CREATE TABLE review (id INTEGER PRIMARY KEY, bookId INTEGER REFERENCES book(id) ON DELETE CASCADE, stars INTEGER);
    CREATE INDEX review_book ON review (bookId);
    CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
    CREATE TABLE book_tag (
      bookId INTEGER REFERENCES book(id), tagId INTEGER REFERENCES tag(id), PRIMARY KEY (bookId, tagId));
    CREATE TABLE category (id INTEGER PRIMARY KEY, parentId INTEGER REFERENCES category(id), name TEXT);
    CREATE INDEX category_parent ON category (parentId);
    CREATE TABLE employee (id INTEGER PRIMARY KEY, managerId INTEGER REFERENCES employee(id), name TEXT);
    CREATE INDEX employee_manager ON employee (managerId);
    CREATE TABLE purchase (orderId INTEGER, shop INTEGER, state TEXT, PRIMARY KEY (orderId, shop));
    CREATE INDEX purchase_state ON purchase (state);
    CREATE TABLE line (
      orderId INTEGER, shop INTEGER DEFAULT 1, position INTEGER, productId INTEGER,
      PRIMARY KEY (orderId, shop, position), FOREIGN KEY (orderId, shop) REFERENCES purchase(orderId, shop));
    CREATE TABLE comment (id INTEGER PRIMARY KEY, subjectType TEXT, subjectId INTEGER, text TEXT);
    CREATE INDEX comment_subject ON comment (subjectType, subjectId);
    CREATE TABLE setting (key INTEGER PRIMARY KEY, value TEXT);
    CREATE TABLE job (id INTEGER PRIMARY KEY, state INTEGER, runAt INTEGER);
    CREATE INDEX job_state ON job (state, runAt);
    CREATE TABLE document (id INTEGER PRIMARY KEY, json TEXT);
    CREATE VIRTUAL TABLE book_text USING fts5 (body);
    """

  func authors() throws -> [Int] { try db.rows("SELECT id FROM author") }
  func books() throws -> [Int] { try db.rows("SELECT id FROM book") }
  func author(_ id: Int) throws -> [Int] { try db.rows("SELECT id, name FROM author WHERE id = ?", id) }
  func books(of author: Int) throws -> [Int] { try db.rows("SELECT id, title FROM book WHERE authorId = ?", author) }
  func reviews(of book: Int) throws -> [Int] { try db.rows("SELECT id FROM review WHERE bookId = ?", book) }
  func setting(_ key: Int) throws -> [Int] { try db.rows("SELECT value FROM setting WHERE key = ?", key) }
  func list(_ ids: some Sequence<Int>) -> String { ids.map(String.init).joined(separator: ", ") }
}
