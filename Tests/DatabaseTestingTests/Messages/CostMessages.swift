import DatabaseSupport
import DatabaseTesting
import Dispatch
import Foundation
import TestSupport

@testable import DatabaseInstrumentation

/// What statements cost, what fails, on which threads, and expectations that are made of others.
extension Message {
  /// What it costs.
  static let cost: [Message] = [
    Message(
      .noFullScans, passes: { try $0.authors() }, fails: { try $0.book(titled: "goto") },
      #"""
      Expected no full scans, found 1: SELECT * FROM book WHERE lower(title) = ? looks at 3 rows of book to find 1.
        1×  SELECT * FROM book WHERE lower(title) = ?    3 rows looked at, … steps    #1
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
             plan: SCAN book
        fix: an index, e.g. CREATE INDEX book_lower_title ON book (lower(title)), or .noFullScans(except: ["book"])
             with it SQLite says SEARCH book USING INDEX book_lower_title (<expr>=?); tried
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
      .audit(beyond: 2), passes: { try $0.authors() },
      fails: { try $0.database.execute("UPDATE author SET name = 'x'") },
      #"""
      Audit: UPDATE author SET name = ? changes 3 rows of author, and has no condition.
        1×  UPDATE author SET name = ?    3 rows changed    #1
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
        fix: a WHERE; if all rows are meant, .ignoring(_:because:)
      """#),
    Message(
      .steps(...1), passes: { _ in }, fails: { try $0.book(titled: "goto") },
      #"""
      Expected up to … steps, found ….
        1×  SELECT * FROM book WHERE lower(title) = ?    … steps    #1
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
        1 of them looks at 3 rows of book to find 1: #1
        fix: an index, e.g. CREATE INDEX book_lower_title ON book (lower(title))
             with it SQLite says SEARCH book USING INDEX book_lower_title (<expr>=?); tried
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
  ]

  /// What fails.
  static let failing: [Message] = [
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
  ]

  /// Made of others.
  static let composed: [Message] = [
    Message(
      .any(of: [.queries(1), .fails(1)]), passes: { try $0.authors() }, fails: { try $0.authorsWithBooks() },
      #"""
      Expected one of .queries(1), .fails(1) to hold, none does.
        .queries(1): Expected 1 query, found 4.
          3×  SELECT * FROM book WHERE authorId = ?    #2, #3, #4
               at Library.swift:… in Library.books(of:), through SQLiteDatabase.rows(_:_:)
          1×  SELECT id FROM author    #1
               at Library.swift:… in Library.authorsWithBooks(), through SQLiteDatabase.rows(_:_:)
          3 of them load book.authorId one author at a time: #2, #3, #4
          fix: load them together: SELECT … FROM book WHERE authorId IN (…)
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
        all of them insert into page, one row at a time: #1, #2
        fix: insert many rows with one statement: VALUES (…), (…)

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
        fix: an index, e.g. CREATE INDEX author_name ON author (name)
             with it SQLite says SEARCH author USING COVERING INDEX author_name (name=?); tried
      """#),
  ]

  /// On which threads.
  static let threads: [Message] = [
    Message(
      .noBlockingQueries, passes: { library in try onAThread { try library.authors() } }, fails: { try $0.authors() },
      #"""
      Expected no queries that block a shared thread, found 1.
        1×  SELECT * FROM author    #1
             at SQLiteDatabase.swift:… in SQLiteDatabase.rows(_:_:)
        fix: await an asynchronous read, or send the work to a thread of its own
      """#)
  ]

  /// Beside one that demands that nothing is sent.
  static let besideNoQueries: [Message] = [
    Message(
      .noWrites, .noQueries, passes: { _ in }, fails: { try $0.rename() },
      #"""
      Expected no writes, found 1.
        1×  UPDATE author SET name = ? WHERE id = ?    #1
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)

      Expected no queries, found 1.
        1×  UPDATE author SET name = ? WHERE id = ?    #1
             at SQLiteDatabase.swift:… in SQLiteDatabase.execute(_:)
      """#)
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
