import TestSupport

/// Programs that the audit has nothing to say to, with ten rows and with ten thousand.
extension AuditProgram {
  static let innocent: [AuditProgram] = keys + wholes + pages + small + searches + joins + writes + transactions

  private static let keys: [AuditProgram] = [
    AuditProgram("a row by its id", "SELECT * FROM book WHERE id = 7"),
    AuditProgram("rows by their ids", "SELECT * FROM book WHERE id IN (1, 2, 3)"),
    AuditProgram("a row by a unique column", "SELECT * FROM book WHERE isbn = 'isbn 7'"),
    AuditProgram("children by an indexed key", "SELECT * FROM book WHERE authorId = 2"),
    AuditProgram("a range of an indexed column", "SELECT * FROM book WHERE year BETWEEN 1907 AND 1908"),
    AuditProgram("a range of ids", "SELECT * FROM book WHERE id > 5 AND id < 9"),
    AuditProgram("an indexed column and another one", "SELECT * FROM book WHERE authorId = 2 AND price > 3"),
    AuditProgram("a row that is not there", "SELECT * FROM book WHERE id = -1"),
    AuditProgram("whether a row is there", "SELECT EXISTS (SELECT 1 FROM book WHERE isbn = 'isbn 7')"),
    AuditProgram("how many children", "SELECT count(*) FROM book WHERE authorId = 2"),
    AuditProgram("the largest id", "SELECT max(id) FROM book"),
    AuditProgram("the smallest of an indexed column", "SELECT min(year) FROM book"),
    AuditProgram("both keys of a pivot", "SELECT * FROM book_tag WHERE bookId = 7 AND tagId = 8"),
    AuditProgram(
      "in another case by an index that has none", "SELECT * FROM author WHERE name = 'AUTHOR 2' COLLATE NOCASE"),
    AuditProgram("a beginning by an index", "SELECT * FROM author WHERE name LIKE 'author 2%'"),
    AuditProgram("two sides of an OR with indexes", "SELECT * FROM book WHERE isbn = 'isbn 7' OR id = 9"),
  ]

  private static let wholes: [AuditProgram] = [
    AuditProgram("a full export", "SELECT * FROM book"),
    AuditProgram("a full export in order", "SELECT * FROM book ORDER BY title"),
    AuditProgram("a full export in the order of a key", "SELECT * FROM book ORDER BY id"),
    AuditProgram("the number of all rows", "SELECT count(*) FROM book"),
    AuditProgram("a sum over all rows", "SELECT sum(price), avg(price) FROM book"),
    AuditProgram("a sum over most rows", "SELECT sum(price) FROM book WHERE price > 3"),
    AuditProgram("the number of half of the rows", "SELECT count(*) FROM book WHERE isSold = 1"),
    AuditProgram("half of the rows", "SELECT id FROM book WHERE isSold = 1"),
    AuditProgram("what is not null, nearly all", "SELECT id FROM book WHERE returnedAt IS NOT NULL"),
    AuditProgram("groups of all rows", "SELECT year, count(*) FROM book GROUP BY year"),
    AuditProgram("groups by a column without an index", "SELECT price % 10, count(*) FROM book GROUP BY price % 10"),
    AuditProgram(
      "groups of which few are wanted", "SELECT authorId, count(*) AS n FROM book GROUP BY authorId HAVING n > 100000"),
    AuditProgram("groups of half of the rows", "SELECT year, count(*) FROM book WHERE isSold = 1 GROUP BY year"),
    AuditProgram("different values", "SELECT DISTINCT isSold FROM book"),
    AuditProgram("different values of half of the rows", "SELECT DISTINCT year % 3 FROM book WHERE isSold = 1"),
    AuditProgram("a covering scan", "SELECT authorId FROM book"),
    AuditProgram("a window over all rows", "SELECT id, row_number() OVER (ORDER BY price) FROM book"),
    AuditProgram("a random row", "SELECT * FROM book ORDER BY random() LIMIT 1"),
    AuditProgram("the union of two exports", "SELECT id FROM book UNION ALL SELECT id FROM page"),
    AuditProgram("rows that differ from a value", "SELECT id FROM book WHERE price <> 3"),
    AuditProgram("the ids of a view", "SELECT id FROM sold"),
    AuditProgram("a third of the rows by an expression", "SELECT id FROM book WHERE id % 3 = 1"),
    AuditProgram(
      "the groups of rows that lie far back", "SELECT isSold, max(price) FROM book WHERE price >= 0 GROUP BY isSold"),
  ]

