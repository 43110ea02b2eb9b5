import DatabaseTesting
import TestSupport

func withoutRecording<R>(_ body: () throws -> R) rethrows -> R { try withoutDatabaseRecording(body) }

extension Programs {
  /// Related rows that are loaded together.
  static let innocentLoads: [Program] = [
    .innocent("selectIn") { store in
      _ = try store.db.rows("SELECT id FROM book WHERE authorId IN (\(store.list(try store.authors())))")
    },
    .innocent("selectIn for children and grandchildren") { store in
      let books = try store.db.rows("SELECT id FROM book WHERE authorId IN (\(store.list(try store.authors())))")
      _ = try store.db.rows("SELECT id FROM review WHERE bookId IN (\(store.list(books)))")
    },
    .innocent("selectIn in chunks") { store in
      let authors = try store.authors()
      for start in stride(from: 0, to: authors.count, by: 3) {
        _ = try store.db.rows("SELECT id FROM book WHERE authorId IN (\(store.list(authors[start..<start + 3])))")
      }
    },
    .innocent("selectIn with a short last chunk") { store in
      let authors = try store.authors()
      for chunk in [authors[0..<4], authors[4..<6]] {
        _ = try store.db.rows("SELECT id FROM book WHERE authorId IN (\(store.list(chunk)))")
      }
    },
    .innocent("parents found with selectIn") { store in
      let authors = try store.db.rows("SELECT authorId FROM book")
      _ = try store.db.rows("SELECT id FROM author WHERE id IN (\(store.list(authors)))")
    },
    .innocent("two eager loads of one list") { store in
      let authors = try store.authors()
      _ = try store.db.rows("SELECT id FROM book WHERE authorId IN (\(store.list(authors)))")
      _ = try store.db.rows("SELECT id FROM profile WHERE authorId IN (\(store.list(authors)))")
    },
    .innocent("two eager loads along two foreign keys") { store in
      let books = try store.books()
      let authors = try store.db.rows("SELECT authorId FROM book")
      _ = try store.db.rows("SELECT bookId FROM review WHERE bookId IN (\(store.list(books)))")
      _ = try store.db.rows("SELECT id FROM book WHERE authorId IN (\(store.list(authors)))")
    },
    .innocent("join") { store in
      _ = try store.db.rows("SELECT book.id FROM author JOIN book ON book.authorId = author.id")
    },
    .innocent("left join with grandchildren") { store in
      _ = try store.db.rows(
        """
        SELECT author.id FROM author LEFT JOIN book ON book.authorId = author.id
        LEFT JOIN review ON review.bookId = book.id
        """)
    },
    .innocent("subquery") { store in
      _ = try store.authors()
      _ = try store.db.rows("SELECT id FROM book WHERE authorId IN (SELECT id FROM author)")
    },
    .innocent("many to many with selectIn") { store in
      let books = try store.books()
      _ = try store.db.rows(
        "SELECT tag.id FROM tag JOIN book_tag ON book_tag.tagId = tag.id WHERE book_tag.bookId IN (\(store.list(books)))"
      )
    },
    .innocent("a window function instead of a loop") { store in
      _ = try store.db.rows("SELECT id, row_number() OVER (PARTITION BY authorId ORDER BY id) FROM book")
    },
    .innocent("counts with GROUP BY") { store in
      _ = try store.authors()
      _ = try store.db.rows("SELECT authorId, count(*) FROM book GROUP BY authorId")
    },
    .innocent("a tree with a recursive query") { store in
      _ = try store.db.rows(
        """
        WITH RECURSIVE tree (id) AS (
          SELECT 1 UNION ALL SELECT category.id FROM category JOIN tree ON category.parentId = tree.id)
        SELECT id FROM tree
        """)
    },
    .innocent("a tree level by level") { store in
      var level = [1]
      while !level.isEmpty {
        level = try store.db.rows("SELECT id FROM category WHERE parentId IN (\(store.list(level)))")
      }
    },
    .innocent("a polymorphic relation, one query for each type") { store in
      _ = try store.db.rows("SELECT subjectId FROM comment")
      _ = try store.db.rows("SELECT id FROM book WHERE id IN (1, 2, 3)")
      _ = try store.db.rows("SELECT id FROM author WHERE id IN (1, 2, 3)")
    },
    .innocent("a polymorphic relation without any subject") { store in
      _ = try store.db.rows("SELECT subjectId FROM comment WHERE subjectType = 'nothing'")
    },
    .innocent("a polymorphic relation of one record") { store in
      _ = try store.author(1)
      _ = try store.db.rows("SELECT id FROM comment WHERE subjectType = 'author' AND subjectId = ?", 1)
    },
    .innocent("a composite key loaded together") { store in
      _ = try store.db.rows("SELECT orderId FROM purchase")
      _ = try store.db.rows("SELECT position FROM line WHERE (orderId, shop) IN (VALUES (1, 1), (2, 1), (3, 1))")
    },
    .innocent("an identity map that asks for each parent once", isLazy: true) { store in
      var known: Set<Int> = []
      for author in try store.db.rows("SELECT authorId FROM book WHERE authorId = 1")
      where known.insert(author).inserted {
        _ = try store.author(author)
      }
    },
    .innocent("a cache that is filled once") { store in
      var cache: [Int]?
      for _ in 1...5 { cache = try cache ?? store.db.rows("SELECT value FROM setting") }
    },
    .innocent("a cache warmed up key by key") { store in
      for key in 1...4 { _ = try store.setting(key) }
    },
    .innocent("keys from a table of values") { store in
      _ = try store.authors()
      _ = try store.db.rows("SELECT id FROM book WHERE authorId IN (SELECT value FROM json_each('[1, 2, 3]'))")
    },
  ]
}
