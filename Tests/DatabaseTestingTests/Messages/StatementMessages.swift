import DatabaseTesting

/// How many statements there are, and which ones.
extension Message {
  /// How many.
  static let howMany: [Message] = [
    Message(
      .queries(1), passes: { try $0.authors() }, fails: { try $0.authorsWithBooks() },
      #"""
      Expected 1 query, found 4.
        3×  SELECT * FROM book WHERE authorId = ?    #2, #3, #4
             at Library.swift:… in Library.books(of:), through SQLiteDatabase.rows(_:_:)
        1×  SELECT id FROM author    #1
             at Library.swift:… in Library.authorsWithBooks(), through SQLiteDatabase.rows(_:_:)
        3 of them load book.authorId one author at a time: #2, #3, #4
        fix: load them together: SELECT … FROM book WHERE authorId IN (…)
      """#),
    Message(
      .queries(...1, on: "book"), passes: { try $0.authorsWithBooksAtOnce() }, fails: { try $0.authorsWithBooks() },
      #"""
      Expected up to 1 query on book, found 3.
        3×  SELECT * FROM book WHERE authorId = ?    #2, #3, #4
             at Library.swift:… in Library.books(of:), through SQLiteDatabase.rows(_:_:)
        1 query on other tables.
        all of them load book.authorId one author at a time: #2, #3, #4
        fix: load them together: SELECT … FROM book WHERE authorId IN (…)
      """#),
    Message(
      .queries(2), passes: { try $0.authorsWithBooksAtOnce() },
      fails: {
        try $0.addPages(6); try $0.authors()
      },
      #"""
      Expected 2 queries, found 7.
        6×  INSERT INTO page(bookId) VALUES (?)    #1 … #6
             at Library.swift:… in Library.addPages(_:), through SQLiteDatabase.rows(_:_:)
        1×  SELECT * FROM author    #7
             at Library.swift:… in Library.authors(), through SQLiteDatabase.rows(_:_:)
        6 equal INSERTs ran before the first read: if these are fixtures, make them in withoutDatabaseRecording { … }
      """#),
    Message(
      .queries(1), passes: { try $0.authors() }, fails: { for _ in 0..<3 { try $0.books(of: 1) } },
      #"""
      Expected 1 query, found 3.
        3×  SELECT * FROM book WHERE authorId = ?    #1, #2, #3
             at SQLiteDatabase.swift:… in SQLiteDatabase.rows(_:_:)
        all of them run one query with the same parameters: #1, #2, #3
        fix: keep the first result, or ask once before the loop
      """#),
    // Two lines are no loop.
    Message(
      .queries(1), passes: { try $0.authors() },
      fails: {
        try $0.authors(); try $0.books(of: 1); try $0.books(of: 2)
      },
      #"""
      Expected 1 query, found 3.
        2×  SELECT * FROM book WHERE authorId = ?    #2, #3
             at Library.swift:… in Library.books(of:), through SQLiteDatabase.rows(_:_:)
        1×  SELECT * FROM author    #1
             at Library.swift:… in Library.authors(), through SQLiteDatabase.rows(_:_:)
      """#),
    Message(
      .selects(1), passes: { try $0.authors() }, fails: { try $0.authorsWithBooksAtOnce() },
      #"""
      Expected 1 select, found 2.
        1×  SELECT * FROM author    #1
             at Library.swift:… in Library.authors(), through SQLiteDatabase.rows(_:_:)
        1×  SELECT * FROM book WHERE authorId IN (?)    #2
             at Library.swift:… in Library.authorsWithBooksAtOnce(), through SQLiteDatabase.rows(_:_:)
      """#),
    Message(
      .inserts(1), passes: { try $0.addPagesAtOnce() }, fails: { try $0.authorsWithBooksAtOnce() },
      #"""
      Expected 1 insert, found none.
        what ran instead:
        1×  SELECT * FROM author    #1
        1×  SELECT * FROM book WHERE authorId IN (?)    #2
      """#),
    Message(
      .updates(0), passes: { try $0.authors() }, fails: { try $0.rename() },
      #"""
      Expected no updates, found 1.
        1×  UPDATE author SET name = ? WHERE id = ?    #1
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
      """#),
    Message(
      .deletes(1), passes: { try $0.tryOut() }, fails: { try $0.rename() },
      #"""
      Expected 1 delete, found none.
        what ran instead:
        1×  UPDATE author SET name = ? WHERE id = ?    #1
      """#),
    Message(
      .writes(...1), passes: { try $0.rename() }, fails: { try $0.addPages(2) },
      #"""
      Expected up to 1 write, found 2.
        2×  INSERT INTO page(bookId) VALUES (?)    #1, #2
             at SQLiteDatabase.swift:… in SQLiteDatabase.rows(_:_:)
        all of them insert into page, one row at a time: #1, #2
        fix: insert many rows with one statement: VALUES (…), (…)
      """#),
    Message(
      .statements(.transaction, 1), passes: { try $0.leaveOpen() }, fails: { try $0.addPagesAtOnce() },
      #"""
      Expected 1 transaction statement, found 2.
        1×  BEGIN    #1
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
        1×  COMMIT    #3
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
        Not counted: 1 query.
      """#),
    Message(
      .noQueries, passes: { _ in }, fails: { try $0.authors() },
      #"""
      Expected no queries, found 1.
        1×  SELECT * FROM author    #1
             at SQLiteDatabase.swift:… in SQLiteDatabase.rows(_:_:)
      """#),
    Message(
      .noWrites, passes: { try $0.authors() }, fails: { try $0.rename() },
      #"""
      Expected no writes, found 1.
        1×  UPDATE author SET name = ? WHERE id = ?    #1
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
      """#),
    Message(
      .noWrites, passes: { try $0.authors() }, fails: { try $0.tryOut() },
      #"""
      Expected no writes, found 1.
        1×  DELETE FROM page    #2
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
        Not counted: 2 transaction.
        fix: let nothing be written, or write .noDurableWrites, which allows what does not last
      """#),
    Message(
      .noWrites, passes: { try $0.authors() }, fails: { _ in },
      #"""
      .noWrites saw no query, so it proves nothing.
        fix: call the code under test inside of the scope, or write .noWrites.allowingNoQueries if none is right
      """#),
  ]

  /// Which ones.
  static let whichOnes: [Message] = [
    Message(
      .executes("SELECT * FROM author"), passes: { try $0.authors() }, fails: { try $0.books(of: 1) },
      #"""
      Expected SELECT * FROM author at least once, found never.
        what ran instead:
        1×  SELECT * FROM book WHERE authorId = ?    #1
      """#),
    Message(
      .executes("SELECT * FROM author", times: 1), passes: { try $0.authors() },
      fails: {
        try $0.authors(); try $0.authors()
      },
      #"""
      Expected SELECT * FROM author once, found 2 times: #1, #2.
             at SQLiteDatabase.swift:… in SQLiteDatabase.rows(_:_:)
      """#),
    Message(
      .neverExecutes("UPDATE author SET name = 'x' WHERE id = 1"), passes: { try $0.authors() },
      fails: { try $0.rename() },
      #"""
      Expected UPDATE author SET name = ? WHERE id = ? never, found once: #1.
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
      """#),
    Message(
      .executes(inOrder: ["SELECT * FROM author", "DELETE FROM page"]),
      passes: {
        try $0.authors(); try $0.tryOut()
      },
      fails: {
        try $0.tryOut(); try $0.authors()
      },
      #"""
      Expected 2 statements in order, the 2nd did not follow: DELETE FROM page.
        #4  SELECT * FROM author
             DELETE FROM page    ran before, at #2
      """#),
    Message(
      .executes(inAnyOrder: ["SELECT * FROM author", "DELETE FROM page"]),
      passes: {
        try $0.tryOut(); try $0.authors()
      },
      fails: { try $0.authors() },
      #"""
      Expected 2 statements in any order, 1 of them did not run.
        missing  DELETE FROM page
        what ran instead:
        1×  SELECT * FROM author    #1
      """#),
  ]
}