  private static let pages: [AuditProgram] = [
    AuditProgram("the first page by id", "SELECT * FROM book ORDER BY id LIMIT 10"),
    AuditProgram("the last page by id", "SELECT * FROM book ORDER BY id DESC LIMIT 10"),
    AuditProgram(
      "pages by a key", "SELECT * FROM book WHERE id > 5 ORDER BY id LIMIT 5",
      "SELECT * FROM book WHERE id > 10 ORDER BY id LIMIT 5"),
    AuditProgram(
      "the first pages by OFFSET", "SELECT * FROM book ORDER BY id LIMIT 3 OFFSET 0",
      "SELECT * FROM book ORDER BY id LIMIT 3 OFFSET 3"),
    AuditProgram("the newest by an index", "SELECT * FROM event ORDER BY at DESC LIMIT 10"),
    AuditProgram(
      "pages by an index", "SELECT * FROM event ORDER BY at LIMIT 3 OFFSET 3",
      "SELECT * FROM event ORDER BY at LIMIT 3 OFFSET 6"),
    AuditProgram(
      "pages by an index and the id", "SELECT * FROM event ORDER BY at, id LIMIT 3 OFFSET 3",
      "SELECT * FROM event ORDER BY at, id LIMIT 3 OFFSET 6"),
    AuditProgram(
      "pages of one author's books in a total order",
      "SELECT * FROM book WHERE authorId = 2 ORDER BY price, id LIMIT 1 OFFSET 0",
      "SELECT * FROM book WHERE authorId = 2 ORDER BY price, id LIMIT 1 OFFSET 1"),
    AuditProgram("all in pages of a thousand", "SELECT * FROM book ORDER BY id LIMIT 1000 OFFSET 0"),
    AuditProgram(
      "pages by a unique column", "SELECT * FROM book ORDER BY isbn LIMIT 3 OFFSET 3",
      "SELECT * FROM book ORDER BY isbn LIMIT 3 OFFSET 6"),
    AuditProgram("a few in any order", "SELECT * FROM book LIMIT 5"),
    AuditProgram("the best of one author", "SELECT * FROM book WHERE authorId = 2 ORDER BY price DESC LIMIT 3"),
    AuditProgram("a page of most of the rows that match", "SELECT * FROM book WHERE isSold = 1 LIMIT 10"),
    AuditProgram("all that is read, sorted, with a limit above it", "SELECT id FROM book ORDER BY price LIMIT 100000"),
    AuditProgram("whether any row is there", "SELECT 1 FROM book LIMIT 1"),
    AuditProgram("pages of groups", "SELECT year, count(*) FROM book GROUP BY year ORDER BY count(*) LIMIT 5 OFFSET 0"),
  ]

  private static let small: [AuditProgram] = [
    AuditProgram("all settings", "SELECT * FROM setting"),
    AuditProgram("a setting", "SELECT value FROM setting WHERE key = 'theme'"),
    AuditProgram("a country by its name", "SELECT * FROM country WHERE name = 'France'"),
    AuditProgram("countries in order", "SELECT * FROM country ORDER BY name LIMIT 2"),
    AuditProgram("a tag by a part of its name", "SELECT * FROM tag WHERE name LIKE '%3'"),
    AuditProgram("a country in lower case", "SELECT * FROM country WHERE lower(name) = 'france'"),
    AuditProgram("a small table again and again") { shop in
      for _ in 0..<400 { try shop.database.rows("SELECT 1 FROM country WHERE name = 'France'") }
    },
    AuditProgram("a counter", "UPDATE counter SET value = value + 1"),
    AuditProgram(
      "a temporary table", "CREATE TEMP TABLE chosen (id)", "INSERT INTO chosen VALUES (1), (2)", "DELETE FROM chosen"),
    AuditProgram("a pragma and a query", "PRAGMA cache_size", "SELECT 1 FROM country WHERE code = 'de'"),
  ]

  private static let searches: [AuditProgram] = [
    AuditProgram("a full-text search", "SELECT rowid FROM book_text WHERE book_text MATCH '7'"),
    AuditProgram("a list in JSON", "SELECT * FROM book WHERE id IN (SELECT value FROM json_each('[1, 2, 3]'))"),
    AuditProgram(
      "a table of numbers",
      "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT i FROM n WHERE i = 8"),
    AuditProgram("a pattern that most rows match", "SELECT id FROM book WHERE title LIKE '%title%'"),
    AuditProgram("a pattern without an index of its column", "SELECT id FROM book WHERE title LIKE '%77'"),
    AuditProgram("a sum of two columns", "SELECT id FROM book WHERE price + year = -1"),
    AuditProgram("rows by a random number", "SELECT id FROM book WHERE random() = 3"),
    AuditProgram(
      "rows that are chosen by a range and by something else",
      "SELECT id FROM book WHERE price > 3 AND title LIKE '%77'"),
  ]

