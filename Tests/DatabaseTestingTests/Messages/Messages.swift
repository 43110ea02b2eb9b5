import DatabaseTesting
import TestSupport

extension Message {
  static let all: [Message] = [
    // How many.
    Message(.queries(1), passes: { try $0.authors() }, fails: { try $0.authorsWithBooks() }, ""),
    Message(
      .queries(...1, on: "book"), passes: { try $0.authorsWithBooksAtOnce() }, fails: { try $0.authorsWithBooks() }, ""),
    Message(
      .queries(2), passes: { try $0.authorsWithBooksAtOnce() },
      fails: {
        try $0.addPages(6); try $0.authors()
      }, ""),
    Message(.selects(1), passes: { try $0.authors() }, fails: { try $0.authorsWithBooksAtOnce() }, ""),
    Message(.inserts(1), passes: { try $0.addPagesAtOnce() }, fails: { try $0.authorsWithBooksAtOnce() }, ""),
    Message(.updates(0), passes: { try $0.authors() }, fails: { try $0.rename() }, ""),
    Message(.deletes(1), passes: { try $0.tryOut() }, fails: { try $0.rename() }, ""),
    Message(.writes(...1), passes: { try $0.rename() }, fails: { try $0.addPages(2) }, ""),
    Message(.statements(.transaction, 1), passes: { try $0.leaveOpen() }, fails: { try $0.addPagesAtOnce() }, ""),
    Message(.noQueries, passes: { _ in }, fails: { try $0.authors() }, ""),
    Message(.noWrites, passes: { try $0.authors() }, fails: { try $0.rename() }, ""),
    Message(.noWrites, passes: { try $0.authors() }, fails: { _ in }, ""),
    // Which ones.
    Message(.executes("SELECT * FROM author"), passes: { try $0.authors() }, fails: { try $0.books(of: 1) }, ""),
    Message(
      .executes("SELECT * FROM author", times: 1), passes: { try $0.authors() },
      fails: {
        try $0.authors(); try $0.authors()
      }, ""),
    Message(
      .neverExecutes("UPDATE author SET name = 'x' WHERE id = 1"), passes: { try $0.authors() },
      fails: { try $0.rename() }, ""),
    Message(
      .executes(inOrder: ["SELECT * FROM author", "DELETE FROM page"]),
      passes: {
        try $0.authors(); try $0.tryOut()
      },
      fails: {
        try $0.tryOut(); try $0.authors()
      }, ""),
    Message(
      .executes(inAnyOrder: ["SELECT * FROM author", "DELETE FROM page"]),
      passes: {
        try $0.tryOut(); try $0.authors()
      },
      fails: { try $0.authors() }, ""),
    // How rows are loaded.
    Message(.noNPlusOne, passes: { try $0.authorsWithBooksAtOnce() }, fails: { try $0.authorsWithBooks() }, ""),
    Message(
      .noNPlusOne(threshold: 3), passes: { try $0.authorsWithBooksAtOnce() },
      fails: {
        try $0.rename(); try $0.authorsWithBooks(); try $0.rename()
      }, ""),
    Message(.noNPlusOne, passes: { try $0.authors() }, fails: { _ in }, ""),
    Message(
      .noLazyLoads, passes: { try $0.authorsWithBooksAtOnce() },
      fails: {
        try $0.authors(); try $0.books(of: 1)
      }, ""),
    Message(.noLazyLoads, passes: { try $0.authorsWithBooksAtOnce() }, fails: { try $0.authorsWithBooks() }, ""),
    Message(
      .loads(.selectIn, of: "book.authorId", 1), passes: { try $0.authorsWithBooksAtOnce() },
      fails: { try $0.authorsWithBooks() }, ""),
    Message(
      .noDuplicateQueries, passes: { try $0.authorsWithBooks() }, fails: { for _ in 0..<3 { try $0.books(of: 1) } }, ""),
    // What is written.
    Message(.flush(inserted: ["page": 3]), passes: { try $0.addPagesAtOnce() }, fails: { try $0.addPages(2) }, ""),
    Message(.noDurableWrites, passes: { try $0.tryOut() }, fails: { try $0.rename() }, ""),
    Message(.commits(1), passes: { try $0.addPagesAtOnce() }, fails: { try $0.tryOut() }, ""),
    Message(.rollbacks(0), passes: { try $0.addPagesAtOnce() }, fails: { try $0.tryOut() }, ""),
    Message(.writesInTransactions, passes: { try $0.addPagesAtOnce() }, fails: { try $0.addPages() }, ""),
    Message(.batchedInserts, passes: { try $0.addPagesAtOnce() }, fails: { try $0.addPages(12) }, ""),
    Message(.closedTransactions, passes: { try $0.addPagesAtOnce() }, fails: { try $0.leaveOpen() }, ""),
    // What it costs.
    Message(.noFullScans, passes: { try $0.authors() }, fails: { try $0.book(titled: "goto") }, ""),
    Message(
      .noAutomaticIndexes, passes: { try $0.authors() },
      fails: { try $0.database.rows("SELECT * FROM author a JOIN book b ON b.authorId = a.id AND a.name > ''") }, ""),
    Message(.steps(...1), passes: { _ in }, fails: { try $0.authorsWithBooksAtOnce() }, ""),
    Message(.rows(...1), passes: { try $0.books(of: 1) }, fails: { try $0.authorsWithBooks() }, ""),
    // What fails.
    Message(.noFailures, passes: { try $0.authors() }, fails: { try $0.addTwice() }, ""),
    Message(.fails(1), passes: { try $0.addTwice() }, fails: { try $0.authors() }, ""),
    // Made of others.
    Message(
      .any(of: [.queries(1), .fails(1)]), passes: { try $0.authors() }, fails: { try $0.authorsWithBooks() }, ""),
    Message(.all(of: [.queries(1), .noWrites]), passes: { try $0.authors() }, fails: { try $0.addPages(2) }, ""),
    Message(.noNPlusOne.not, passes: { try $0.authorsWithBooks() }, fails: { try $0.authorsWithBooksAtOnce() }, ""),
    Message(
      .noFailures.ignoring("SELECT * FROM author", because: "it fails on purpose"), passes: { try $0.authors() },
      fails: { try $0.rename() }, ""),
  ]
}
