import DatabaseTesting
import TestSupport

#if GRDB
  import GRDB
#endif

extension Program {
  /// What the program does once its fault is mended as the finding says.
  ///
  /// - Parameter finding: What was found in it.
  func recordMended(after finding: Finding) throws -> Recording {
    if let mended { return try mended() }
    let queries = mendedQueries(after: finding)
    switch body {
    case .app(_, let run): return try run(queries)
    case .synchronous, .asynchronous:
      #if GRDB
        if let recording = try recordMendedOnGRDB() { return recording }
      #endif
      let store = try withoutDatabaseRecording { try Bookstore() }
      return try recordDatabase { for sql in queries { _ = try store.db.rows(sql) } }
    }
  }

  /// The list, where there is one, and the one query that the fix is; of a duplicate the query, once.
  private func mendedQueries(after finding: Finding) -> [String] {
    guard finding.kind != .duplicateQuery, let query = guilt[0].fix.split(separator: ": ").last else {
      return finding.statements.prefix(1).map(\.sql)
    }
    let list = query.hasSuffix("IN (VALUES (…))") ? "(VALUES (1, 1), (2, 1), (3, 1))" : "(1, 2, 3)"
    let ending = query.hasSuffix("IN (VALUES (…))") ? "(VALUES (…))" : "(…)"
    let columns = query.replacing("SELECT … FROM", with: "SELECT * FROM", maxReplacements: 1)
    return [String(columns.dropLast(ending.count)) + list]
  }

  #if GRDB
    private func recordMendedOnGRDB() throws -> Recording? {
      let fix = guilt[0].fix
      guard fix.contains("including(") else { return nil }
      let queue = try Bookstore.queue()
      return try recordDatabase {
        try queue.read { db in
          switch fix {
          case _ where fix.hasSuffix("Author.books)"): _ = try Row.fetchAll(db, Author.including(all: Author.books))
          case _ where fix.hasSuffix("Book.reviews)"): _ = try Row.fetchAll(db, Book.including(all: Book.reviews))
          case _ where fix.hasSuffix("Book.tags)"): _ = try Row.fetchAll(db, Book.including(all: Book.tags))
          default: _ = try Row.fetchAll(db, Book.including(required: Book.author))
          }
        }
      }
    }
  #endif
}
