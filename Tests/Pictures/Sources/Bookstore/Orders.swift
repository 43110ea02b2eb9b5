/// What customers buy.
package struct Orders: Sendable {
  let database: Database

  package init(_ database: Database) { self.database = database }

  /// All or nothing.
  package func place(_ books: [Int], for customer: Int) throws {
    try database.transaction {
      try database.rows("INSERT INTO purchase (customerId) VALUES (?)", customer)
      for book in books {
        try database.rows("INSERT INTO line (purchaseId, bookId) VALUES (last_insert_rowid(), ?)", book)
        try database.rows("UPDATE book SET stock = stock - 1 WHERE id = ?", book)
        guard try database.rows("SELECT stock FROM book WHERE id = ?", book).first ?? 0 >= 0 else {
          throw BookstoreError.outOfStock
        }
      }
    }
  }

  /// Without a transaction: half an order may stay behind.
  package func placeCarelessly(_ books: [Int], for customer: Int) throws {
    try database.rows("INSERT INTO purchase (customerId) VALUES (?)", customer)
    for book in books { try database.rows("INSERT INTO line (purchaseId, bookId) VALUES (1, ?)", book) }
  }

  /// Forgets the end.
  package func reserve(_ book: Int) throws {
    try database.run("BEGIN")
    try database.rows("UPDATE book SET stock = stock - 1 WHERE id = ?", book)
  }

  /// What each customer bought this month, the slow way.
  package func turnover(in month: Int) throws -> [Int] {
    try database.rows(
      """
      SELECT customer.id FROM customer
      WHERE (SELECT count(*) FROM sale WHERE sale.customerName = customer.name AND sale.month = ?) > 0
      """, month)
  }
}
