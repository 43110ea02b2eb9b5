import DatabaseTesting

/// How rows are loaded and written.
extension Message {
  /// How rows are loaded.
  static let loading: [Message] = [
    Message(
      .noNPlusOne, passes: { try $0.authorsWithBooksAtOnce() }, fails: { try $0.authorsWithBooks() },
      #"""
      Expected no N+1 queries, found 1: 3 of 4 queries load book.authorId one author at a time.
        3×  SELECT * FROM book WHERE authorId = ?    lazy, 3 distinct keys, … ms, … steps    #2, #3, #4
             at Library.swift:… in Library.books(of:), through SQLiteDatabase.rows(_:_:)
             after #1 SELECT id FROM author, which returned 3 rows, at Library.swift:…
        fix: load them together: SELECT … FROM book WHERE authorId IN (…)
        1 other query: #1.
      """#),
    Message(
      .noNPlusOne(threshold: 3), passes: { try $0.authorsWithBooksAtOnce() },
      fails: {
        try $0.rename(); try $0.authorsWithBooks(); try $0.rename()
      },
      #"""
      Expected no N+1 queries, found 1: 3 of 6 queries load book.authorId one author at a time.
        3×  SELECT * FROM book WHERE authorId = ?    lazy, 3 distinct keys, … ms, … steps    #3, #4, #5
             at Library.swift:… in Library.books(of:), through SQLiteDatabase.rows(_:_:)
             after #2 SELECT id FROM author, which returned 3 rows, at Library.swift:…
        fix: load them together: SELECT … FROM book WHERE authorId IN (…)
        3 other queries: #1, #2, #6.
      """#),
    Message(
      .noNPlusOne, passes: { try $0.authors() }, fails: { _ in },
      #"""
      .noNPlusOne saw no query, so it proves nothing.
        fix: call the code under test inside of the scope, or write .noNPlusOne.allowingNoQueries if none is right
      """#),
    Message(
      .noLazyLoads, passes: { try $0.authorsWithBooksAtOnce() },
      fails: {
        try $0.authors(); try $0.books(of: 1)
      },
      #"""
      Expected no lazy loads, found 1.
        1×  lazy book.authorId    #2
             at Library.swift:… in Library.books(of:), through SQLiteDatabase.rows(_:_:)
        fix: read it in its parent's query, with a JOIN; or write .noNPlusOne, which allows one load
      """#),
    Message(
      .noLazyLoads, passes: { try $0.authorsWithBooksAtOnce() }, fails: { try $0.authorsWithBooks() },
      #"""
      Expected no lazy loads, found 3.
        3×  lazy book.authorId    #2, #3, #4
             at Library.swift:… in Library.books(of:), through SQLiteDatabase.rows(_:_:)
        fix: load them together: SELECT … FROM book WHERE authorId IN (…)
      """#),
    Message(
      .loads(.selectIn, of: "book.authorId", 1), passes: { try $0.authorsWithBooksAtOnce() },
      fails: { try $0.authorsWithBooks() },
      #"""
      Expected 1 selectIn load of book.authorId, found none.
        3×  lazy book.authorId    #2, #3, #4
             at Library.swift:… in Library.books(of:), through SQLiteDatabase.rows(_:_:)
        fix: load them together: SELECT … FROM book WHERE authorId IN (…)
      """#),
    Message(
      .loads(.joined, of: "book.authorId", 1), passes: { try $0.booksWithAuthors() },
      fails: { try $0.authorsWithBooks() },
      #"""
      Expected 1 joined load of book.authorId, found none.
        3×  lazy book.authorId    #2, #3, #4
             at Library.swift:… in Library.books(of:), through SQLiteDatabase.rows(_:_:)
        fix: read them in their parent's query, with a JOIN
      """#),
    Message(
      .loads(.lazy, of: "book.authorId", ...1), passes: { try $0.authorsWithBooksAtOnce() },
      fails: { try $0.authorsWithBooks() },
      #"""
      Expected up to 1 lazy load of book.authorId, found 3.
        3×  lazy book.authorId    #2, #3, #4
             at Library.swift:… in Library.books(of:), through SQLiteDatabase.rows(_:_:)
      """#),
    Message(
      .noDuplicateQueries, passes: { try $0.authorsWithBooks() }, fails: { for _ in 0..<3 { try $0.books(of: 1) } },
      #"""
      Expected no duplicate queries, found 1: one query ran 3 times with the same parameters.
        3×  SELECT * FROM book WHERE authorId = ?    same parameters, … ms, … steps    #1, #2, #3
             at SQLiteDatabase.swift:… in SQLiteDatabase.rows(_:_:)
             with nothing written to book in between
        fix: keep the first result, or ask once before the loop
      """#),
  ]

  /// What is written.
  static let writing: [Message] = [
    Message(
      .flush(inserted: ["page": 3]), passes: { try $0.addPagesAtOnce() }, fails: { try $0.addPages(2) },
      #"""
      Expected 3 rows inserted into page, found 2.
          table  change    expected  found
        ≠ page   inserted         3      2
        2×  committed, autocommit: inserted page 1    #1, #2
             at SQLiteDatabase.swift:… in SQLiteDatabase.rows(_:_:)
      """#),
    Message(
      .noDurableWrites, passes: { try $0.tryOut() }, fails: { try $0.rename() },
      #"""
      Expected no durable writes, found 1 row: updated author 1.
        1×  committed, autocommit: updated author 1    #1
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
      """#),
    Message(
      .commits(1), passes: { try $0.addPagesAtOnce() }, fails: { try $0.tryOut() },
      #"""
      Expected 1 commit, found none.
        1×  rolled back, deferred: no rows changed    #1 … #3
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
      """#),
    Message(
      .commits(1), passes: { try $0.addPagesAtOnce() }, fails: { try $0.addPages() },
      #"""
      Expected 1 commit, found 3.
        3×  committed, autocommit: inserted page 1    #1, #2, #3
             at SQLiteDatabase.swift:… in SQLiteDatabase.rows(_:_:)
        fix: write them in one transaction
      """#),
    Message(
      .rollbacks(0), passes: { try $0.addPagesAtOnce() }, fails: { try $0.tryOut() },
      #"""
      Expected no rollbacks, found 1.
        1×  rolled back, deferred: no rows changed    #1 … #3
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
      """#),
    Message(
      .writesInTransactions, passes: { try $0.addPagesAtOnce() }, fails: { try $0.addPages() },
      #"""
      Expected writes in transactions, found 3 outside, each with a commit of its own.
        3×  INSERT INTO page(bookId) VALUES (?)    … ms, … ms each with its commit    #1, #2, #3
             at SQLiteDatabase.swift:… in SQLiteDatabase.rows(_:_:)
        fix: write them in one transaction
      """#),
    Message(
      .batchedInserts, passes: { try $0.addPagesAtOnce() }, fails: { try $0.addPages(12) },
      #"""
      Expected batched inserts, found 12 inserts into page, one row at a time.
        12×  INSERT INTO page(bookId) VALUES (?)    … ms, … steps    #1 … #12
             at SQLiteDatabase.swift:… in SQLiteDatabase.rows(_:_:)
        fix: insert many rows with one statement: VALUES (…), (…)
      """#),
    Message(
      .closedTransactions, passes: { try $0.addPagesAtOnce() }, fails: { try $0.leaveOpen() },
      #"""
      Expected no open transactions, found 1.
        #1 BEGIN on :memory: (…) was never ended
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
             not committed: inserted page 1
        fix: COMMIT or ROLLBACK it on every path, also when an error is thrown
      """#),
  ]
}
