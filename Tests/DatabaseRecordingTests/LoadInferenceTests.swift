import DatabaseInstrumentation
import TestSupport
import Testing

@testable import DatabaseRecording

private let tables = [
  "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT, mentorId INTEGER REFERENCES author)",
  """
  CREATE TABLE book (id INTEGER PRIMARY KEY, authorId INTEGER NOT NULL REFERENCES author(id),
    editorId INTEGER REFERENCES author(id), year INTEGER, title TEXT)
  """,
  "CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT)",
  "CREATE TABLE bookTag (bookId INTEGER REFERENCES book(id), tagId INTEGER REFERENCES tag(id), PRIMARY KEY (bookId, tagId))",
  "CREATE TABLE shelf (room INTEGER, number INTEGER, PRIMARY KEY (room, number))",
  """
  CREATE TABLE copy (id INTEGER PRIMARY KEY, room INTEGER, number INTEGER,
    FOREIGN KEY (room, number) REFERENCES shelf(room, number))
  """,
  "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)",
]

private func loads(of statements: [String]) -> [String] {
  let driver = MadeUpDriver()
  for table in tables { driver.connection.database.schema.note(table) }
  let recording = record {
    for (index, sql) in statements.enumerated() {
      // "0 SELECT …" returned no row.
      let isEmpty = sql.hasPrefix("0 ")
      driver.run(isEmpty ? String(sql.dropFirst(2)) : sql, key: UInt64(index + 1), rows: isEmpty ? 0 : 3)
    }
  }
  return recording.loads.map(\.description)
}