  private static let joins: [AuditProgram] = [
    AuditProgram("a list with what it belongs to", "SELECT * FROM book JOIN author ON author.id = book.authorId"),
    AuditProgram(
      "one author with his books", "SELECT * FROM author JOIN book ON book.authorId = author.id WHERE author.id = 2"),
    AuditProgram(
      "books with their reviews", "SELECT book.id, review.stars FROM book LEFT JOIN review ON review.bookId = book.id"),
    AuditProgram(
      "through a pivot", "SELECT tag.name FROM book_tag JOIN tag ON tag.id = book_tag.tagId WHERE book_tag.bookId = 7"),
    AuditProgram(
      "the number of books of each author",
      "SELECT author.id, (SELECT count(*) FROM book WHERE authorId = author.id) FROM author"),
    AuditProgram(
      "authors with books", "SELECT * FROM author WHERE EXISTS (SELECT 1 FROM book WHERE authorId = author.id)"),
    AuditProgram(
      "authors of books of some years", "SELECT * FROM author WHERE id IN (SELECT authorId FROM book WHERE price > 3)"),
    AuditProgram(
      "a list with a lookup in a small table",
      "SELECT author.name, country.name FROM author LEFT JOIN country ON country.code = author.country"),
    AuditProgram("authors of a country that a third are of", "SELECT id FROM author WHERE country = 'de'"),
    AuditProgram("a self-join by key", "SELECT a.id FROM book a JOIN book b ON b.id = a.id + 1"),
    AuditProgram("one of a pivot's pages", "SELECT number FROM page WHERE id = 3"),
  ]

  private static let writes: [AuditProgram] = [
    AuditProgram("an insert", "INSERT INTO author (name) VALUES ('x')"),
    AuditProgram("many inserts", "INSERT INTO event (at) VALUES (1), (2), (3)"),
    AuditProgram("an update by id", "UPDATE book SET price = 3 WHERE id = 7"),
    AuditProgram("a delete by id", "DELETE FROM page WHERE id = 7"),
    AuditProgram(
      "an upsert", "INSERT INTO setting VALUES ('theme', 'light') ON CONFLICT (key) DO UPDATE SET value = 'light'"),
    AuditProgram("a change of half of the rows", "UPDATE book SET isSold = 2 WHERE isSold = 1"),
    AuditProgram(
      "a cache that is filled again", "BEGIN IMMEDIATE", "DELETE FROM cache", "INSERT INTO cache VALUES ('a', 'b')",
      "COMMIT"),
    AuditProgram("a user who signs out", "DELETE FROM session", "DELETE FROM cache"),
    AuditProgram("a delete of an empty table", "DELETE FROM counter WHERE name = 'x'", "DELETE FROM counter"),
    AuditProgram(
      "a parent whose children have an index", "PRAGMA foreign_keys = ON", "DELETE FROM author WHERE id = -1"),
    AuditProgram("a parent while keys are not enforced", "PRAGMA foreign_keys = OFF", "DELETE FROM book WHERE id = 7"),
    AuditProgram("a copy of a table", "INSERT INTO event (at) SELECT at FROM event"),
    AuditProgram("a table that is made", "CREATE TABLE fresh (x)", "INSERT INTO fresh VALUES (1)", "DROP TABLE fresh"),
    AuditProgram(
      "a child without an index is inserted", "PRAGMA foreign_keys = ON", "INSERT INTO page (bookId) VALUES (7)"),
  ]

  private static let transactions: [AuditProgram] = [
    AuditProgram(
      "a transaction that reads first, on the only connection", "BEGIN", "SELECT * FROM book WHERE id = 7",
      "UPDATE book SET price = 3 WHERE id = 7", "COMMIT"),
    AuditProgram("an immediate transaction beside another connection") { shop in
      let other = try shop.another()
      try other.rows("SELECT id FROM book WHERE id = 1")
      for sql in [
        "BEGIN IMMEDIATE", "SELECT * FROM book WHERE id = 7", "UPDATE book SET price = 3 WHERE id = 7", "COMMIT",
      ] {
        try shop.database.execute(sql)
      }
    },
    AuditProgram("a transaction that writes first, beside another connection") { shop in
      let other = try shop.another()
      try other.rows("SELECT id FROM book WHERE id = 1")
      for sql in ["BEGIN", "UPDATE book SET price = 3 WHERE id = 7", "SELECT * FROM book WHERE id = 7", "COMMIT"] {
        try shop.database.execute(sql)
      }
    },
    AuditProgram("a transaction that only reads, beside another connection") { shop in
      let other = try shop.another()
      try other.rows("SELECT id FROM book WHERE id = 1")
      for sql in ["BEGIN", "SELECT * FROM book WHERE id = 7", "SELECT * FROM author WHERE id = 1", "COMMIT"] {
        try shop.database.execute(sql)
      }
    },
  ]
}
