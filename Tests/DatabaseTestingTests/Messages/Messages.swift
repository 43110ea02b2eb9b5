import DatabaseSupport
import Dispatch
import Foundation
import TestSupport

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

extension Message {
  static let all: [Message] = [
    // How many.
    Message(
      .queries(1), passes: { try $0.authors() }, fails: { try $0.authorsWithBooks() },
      #"""
      Expected 1 query, found 4.
        3×  SELECT * FROM book WHERE authorId = ?    #2, #3, #4
             at Library.swift:… in Library.books(of:), through SQLiteDatabase.rows(_:_:)
        1×  SELECT id FROM author    #1
             at Library.swift:… in Library.authorsWithBooks(), through SQLiteDatabase.rows(_:_:)
      """#),
    Message(
      .queries(...1, on: "book"), passes: { try $0.authorsWithBooksAtOnce() }, fails: { try $0.authorsWithBooks() },
      #"""
      Expected up to 1 query on book, found 3.
        3×  SELECT * FROM book WHERE authorId = ?    #2, #3, #4
             at Library.swift:… in Library.books(of:), through SQLiteDatabase.rows(_:_:)
        1 query on other tables.
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
      .noWrites, passes: { try $0.authors() }, fails: { _ in },
      #"""
      .noWrites saw no query, so it proves nothing.
        fix: call the code under test inside of the scope, or write .noWrites.allowingNoQueries if none is right
      """#),
    // Which ones.
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
    // How rows are loaded.
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
    // What is written.
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
    // What it costs.
    Message(
      .noFullScans, passes: { try $0.authors() }, fails: { try $0.book(titled: "goto") },
      #"""
      Expected no full scans, found 1: SELECT * FROM book WHERE lower(title) = ? looks at 3 rows of book to find 1.
        1×  SELECT * FROM book WHERE lower(title) = ?    3 rows looked at, … steps    #1
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
             plan: SCAN book
        fix: an index on what the condition compares, or .noFullScans(except: ["book"])
      """#),
    Message(
      .steps(...1), passes: { _ in }, fails: { try $0.authorsWithBooksAtOnce() },
      #"""
      Expected up to … steps, found ….
        1×  SELECT * FROM book WHERE authorId IN (?)    … steps    #2
             at Library.swift:… in Library.authorsWithBooksAtOnce(), through SQLiteDatabase.rows(_:_:)
        1×  SELECT * FROM author    … steps    #1
             at Library.swift:… in Library.authors(), through SQLiteDatabase.rows(_:_:)
      """#),
    Message(
      .rows(...1), passes: { try $0.books(of: 1) }, fails: { try $0.authorsWithBooks() },
      #"""
      Expected up to 1 row, found 6.
        1×  SELECT id FROM author    3 rows    #1
             at Library.swift:… in Library.authorsWithBooks(), through SQLiteDatabase.rows(_:_:)
        3×  SELECT * FROM book WHERE authorId = ?    3 rows    #2, #3, #4
             at Library.swift:… in Library.books(of:), through SQLiteDatabase.rows(_:_:)
      """#),
    // What fails.
    Message(
      .noFailures, passes: { try $0.authors() }, fails: { try $0.addTwice() },
      #"""
      Expected no failed statements, found 1: UNIQUE constraint failed: book.title (2067).
        1×  INSERT INTO book(title) VALUES (?)    … ms, … steps    #1
             failed: UNIQUE constraint failed: book.title (2067)
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
      """#),
    Message(
      .fails(1), passes: { try $0.addTwice() }, fails: { try $0.authors() },
      #"""
      Expected 1 failed statement, found none.
        what ran, without failing:
        1×  SELECT * FROM author    #1
      """#),
    // Made of others.
    Message(
      .any(of: [.queries(1), .fails(1)]), passes: { try $0.authors() }, fails: { try $0.authorsWithBooks() },
      #"""
      Expected one of .queries(1), .fails(1) to hold, none does.
        .queries(1): Expected 1 query, found 4.
          3×  SELECT * FROM book WHERE authorId = ?    #2, #3, #4
               at Library.swift:… in Library.books(of:), through SQLiteDatabase.rows(_:_:)
          1×  SELECT id FROM author    #1
               at Library.swift:… in Library.authorsWithBooks(), through SQLiteDatabase.rows(_:_:)
        .fails(1): Expected 1 failed statement, found none.
          what ran, without failing:
          3×  SELECT * FROM book WHERE authorId = ?    #2, #3, #4
          1×  SELECT id FROM author    #1
      """#),
    Message(
      .all(of: [.queries(1), .noWrites]), passes: { try $0.authors() }, fails: { try $0.addPages(2) },
      #"""
      Expected 1 query, found 2.
        2×  INSERT INTO page(bookId) VALUES (?)    #1, #2
             at SQLiteDatabase.swift:… in SQLiteDatabase.rows(_:_:)

      Expected no writes, found 2.
        2×  INSERT INTO page(bookId) VALUES (?)    #1, #2
             at SQLiteDatabase.swift:… in SQLiteDatabase.rows(_:_:)
      """#),
    Message(
      .noNPlusOne.not, passes: { try $0.authorsWithBooks() }, fails: { try $0.authorsWithBooksAtOnce() },
      #"""
      Expected .noNPlusOne not to hold, but it holds.
        fix: the fault is gone: remove the .not
      """#),
    Message(
      .noFailures.ignoring("SELECT * FROM author", because: "it fails on purpose"), passes: { try $0.authors() },
      fails: { try $0.rename() },
      #"""
      .noFailures ignores a statement that never ran: SELECT * FROM author
        ignored because: it fails on purpose
        what was seen:
        1×  UPDATE author SET name = ? WHERE id = ?    #1
        fix: remove the ignoring, or correct its SQL
      """#),
    Message(
      .noAutomaticIndexes, passes: { try $0.authors() }, fails: { try $0.booksOfEqualTitles() },
      #"""
      Expected no automatic indexes, found 1: SELECT count(*) FROM author JOIN book ON lower(book.title) = author.name puts 3 rows into an index for itself.
        1×  SELECT count(*) FROM author JOIN book ON lower(book.title) = author.name    3 rows indexed, … steps    #1
             at Library.swift:… in Library.booksOfEqualTitles(), through SQLiteDatabase.execute(_:)
             plan: SCAN book USING COVERING INDEX sqlite_autoindex_book_1
             plan: SEARCH author USING AUTOMATIC COVERING INDEX (name=?)
        fix: an index on the columns that the join compares
      """#),
    // On which threads.
    Message(
      .noBlockingQueries, passes: { library in try onAThread { try library.authors() } }, fails: { try $0.authors() },
      #"""
      Expected no queries that block a shared thread, found 1.
        1×  SELECT * FROM author    #1
             at SQLiteDatabase.swift:… in SQLiteDatabase.rows(_:_:)
        fix: await an asynchronous read, or send the work to a thread of its own
      """#),
    // Beside one that demands that nothing is sent.
    Message(
      .noWrites, .noQueries, passes: { _ in }, fails: { try $0.rename() },
      #"""
      Expected no writes, found 1.
        1×  UPDATE author SET name = ? WHERE id = ?    #1
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)

      Expected no queries, found 1.
        1×  UPDATE author SET name = ? WHERE id = ?    #1
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
      """#),
  ]
}

/// The work of an app that has a thread of its own for its database.
private func onAThread(_ work: @escaping @Sendable () throws -> Void) throws {
  let result = Locked<Result<Void, any Error>>(.success(()))
  let done = DispatchSemaphore(value: 0)
  let scope = RecordingScope.current
  Thread {
    RecordingScope.$current.withValue(scope) { result.withLock { $0 = Result { try work() } } }
    done.signal()
  }.start()
  done.wait()
  try result.withLock { try $0.get() }
}
