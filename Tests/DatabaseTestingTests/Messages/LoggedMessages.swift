import DatabaseTesting
import Logging

/// A database of which only a log tells.
private struct LoggedShop: Sendable {
  private let logger: Logger
  private let connection: InstrumentedConnection

  init(hasKeys: Bool = true) {
    let database = LoggedDatabase(hasKeys ? "shop" : "shop of old", system: .postgreSQL)
    if hasKeys {
      database.define(
        """
        CREATE TABLE author (id BIGINT PRIMARY KEY);
        CREATE TABLE book (id BIGINT PRIMARY KEY, author_id BIGINT REFERENCES author (id))
        """)
    }
    logger = Logger(label: "shop") { _ in RecordingLogHandler(database: database) }
    connection = InstrumentedConnection("orders", system: .postgreSQL, tellsTransactions: true)
  }

  @inline(never) func send(_ sql: String, _ binds: String...) {
    logger.debug("Executing query", metadata: ["sql": .string(sql), "binds": .array(binds.map { .string($0) })])
  }

  func authors() { send("SELECT * FROM author") }
  func books(of author: String) { send("SELECT * FROM book WHERE author_id = $1", author) }

  func booksOfEach() {
    authors()
    for author in 1...3 { books(of: "\(author)") }
  }

  /// By hooks, of which the driver does not tell all rows.
  @inline(never) func insert(changed: Int?) {
    connection.statements.willExecute("INSERT INTO book (id) VALUES ($1)", parameters: ["1"])
      .didExecute(rowsChanged: changed)
  }
}

/// What is not known where a log, a span or a driver tells.
extension Message {
  static let logged: [Message] = [
    Message(
      .noNPlusOne, passes: { _ in LoggedShop().authors() }, fails: { _ in LoggedShop().booksOfEach() },
      #"""
      Expected no N+1 queries, found 1: 3 of 4 queries load book.author_id one author at a time.
        3×  SELECT * FROM book WHERE author_id = ?    lazy, 3 distinct keys    #2, #3, #4
             at LoggedMessages.swift:… in LoggedShop.books(of:), through LoggedShop.send(_:_:)
             after #1 SELECT * FROM author, at LoggedMessages.swift:…
        fix: load them together: SELECT … FROM book WHERE author_id IN (…)
        1 other query: #1.
      """#),
    Message(
      .noNPlusOne, passes: { _ in LoggedShop(hasKeys: false).authors() },
      fails: { _ in LoggedShop(hasKeys: false).booksOfEach() },
      #"""
      .noNPlusOne cannot be checked: the foreign keys of this database are not known.
        3×  SELECT * FROM book WHERE author_id = ?    #2, #3, #4
             at LoggedMessages.swift:… in LoggedShop.books(of:), through LoggedShop.send(_:_:)
        fix: tell them once, by LoggedDatabase.defineOnce { … } with the definitions of its tables, or by define(…) with DDL; migrations that run in this process tell them by themselves
      """#),
    Message(
      .noFailures, passes: { try $0.authors() }, fails: { _ in LoggedShop().authors() },
      #"""
      .noFailures cannot be checked: of 1 statement only a log message tells, which does not say whether it failed.
        1×  SELECT * FROM author    #1
             at LoggedMessages.swift:… in LoggedShop.send(_:_:)
        fix: have the client's hooks or spans tell as well, or assert the error that the app throws
      """#),
    Message(
      .noDuplicateQueries, passes: { _ in LoggedShop().booksOfEach() },
      fails: { _ in
        let shop = LoggedShop()
        for _ in 0..<2 { shop.books(of: "16 bytes") }
      },
      #"""
      .noDuplicateQueries cannot be checked: the values of 2 runs of one statement are not known.
        2×  SELECT * FROM book WHERE author_id = ?    #1, #2
             at LoggedMessages.swift:… in LoggedShop.send(_:_:)
        fix: have the client tell its parameters, or count statements: .queries(…)
      """#),
    Message(
      .flush(inserted: ["book": 1]), passes: { _ in LoggedShop().insert(changed: 1) },
      fails: { _ in LoggedShop().insert(changed: nil) },
      #"""
      .flush(inserted: ["book": 1]) cannot be checked: the driver of orders (…) does not tell all rows that were changed: of some statement it tells no number, or it cannot know what a trigger, an upsert or the action of a foreign key changed.
        fix: count statements instead, e.g. .inserts(…, on: …), or have the driver tell rows, tables and transactions
      """#),
    Message(
      .commits(1), passes: { _ in LoggedShop().insert(changed: 1) },
      fails: { _ in LoggedShop().send("DELETE FROM book") },
      #"""
      .commits cannot be checked: 1 statement of shop (…) came from hooks, spans or log messages, which do not tell what a transaction keeps.
        fix: count statements instead, e.g. .writes(…) or .statements(.transaction, …)
      """#),
  ]
}