@Suite struct LoadInferenceTests {
  @Test(arguments: [
    (["SELECT * FROM book WHERE authorId = ?"], ["lazy book.authorId (#1)"]),
    ([#"SELECT * FROM "book" WHERE ("authorId" = 7)"#], ["lazy book.authorId (#1)"]),
    (["SELECT * FROM book WHERE authorId = ? AND year > 1990 ORDER BY title"], ["lazy book.authorId (#1)"]),
    (["SELECT * FROM book WHERE editorId = ?"], ["lazy book.editorId (#1)"]),
    (["SELECT b.title FROM book b WHERE b.AUTHORID = :author LIMIT 5"], ["lazy book.authorId (#1)"]),
    (["SELECT * FROM author WHERE mentorId = ?"], ["lazy author.mentorId (#1)"]),
    (["SELECT * FROM copy WHERE room = ? AND number = ?"], ["lazy copy.(room, number) (#1)"]),
    (["SELECT * FROM copy", "SELECT * FROM shelf WHERE room = ? AND number = ?"], ["lazy copy.(room, number) (#2)"]),
    (["SELECT * FROM bookTag", "SELECT * FROM tag WHERE id = ?"], ["lazy bookTag.tagId (#2)"]),
    (
      ["SELECT * FROM book", "SELECT * FROM author WHERE id = ?"],
      ["lazy book.authorId or book.editorId (#2)"]
    ),
    (["SELECT * FROM book WHERE authorId IN (?, ?, ?)"], ["selectIn book.authorId (#1)"]),
    (
      ["SELECT * FROM book WHERE authorId IN (1, 2)", "SELECT * FROM book WHERE authorId IN (3)"],
      ["selectIn book.authorId (#1, #2)"]
    ),
    (
      ["SELECT * FROM book WHERE authorId IN (1)", "SELECT * FROM tag", "SELECT * FROM book WHERE authorId IN (3)"],
      ["selectIn book.authorId (#1)", "selectIn book.authorId (#3)"]
    ),
    (
      ["SELECT * FROM copy WHERE (room = 1 AND number = 2) OR (room = 3 AND number = 4)"],
      ["selectIn copy.(room, number) (#1)"]
    ),
    (["SELECT * FROM book WHERE authorId = ? OR authorId = ?"], ["selectIn book.authorId (#1)"]),
    (["SELECT * FROM bookTag", "SELECT * FROM tag WHERE id IN (1, 2)"], ["selectIn bookTag.tagId (#2)"]),
    (
      [
        """
        SELECT tag.*, bookTag.bookId AS grdb_bookId FROM tag
        JOIN bookTag ON bookTag.tagId = tag.id AND bookTag.bookId IN (1, 2)
        """
      ], ["selectIn bookTag.bookId (#1)"]
    ),
    (
      ["SELECT tag.* FROM tag JOIN bookTag ON (bookTag.tagId = tag.id) AND (bookTag.bookId = ?)"],
      ["lazy bookTag.bookId (#1)"]
    ),
    (["SELECT book.*, author.* FROM book JOIN author ON author.id = book.authorId"], ["joined book.authorId (#1)"]),
    (["SELECT * FROM author a LEFT JOIN book b ON b.editorId = a.id"], ["joined book.editorId (#1)"]),
    (["SELECT * FROM book, author WHERE book.authorId = author.id"], ["joined book.authorId (#1)"]),
    (
      ["SELECT * FROM copy JOIN shelf ON copy.room = shelf.room AND copy.number = shelf.number"],
      ["joined copy.(room, number) (#1)"]
    ),
    (
      ["SELECT * FROM book WHERE authorId IN (SELECT id FROM author WHERE name = ?)"],
      ["subquery book.authorId (#1)"]
    ),
    (
      [
        """
        WITH some AS (SELECT id FROM book) SELECT tag.* FROM tag
        JOIN bookTag ON bookTag.tagId = tag.id AND bookTag.bookId IN some
        """
      ], ["subquery bookTag.bookId (#1)"]
    ),
    (["SELECT * FROM tag WHERE id IN (SELECT tagId FROM bookTag)"], ["subquery bookTag.tagId (#1)"]),
  ])
  func isALoad(statements: [String], expected: [String]) {
    #expect(loads(of: statements) == expected)
  }

  @Test func insideOfTheOpenQueryForTheParentsItIsImmediate() throws {
    let recording = try recordNested(outer: "SELECT * FROM author", inner: "SELECT * FROM book WHERE authorId = ?")
    #expect(recording.loads.map(\.description) == ["immediate book.authorId (#2)"])
    #expect(recording.selects.last?.load?.parentCount == 1)
  }

  @Test func insideOfAnotherOpenQueryItIsLazy() throws {
    let recording = try recordNested(outer: "SELECT * FROM note", inner: "SELECT * FROM book WHERE authorId = ?")
    #expect(recording.loads.map(\.description) == ["lazy book.authorId (#2)"])
  }

  private func recordNested(outer: String, inner: String) throws -> Recording {
    let driver = MadeUpDriver()
    for table in tables { driver.connection.database.schema.note(table) }
    return record {
      let parent = driver.begin(outer)
      driver.run(inner, key: 1, parent: parent)
    }
  }

  @Test(arguments: [
    // By primary key, without rows that refer to it.
    ["SELECT * FROM author WHERE id = ?"],
    ["SELECT * FROM author WHERE id = 1", "SELECT * FROM author WHERE id = 2"],
    ["SELECT * FROM author WHERE id IN (1, 2, 3)"],
    ["SELECT * FROM note", "SELECT * FROM author WHERE id = ?"],
    ["0 SELECT * FROM book", "SELECT * FROM author WHERE id = ?"],
    ["SELECT * FROM author WHERE id = ?", "SELECT * FROM book"],
    ["SELECT * FROM tag", "SELECT * FROM book WHERE id = ?"],
    ["SELECT * FROM note WHERE id = ?"],
    ["SELECT * FROM bookTag WHERE rowid = ?"],
    // By other columns.
    ["SELECT * FROM author WHERE name = ?"],
    ["SELECT * FROM book WHERE title = ?"],
    ["SELECT * FROM book WHERE title IN (?, ?)"],
    ["SELECT * FROM book WHERE year = 1990 AND title = ?"],
    ["SELECT * FROM copy WHERE room = ?"],
    ["SELECT * FROM copy", "SELECT * FROM shelf WHERE room = ?"],
    // By a key, but not for its value.
    ["SELECT * FROM book WHERE authorId > ?"],
    ["SELECT * FROM book WHERE authorId <> ?"],
    ["SELECT * FROM book WHERE authorId NOT IN (1, 2)"],
    ["SELECT * FROM book WHERE authorId IS NULL"],
    ["SELECT * FROM book WHERE authorId IS NOT NULL"],
    ["SELECT * FROM book WHERE authorId BETWEEN 1 AND 2"],
    ["SELECT * FROM book WHERE authorId = ? OR title = ?"],
    ["SELECT * FROM book WHERE authorId = ? OR editorId = ?"],
    ["SELECT * FROM copy WHERE (room = 1 AND number = 2) OR room = 3"],
    ["SELECT * FROM book WHERE NOT authorId = ?"],
    ["SELECT * FROM book WHERE authorId + 0 = ?"],
    ["SELECT * FROM book WHERE abs(authorId) = ?"],
    ["SELECT * FROM book WHERE title LIKE ?"],
    ["SELECT * FROM book ORDER BY authorId"],
    ["SELECT * FROM book GROUP BY authorId"],
    ["SELECT authorId FROM book"],
    // Counting.
    ["SELECT count(*) FROM book WHERE authorId = ?"],
    ["SELECT max(year), min(year) FROM book WHERE authorId = ?"],
    // Joins and subqueries that follow no foreign key.
    ["SELECT * FROM book JOIN note ON note.id = book.id"],
    ["SELECT * FROM book JOIN author ON author.name = book.title"],
    ["SELECT * FROM book, author"],
    ["SELECT * FROM book CROSS JOIN tag"],
    ["SELECT * FROM book WHERE title IN (SELECT name FROM author)"],
    ["SELECT * FROM book WHERE authorId IN (SELECT id FROM note)"],
    ["SELECT * FROM book WHERE authorId IN note"],
    ["SELECT * FROM book WHERE EXISTS (SELECT 1 FROM note)"],
    // No reading of rows at all.
    ["UPDATE book SET title = ? WHERE authorId = ?"],
    ["DELETE FROM book WHERE authorId = ?"],
    ["INSERT INTO book (authorId) VALUES (?)"],
    ["PRAGMA foreign_key_list(book)"],
    ["SELECT * FROM sqlite_master WHERE name = 'book'"],
    ["SELECT 1"],
    ["SELECT * FROM unknown WHERE authorId = ?"],
    ["SELECT * FROM book WHERE authorId = ? UNION SELECT * FROM book WHERE editorId = ?"],
  ])
  func isNoLoad(statements: [String]) {
    #expect(loads(of: statements) == [])
  }

  @Test func manyChunksAreOneLoad() {
    let driver = MadeUpDriver()
    for table in tables { driver.connection.database.schema.note(table) }
    let recording = record {
      repeating(20) { chunk in driver.run("SELECT * FROM book WHERE authorId IN (?, ?)", key: UInt64(chunk)) }
    }
    #expect(recording.loads.map(\.statementNumbers) == [Array(1...20)])
  }

  @Test(.needs(.lines)) func expectationsOfLoads() {
    let driver = MadeUpDriver()
    for table in tables { driver.connection.database.schema.note(table) }
    let recording = record {
      driver.run("SELECT * FROM author")
      driver.run("SELECT * FROM book WHERE authorId = ?", key: 1)
    }
    #expect(recording.check(.loads(.lazy, of: "BOOK.authorId", 1), .loads(.selectIn, of: "book.authorId", 0)).isEmpty)
    #expect(
      recording.check(.loads(.selectIn, of: "book.authorId", 1)).first?.message.hasPrefix(
        """
        Expected 1 selectIn load of book.authorId, found none.
          1×  lazy book.authorId    #2
               at LoadInferenceTests.swift:
        """) == true)
    #expect(recording.check(.noLazyLoads).first?.headline == "Expected no lazy loads, found 1.")
    #expect(
      recording.check(.noLazyLoads.ignoring("SELECT * FROM book WHERE authorId = 1", because: "one author only"))
        .isEmpty)
  }
}
