internal import DatabaseInstrumentation

/// 100 bytes, as an ORM writes them.
private let hundredBytes =
  #"SELECT "id", "title", "authorId", "price" FROM "book" WHERE "authorId" = 4711 AND "price" < 99 LIMIT 10"#

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
  ]

  static let bytes = statements.reduce(0) { $0 + $1.utf8.count }
}

/// Of each kind of token one text that is nothing but it: what might be read again and again.
private let tokens: [(name: String, text: String)] = [
  ("words", "word "), ("keywords", "SELECT "), ("numbers", "12.5e3 "), ("strings", "'it''s' "), ("signs", "+ - "),
  ("parentheses", "("), ("lists", "IN (1, 2) "), ("unfinished comments", "/* "), ("line comments", "-- x\n"),
  ("quoted names", "\"a\"\"b\" "), ("parameters", ":name "), ("question marks", "?"), ("dots", "."),
  ("blobs", "x'ab' "),
  ("tuples", "VALUES (1), (2) "), ("semicolons", "; a "), ("unfinished quotes", "\""), ("commas", "1, "),
]

func shapeProbes() -> [Probe] {
  var probes = [
    Probe("shape lookup, 100 bytes", operations: 10_000) { measure in
      let table = ShapeTable.shared
      lookUp(20, in: table)
      measure { lookUp(10_000, in: table) }
    },
    Probe("shapes of a corpus, per byte", operations: Corpus.bytes * 40) { measure in
      makeShapes(2)
      measure { makeShapes(40) }
    },
    Probe("meaning of a corpus, per byte", operations: Corpus.bytes * 4) { measure in
      measure { for sql in Corpus.statements { for _ in 0..<4 { use(StatementShape(sql).tables) } } }
    },
  ]
  for token in tokens {
    for size in [10_000, 200_000] {
      let text = String(repeating: token.text, count: size / token.text.utf8.count)
      probes.append(
        Probe("\(token.name), \(size / 1000) KB, per byte", operations: text.utf8.count) { measure in
          measure { use(StatementShape(text)) }
        })
    }
  }
  return probes
}

@inline(never)
private func lookUp(_ count: Int, in table: ShapeTable) {
  var text = hundredBytes
  text.withUTF8 { bytes in
    for _ in 0..<count { _ = table.number(of: bytes, hash: 0x1234_5678, dialect: .sqlite) }
  }
}

@inline(never)
private func makeShapes(_ rounds: Int) {
  for _ in 0..<rounds {
    for sql in Corpus.statements { _ = StatementShape(sql).fingerprint }
  }
}
