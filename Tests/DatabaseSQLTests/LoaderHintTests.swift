import DatabaseSQL
import Testing

@Suite struct LoaderHintTests {
  @Test(arguments: [
    ("SELECT * FROM book WHERE authorId = ?", "book.authorId ="),
    (#"SELECT * FROM "book" WHERE ("authorId" = 1)"#, "book.authorId ="),
    ("SELECT * FROM book WHERE 1 = authorId LIMIT 1", "book.authorId ="),
    ("SELECT * FROM book WHERE authorId == ?", "book.authorId ="),
    ("SELECT * FROM book WHERE authorId IS ?", "book.authorId ="),
    ("SELECT * FROM book b WHERE b.authorId = 'x'", "book.authorId ="),
    ("SELECT * FROM main.book WHERE main.book.authorId = ?", "book.authorId ="),
    ("SELECT * FROM book WHERE authorId = ? AND (language = ?)", "book.authorId = & book.language ="),
    ("SELECT * FROM book WHERE ((authorId = ?) AND (language = ?))", "book.authorId = & book.language ="),
    ("SELECT * FROM book WHERE (a, b) = (?, ?)", "book.a,b ="),
    (#"SELECT *, "authorId" AS "grdb_authorId" FROM "book" WHERE "authorId" IN (1, 2, 3)"#, "book.authorId in"),
    ("SELECT * FROM book WHERE authorId IN (?)", "book.authorId in"),
    ("SELECT * FROM book WHERE authorId IN (VALUES (1), (2))", "book.authorId in"),
    ("SELECT * FROM book WHERE (a, b) IN ((1, 2), (3, 4))", "book.a,b in"),
    ("SELECT * FROM book WHERE (a, b) IN (VALUES (1, 2), (3, 4))", "book.a,b in"),
    ("SELECT * FROM book WHERE authorId IN (SELECT value FROM json_each(?))", "book.authorId in"),
    ("SELECT * FROM book WHERE authorId = ANY ($1)", "book.authorId in"),
    ("SELECT * FROM book WHERE authorId IN (SELECT id FROM author WHERE name = 'x')", "book.authorId sub author.id"),
    ("SELECT * FROM book WHERE authorId = (SELECT id FROM author)", "book.authorId sub author.id"),
    ("SELECT * FROM book WHERE authorId IN (SELECT max(id) FROM author)", "book.authorId sub -."),
    (
      "SELECT * FROM book WHERE authorId IN (SELECT id FROM author) AND a = 1", "book.authorId sub author.id & book.a ="
    ),
    ("SELECT * FROM book JOIN author ON author.id = book.authorId WHERE author.id = ?", "author.id ="),
    ("SELECT * FROM book JOIN author ON author.id = book.authorId WHERE name = ?", "-.name ="),
    (
      #"SELECT "tag".*, "bookTag"."bookId" AS "grdb_bookId" FROM "tag" JOIN "bookTag" "#
        + #"ON ("bookTag"."tagId" = "tag"."id") AND ("bookTag"."bookId" IN (1, 2))"#,
      "bookTag.bookId in"
    ),
    ("SELECT * FROM book WHERE authorId = 1 OR authorId = 2", "book.authorId in"),
    (#"SELECT * FROM "line" WHERE ("a" = 1 AND "b" = 2) OR ("a" = 3 AND "b" = 4)"#, "line.a,b in"),
    ("SELECT * FROM line WHERE a = 1 AND b = 2 OR b = 4 AND a = 3 OR ((a = ?) AND (b = ?))", "line.a,b in"),
    ("SELECT * FROM line WHERE ((a, b) = (1, 2) OR (a = 3 AND 4 = b)) AND c = 5", "line.a,b in & line.c ="),
    (
      #"WITH grdb_base AS (SELECT a, b FROM "order") SELECT * FROM line WHERE ("line"."a", "line"."b") IN "grdb_base""#,
      "line.a,b sub order.a,b"
    ),
    ("WITH x(i) AS (SELECT max(id) FROM author) SELECT * FROM book WHERE authorId IN x", "book.authorId sub -."),
    ("WITH x AS (VALUES (1)) SELECT * FROM book WHERE authorId IN x", "book.authorId sub -."),
    ("SELECT * FROM book WHERE authorId IN wanted", "book.authorId sub wanted."),
    ("SELECT * FROM book WHERE authorId IN temp.wanted", "book.authorId sub wanted."),
    ("SELECT * FROM book WHERE authorId = $1::uuid", "book.authorId ="),
    ("WITH x AS (SELECT 1) SELECT * FROM x WHERE a = ?", "-.a ="),
    ("SELECT * FROM (SELECT * FROM book) WHERE a = ?", "-.a ="),
  ])
  func keyPredicates(_ sql: String, _ predicates: String) {
    let hint = StatementShape(sql).loaderHint
    #expect(hint.keyPredicates.map(describe).joined(separator: " & ") == predicates)
    #expect(!hint.hasOtherConditions)
  }

  @Test(arguments: [
    "SELECT * FROM book WHERE authorId = 1 OR id = 2", "SELECT * FROM book WHERE authorId > 1",
    "SELECT * FROM line WHERE (a = 1 AND b = 2) OR (a = 3)", "SELECT * FROM line WHERE a = 1 OR a = 2 AND b = 3",
    "SELECT * FROM line WHERE (a = 1 AND a = 2) OR (a = 3 AND a = 4)", "SELECT * FROM line WHERE a = 1 OR a IS NULL",
    "SELECT * FROM line WHERE (a = 1 AND b > 2) OR (a = 3 AND b > 4)", "SELECT * FROM line WHERE a = 1 OR NOT a = 2",
    "SELECT * FROM line, book WHERE line.a = 1 OR book.a = 2", "SELECT * FROM line WHERE a = 1 OR",
    "SELECT * FROM book WHERE authorId BETWEEN 1 AND 2", "SELECT * FROM book WHERE authorId NOT IN (1, 2)",
    "SELECT * FROM book WHERE NOT authorId = 1", "SELECT * FROM book WHERE NOT (authorId = 1)",
    "SELECT * FROM book WHERE authorId <> 1", "SELECT * FROM book WHERE authorId IS NOT 1",
    "SELECT * FROM book WHERE title LIKE 'x'", "SELECT * FROM book WHERE lower(title) = 'x'",
    "SELECT * FROM book WHERE authorId = 1 + 2", "SELECT * FROM book WHERE authorId + 1 = 2",
    "SELECT * FROM book WHERE authorId = lower('x')", "SELECT * FROM book WHERE +authorId = 1",
    "SELECT * FROM book WHERE 1 = 1", "SELECT * FROM book WHERE TRUE",
    "SELECT * FROM book WHERE EXISTS (SELECT 1 FROM author WHERE id = 1)",
    "SELECT * FROM book WHERE CASE WHEN authorId = 1 THEN 1 ELSE 0 END",
    "SELECT * FROM book WHERE (a, b) = (1, c)", "SELECT * FROM book WHERE authorId = 1 COLLATE NOCASE",
    "SELECT * FROM book WHERE (authorId = 1) = 0", "SELECT * FROM book WHERE (authorId = 1) IS NOT 1",
    "SELECT * FROM book WHERE authorId IN (1) IS NULL",
    "SELECT a FROM book GROUP BY a HAVING authorId = 1", "SELECT * FROM book WHERE a = 1 UNION SELECT * FROM book",
    "SELECT * FROM book WHERE (a IN (1) OR b = 1)", "SELECT * FROM book WHERE a = b = 1",
    "SELECT * FROM book WHERE authorId IN ids + 1", "SELECT * FROM book WHERE",
    "SELECT * FROM book WHERE (authorId = 1",
  ])
  func conditionsThatAreNoKeyPredicates(_ sql: String) {
    let hint = StatementShape(sql).loaderHint
    #expect(hint.keyPredicates == [])
    #expect(hint.joins == [])
    #expect(hint.looksLikeKeyLookup == false)
    #expect(hint.hasOtherConditions || sql.hasSuffix("WHERE"))
  }

  @Test(arguments: [
    "SELECT * FROM book WHERE deletedAt IS NULL", "SELECT * FROM book WHERE deletedAt IS NOT NULL",
    "SELECT * FROM book WHERE authorId = editorId", "SELECT * FROM book WHERE active",
    "SELECT * FROM book WHERE NOT archived",
    "SELECT * FROM book WHERE authorId IN (a, b)", "SELECT * FROM book WHERE a AND",
    "SELECT * FROM book WHERE (a > b OR a IS b)",
    "SELECT * FROM book WHERE EXISTS (SELECT id FROM review WHERE review.bookId = book.id)",
    "SELECT * FROM book WHERE publishedAt < CURRENT_TIMESTAMP",
  ])
  func conditionsWithoutAValueAreTheSameEachTime(_ sql: String) {
    #expect(!StatementShape(sql).loaderHint.hasOtherConditions)
    #expect(!StatementShape(sql + " AND authorId = ?").loaderHint.hasOtherConditions)
  }

  @Test(arguments: [
    ("SELECT EXISTS (SELECT 1 FROM book WHERE authorId = ?)", "book.authorId ="),
    ("SELECT NOT EXISTS (SELECT * FROM book WHERE authorId = 1) AS none", "book.authorId ="),
    ("SELECT CASE WHEN EXISTS (SELECT 1 FROM book WHERE authorId = ?) THEN 1 ELSE 0 END", "book.authorId ="),
    ("SELECT (SELECT count(*) FROM book WHERE authorId = ?)", "book.authorId ="),
    ("SELECT coalesce((SELECT name FROM author WHERE id = ?), 'nobody')", "author.id ="),
    ("SELECT count(*) FROM (SELECT * FROM book WHERE authorId = ? LIMIT 1)", "book.authorId ="),
    ("WITH b AS (SELECT * FROM book WHERE authorId = ?) SELECT * FROM b", "book.authorId ="),
    (
      "WITH b AS (SELECT * FROM book WHERE authorId = ?) SELECT * FROM b JOIN review r ON r.bookId = b.id",
      "book.authorId ="
    ),
    ("WITH a AS (SELECT * FROM book WHERE id IN (1, 2)), b AS (SELECT * FROM a) SELECT * FROM b", "book.id in"),
    (
      "SELECT * FROM book WHERE authorId = ? UNION SELECT * FROM draft WHERE authorId = ?",
      "book.authorId = & draft.authorId ="
    ),
    ("SELECT * FROM book WHERE authorId = ? UNION ALL SELECT * FROM draft", ""),
    ("WITH RECURSIVE t (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM t WHERE id < 9) SELECT * FROM t", ""),
    ("SELECT (SELECT name FROM author WHERE id = 1) FROM book", ""),
  ])
  func keysOfInnerQueries(_ sql: String, _ predicates: String) {
    let hint = StatementShape(sql).loaderHint
    #expect(hint.keyPredicates.map(describe).joined(separator: " & ") == predicates)
    // Whatever is done with the rows, it is no plain lookup any more.
    #expect(hint.hasOtherConditions == !predicates.isEmpty || hint.isCompound)
  }

  @Test func whatIsAskedForWithoutTablesIsAnAnswerAndNoRow() {
    #expect(StatementShape("SELECT EXISTS (SELECT 1 FROM book WHERE authorId = ?)").loaderHint.isAggregate)
    #expect(!StatementShape("WITH b AS (SELECT * FROM book WHERE id = ?) SELECT * FROM b").loaderHint.isAggregate)
  }

  @Test(arguments: [
    "SELECT * FROM book", "SELECT authorId = 1 FROM book", "INSERT INTO book(authorId) VALUES (1)",
    "UPDATE book SET title = 'x' WHERE authorId = 1", "DELETE FROM book WHERE authorId = 1", "", "SELECT 1",
    "SELECT * FROM sqlite_master WHERE name = 'book'", "EXPLAIN SELECT * FROM book WHERE authorId = 1",
    "SELECT * FROM book ORDER BY authorId = 1",
    "SELECT (SELECT name FROM author WHERE id = 1) FROM book",
  ])
  func statementsWithoutKeyPredicates(_ sql: String) {
    let hint = StatementShape(sql).loaderHint
    #expect(hint.keyPredicates == [])
    #expect(!hint.hasOtherConditions)
  }

  @Test(arguments: [
    (
      #"SELECT "book".* FROM "book" JOIN "author" ON "author"."id" = "book"."authorId" WHERE "author"."id" = 1"#,
      "book.authorId = author.id"
    ),
    ("SELECT * FROM book b LEFT JOIN author AS a ON (b.authorId = a.id)", "book.authorId = author.id"),
    ("SELECT * FROM book, author WHERE book.authorId = author.id AND book.id = 1", "book.authorId = author.id"),
    ("SELECT * FROM a JOIN b USING (x, y)", "a.x,y = b.x,y"),
    ("SELECT * FROM a JOIN b ON a.x = b.x AND b.y = a.z", "a.x,z = b.x,y"),
    ("SELECT * FROM a JOIN b ON (a.x, a.z) = (b.x, b.y)", "a.x,z = b.x,y"),
    ("SELECT * FROM category c JOIN category p ON p.id = c.parentId", "category.parentId = category.id"),
    ("SELECT * FROM a JOIN b ON a.x = b.x JOIN c ON b.y = c.y", "a.x = b.x & b.y = c.y"),
    ("SELECT * FROM (a JOIN b ON a.x = b.x) LEFT JOIN c ON c.y = a.y", "a.x = b.x & a.y = c.y"),
    ("SELECT * FROM a JOIN (SELECT * FROM b) s ON s.x = a.x", ""), ("SELECT * FROM a JOIN b ON a.x > b.x", ""),
    ("SELECT * FROM a JOIN b ON x = y", ""), ("SELECT * FROM a JOIN b ON a.x = b.x OR a.y = b.y", ""),
  ])
  func joins(_ sql: String, _ joins: String) {
    let found = StatementShape(sql).loaderHint.joins.map { join in
      "\(join.leftTable).\(join.leftColumns.joined(separator: ",")) = "
        + "\(join.rightTable).\(join.rightColumns.joined(separator: ","))"
    }
    #expect(found.joined(separator: " & ") == joins)
  }

  @Test(arguments: [
    ("SELECT * FROM book", "main=book"), ("SELECT * FROM book ORDER BY a LIMIT 1", "main=book limit order"),
    ("SELECT COUNT(*) FROM book WHERE a = 1", "main=book aggregate"),
    ("SELECT count(*) AS n, max(a) FROM book", "main=book aggregate"), ("SELECT max(a, b) FROM book", "main=book"),
    ("SELECT a, count(*) FROM book GROUP BY a", "main=book group"), ("SELECT count(*) OVER () FROM book", "main=book"),
    ("SELECT count(*) + 1 FROM book", "main=book"), ("SELECT DISTINCT a FROM (SELECT 1) x, b", "distinct"),
    ("SELECT 1", ""), ("SELECT * FROM a UNION SELECT * FROM b", "compound"),
  ])
  func clauses(_ sql: String, _ expected: String) {
    let hint = StatementShape(sql).loaderHint
    let found = [
      hint.mainTable.map { "main=\($0)" }, hint.hasLimit ? "limit" : nil, hint.hasOrderBy ? "order" : nil,
      hint.hasGroupBy ? "group" : nil, hint.isAggregate ? "aggregate" : nil, hint.hasDistinct ? "distinct" : nil,
      hint.isCompound ? "compound" : nil,
    ]
    #expect(found.compactMap { $0 }.joined(separator: " ") == expected)
  }

  @Test func onlyComparisonsWithValuesLookLikeKeyLookups() {
    #expect(StatementShape("SELECT * FROM book WHERE id = ?").loaderHint.looksLikeKeyLookup)
    #expect(StatementShape("SELECT * FROM book WHERE id IN (1)").loaderHint.looksLikeKeyLookup)
    #expect(!StatementShape("SELECT * FROM book WHERE id IN (SELECT a FROM b)").loaderHint.looksLikeKeyLookup)
  }

  private func describe(_ predicate: LoaderHint.KeyPredicate) -> String {
    let left = "\(predicate.table ?? "-").\(predicate.columns.joined(separator: ","))"
    return switch predicate.form {
    case .equality: left + " ="
    case .inList: left + " in"
    case .inSubquery(let table, let columns): left + " sub \(table ?? "-").\(columns.joined(separator: ","))"
    }
  }
}
