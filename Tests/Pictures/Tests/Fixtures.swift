import Bookstore
import DatabaseTesting

/// A store with 12 authors, 60 books and what else a test needs.
func bookstore() throws -> Database {
  try withoutDatabaseRecording {
    let database = try Database()
    try database.run(
      """
      CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
      CREATE TABLE book (
        id INTEGER PRIMARY KEY, authorId INTEGER NOT NULL REFERENCES author(id), title TEXT NOT NULL,
        price INTEGER NOT NULL, stock INTEGER NOT NULL DEFAULT 3);
      CREATE INDEX book_author ON book (authorId);
      CREATE TABLE reader (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
      CREATE TABLE review (
        id INTEGER PRIMARY KEY, bookId INTEGER NOT NULL REFERENCES book(id),
        readerId INTEGER NOT NULL REFERENCES reader(id));
      CREATE INDEX review_book ON review (bookId);
      CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
      CREATE TABLE purchase (id INTEGER PRIMARY KEY, customerId INTEGER NOT NULL REFERENCES customer(id));
      CREATE TABLE line (
        purchaseId INTEGER NOT NULL REFERENCES purchase(id), bookId INTEGER NOT NULL REFERENCES book(id));
      CREATE TABLE sale (customerName TEXT NOT NULL, month INTEGER NOT NULL);
      CREATE TABLE setting (key INTEGER PRIMARY KEY, value INTEGER NOT NULL);
      INSERT INTO setting VALUES (1, 95);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12)
        INSERT INTO author SELECT i, 'Author ' || i FROM n;
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
        INSERT INTO book (id, authorId, title, price) SELECT i, 1 + i % 12, 'Book ' || i, 500 + i FROM n;
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
        INSERT INTO reader SELECT i, 'Reader ' || i FROM n;
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
        INSERT INTO review (bookId, readerId) SELECT CASE WHEN i <= 5 THEN 1 ELSE 2 END, i FROM n;
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
        INSERT INTO customer SELECT i, 'Customer ' || i FROM n;
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
        INSERT INTO sale SELECT 'Customer ' || (1 + i % 50), 1 + i % 12 FROM n;
      """)
    return database
  }
}
