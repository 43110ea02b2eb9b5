import DatabaseTesting
import TestSupport

private let books = "load them together: SELECT … FROM book WHERE authorId IN (…)"

extension Programs {
  /// Every kind of lookup and of relationship.
  static let guiltyShapes: [Program] = [
    .guilty("a column more", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        // guilty: a column more
        _ = try store.db.rows("SELECT id FROM book WHERE authorId = ? AND stock > 0", author)
      }
    },
    .guilty("with ORDER BY and LIMIT", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        // guilty: with ORDER BY and LIMIT
        _ = try store.db.rows("SELECT id FROM book WHERE authorId = ? ORDER BY id LIMIT 1", author)
      }
    },
    .guilty("counting in a loop", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        // guilty: counting in a loop
        _ = try store.db.rows("SELECT count(*) FROM book WHERE authorId = ?", author)
      }
    },
    .guilty("SELECT 1 with LIMIT in a loop", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        // guilty: SELECT 1 with LIMIT in a loop
        _ = try store.db.rows("SELECT 1 FROM book WHERE authorId = ? LIMIT 1", author)
      }
    },
    .guilty("values in the text", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        // guilty: values in the text
        _ = try store.db.rows("SELECT id FROM book WHERE authorId = \(author)")
      }
    },
    .guilty("a parameter with a name", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        // guilty: a parameter with a name
        _ = try store.db.rows("SELECT id FROM book WHERE authorId = :author", author)
      }
    },
    .guilty("names in quotes", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        // guilty: names in quotes
        _ = try store.db.rows(#"SELECT "id" FROM "book" WHERE "authorId" = ?"#, author)
      }
    },
    .guilty("an alias", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        // guilty: an alias
        _ = try store.db.rows("SELECT b.id FROM book AS b WHERE b.authorId = ?", author)
      }
    },
    .guilty(
      "other upper and lower case", "book.authorId", 6,
      fix: "load them together: SELECT … FROM BOOK WHERE AUTHORID IN (…)"
    ) { store in
      for author in try store.authors() {
        // guilty: other upper and lower case
        _ = try store.db.rows("select ID from BOOK where AUTHORID = ?", author)
      }
    },
    .guilty("a list with one key", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        // guilty: a list with one key
        _ = try store.db.rows("SELECT id FROM book WHERE authorId IN (?)", author)
      }
    },
    .guilty("a join in each round", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        // guilty: a join in each round
        _ = try store.db.rows(
          "SELECT review.id FROM book JOIN review ON review.bookId = book.id WHERE book.authorId = ?", author)
      }
    },
    .guilty(
      "many to many", "book_tag.bookId", 12, fix: "load them together: SELECT … FROM book_tag WHERE bookId IN (…)"
    ) { store in
      for book in try store.books() {
        // guilty: many to many
        _ = try store.db.rows(
          "SELECT tag.id FROM tag JOIN book_tag ON book_tag.tagId = tag.id WHERE book_tag.bookId = ?", book)
      }
    },
    .guilty(
      "the pivot table", "book_tag.bookId", 12, fix: "load them together: SELECT … FROM book_tag WHERE bookId IN (…)"
    ) { store in
      for book in try store.books() {
        // guilty: the pivot table
        _ = try store.db.rows("SELECT tagId FROM book_tag WHERE bookId = ?", book)
      }
    },
    .guilty(
      "the other side of a pivot table", "book_tag.tagId", 12,
      fix: "load them together: SELECT … FROM tag WHERE id IN (…)"
    ) { store in
      for tag in try store.db.rows("SELECT tagId FROM book_tag") {
        // guilty: the other side of a pivot table
        _ = try store.db.rows("SELECT name FROM tag WHERE id = ?", tag)
      }
    },
    .guilty(
      "one of two ways from a table", "author.countryId", 6,
      fix: "load them together: SELECT … FROM country WHERE id IN (…)"
    ) { store in
      for country in try store.db.rows("SELECT countryId FROM author") {
        // guilty: one of two ways from a table
        _ = try store.db.rows("SELECT name FROM country WHERE id = ?", country)
      }
    },
    .guilty(
      "a composite key", "line.(orderId, shop)", 6,
      fix: "load them together: SELECT … FROM line WHERE (orderId, shop) IN (VALUES (…))"
    ) { store in
      for order in try store.db.rows("SELECT orderId FROM purchase") {
        // guilty: a composite key
        _ = try store.db.rows("SELECT position FROM line WHERE orderId = ? AND shop = 1", order)
      }
    },
    .guilty(
      "a composite key as a row value", "line.(orderId, shop)", 6,
      fix: "load them together: SELECT … FROM line WHERE (orderId, shop) IN (VALUES (…))"
    ) { store in
      for order in try store.db.rows("SELECT orderId FROM purchase") {
        // guilty: a composite key as a row value
        _ = try store.db.rows("SELECT position FROM line WHERE (orderId, shop) = (?, 1)", order)
      }
    },
    .guilty("with INDEXED BY", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        // guilty: with INDEXED BY
        _ = try store.db.rows("SELECT book.id FROM book INDEXED BY book_author WHERE authorId = ?", author)
      }
    },
    .guilty("children of a list that a subquery chose", "book.authorId", 6, fix: books) { store in
      for author in try store.db.rows("SELECT id FROM author WHERE id IN (SELECT authorId FROM book)") {
        // guilty: children of a list that a subquery chose
        _ = try store.db.rows("SELECT id FROM book WHERE authorId = ?", author)
      }
    },
    .guilty("a list made with WITH", "book.authorId", 6, fix: books) { store in
      for author in try store.db.rows("WITH known AS (SELECT id FROM author) SELECT id FROM known") {
        // guilty: a list made with WITH
        _ = try store.db.rows("SELECT id FROM book WHERE authorId = ?", author)
      }
    },
    .guilty("some keys twice", "book.authorId", 12, fix: "load them together: SELECT … FROM author WHERE id IN (…)") {
      store in
      for author in try store.db.rows("SELECT authorId FROM book ORDER BY id") {
        // guilty: some keys twice
        _ = try store.db.rows("SELECT id FROM author WHERE id = ?", author)
      }
    },
    .guilty(
      "a cache that misses each time", "book.authorId", 6,
      fix: "load them together: SELECT … FROM author WHERE id IN (…)"
    ) { store in
      var cache: [Int: [Int]] = [:]
      for author in try store.db.rows("SELECT authorId FROM book") where cache[author] == nil {
        // guilty: a cache that misses each time
        cache[author] = try store.db.rows("SELECT id FROM author WHERE id = ?", author)
      }
    },
    .guilty(
      "children of a table that refers to itself", "employee.managerId", 6,
      fix: "load them together: SELECT … FROM employee WHERE managerId IN (…)"
    ) { store in
      for employee in try store.db.rows("SELECT id FROM employee") {
        // guilty: children of a table that refers to itself
        _ = try store.db.rows("SELECT id FROM employee WHERE managerId = ?", employee)
      }
    },
    .guilty(
      "two hundred rows", "review.bookId", 200, fix: "load them together: SELECT … FROM review WHERE bookId IN (…)"
    ) { store in
      try store.db.execute(
        "WITH RECURSIVE n (i) AS (SELECT 101 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO book (id) SELECT i FROM n"
      )
      for book in try store.db.rows("SELECT id FROM book WHERE id > 100") {
        // guilty: two hundred rows
        _ = try store.db.rows("SELECT id FROM review WHERE bookId = ?", book)
      }
    },
    .guilty(
      of: .repeatedRead, "five settings in a loop", 5,
      fix: "read all the rows with one query: SELECT … FROM setting WHERE key IN (…)"
    ) { store in
      _ = try store.db.rows("SELECT datetime('now')")
      for key in 1...5 {
        // guilty: five settings in a loop
        _ = try store.db.rows("SELECT value FROM setting WHERE key = ?", key)
      }
    },
    .guilty(
      of: .repeatedRead, "a key that no foreign key names", 6,
      fix: "read all the rows with one query: SELECT … FROM comment WHERE (subjectType, subjectId) IN (VALUES (…))"
    ) { store in
      for author in try store.authors() {
        // guilty: a key that no foreign key names
        _ = try store.db.rows("SELECT id FROM comment WHERE subjectType = 'author' AND subjectId = ?", author)
      }
    },
    .guilty(
      of: .repeatedRead, "keys from a file", 8,
      fix: "read all the rows with one query: SELECT … FROM book WHERE isbn IN (…)"
    ) { store in
      _ = try store.db.rows("SELECT datetime('now')")
      for isbn in 1...8 {
        // guilty: keys from a file
        _ = try store.db.rows("SELECT id FROM book WHERE isbn = ?", isbn)
      }
    },
  ]
}
