/// What programs send: 80 to 2,000 bytes each.
enum Corpus {
  static let statements: [String] = [
    #"SELECT "book".*, "author".* FROM "book" JOIN "author" ON "author"."id" = "book"."authorId" WHERE "book"."id" = ?"#,
    "INSERT INTO book (title, authorId, price, publishedAt, isbn) VALUES ('The Dispossessed', 42, 12.50, '1974-05-01', ?)",
    "UPDATE account SET balance = balance - 100.25, updatedAt = '2026-01-01 10:00:00' WHERE id = 77 AND balance >= 100.25",
    "SELECT * FROM author WHERE id IN (" + (1...120).map(String.init).joined(separator: ", ") + ")",
    "INSERT INTO line (orderId, productId, amount) VALUES "
      + (1...60).map { "(\($0), \($0 * 7), \($0).5)" }.joined(separator: ", "),
    """
    SELECT o.id, o.createdAt, c.name, SUM(l.amount * p.price) AS total
    FROM "order" AS o
      INNER JOIN customer c ON c.id = o.customerId
      LEFT JOIN orderLine l ON l.orderId = o.id
      LEFT JOIN product p ON p.id = l.productId
    WHERE o.createdAt BETWEEN '2026-01-01' AND '2026-02-01' -- one month
      AND c.country IN ('DE', 'FR', 'IT') AND (o.state = 'open' OR o.state IS NULL)
    GROUP BY o.id, o.createdAt, c.name HAVING total > 1000
    ORDER BY total DESC LIMIT 50 OFFSET 100
    """,
    """
    WITH RECURSIVE tree(id, parentId, depth) AS (
      SELECT id, parentId, 0 FROM category WHERE parentId IS NULL
      UNION ALL SELECT c.id, c.parentId, t.depth + 1 FROM category c JOIN tree t ON t.id = c.parentId WHERE t.depth < 10
    ) SELECT id, depth FROM tree ORDER BY depth, id
    """,
    "DELETE FROM session WHERE expiresAt < 1764000000 AND userId NOT IN (SELECT id FROM user WHERE isAdmin = TRUE)",
    "SELECT " + columns
      + #" FROM "order" AS "t0" LEFT JOIN "customer" AS "t1" ON "t1"."id" = "t0"."customer_id" WHERE "t0"."id" = ?"#,
    "SELECT * FROM book WHERE id IN (" + (1...395).map(String.init).joined(separator: ", ") + ")",
    "INSERT INTO person (name, email, isActive, score) VALUES "
      + (1...35).map { "('Person number \($0)', 'person\($0)@example.com', 1, \($0).25)" }.joined(separator: ", "),
  ]

  /// As ORMs name the columns of what they join.
  private static let columns = ["created_at", "updated_at", "customer_id", "status", "total_price", "currency", "note"]
    .flatMap { name in (0..<7).map { #""t\#($0 % 2)"."\#(name)_\#($0)" AS "t\#($0 % 2)_\#(name)_\#($0)""# } }
    .joined(separator: ", ")

  static let bytes = statements.reduce(0) { $0 + $1.utf8.count }
}
