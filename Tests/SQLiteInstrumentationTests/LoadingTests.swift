import DatabaseTesting
import TestSupport
import Testing

/// The five ways of loading, in plain SQL over the C interface.
@Suite struct LoadingTests {
  private let shop: Shop

  init() throws {
    shop = try Shop(authors: 3)
  }

  @Test func lazy() throws {
    let recording = try recordDatabase { try shop.authorsWithBooksOneByOne() }
    recording.expect(.loads(.lazy, of: "book.authorId", 3), .queries(4))
    #expect(recording.selects.map { $0.load?.strategy } == [nil, .lazy, .lazy, .lazy])
    #expect(recording.loads.map(\.parentCount) == [1, 1, 1])
  }

  @Test func lazyToOne() throws {
    let recording = try recordDatabase {
      for author in try shop.database.rows("SELECT authorId FROM book") {
        try shop.database.rows("SELECT name FROM author WHERE id = ?", author)
      }
    }
    recording.expect(.loads(.lazy, of: "book.authorId", 6))
  }

  @Test func immediate() throws {
    let recording = try recordDatabase {
      try shop.database.forEachRow("SELECT id FROM author") { _ = try shop.books(of: $0) }
    }
    recording.expect(.loads(.immediate, of: "book.authorId", 3))
    #expect(recording.findings.map(\.kind) == [.nPlusOne])
  }

  @Test func selectIn() throws {
    let recording = try recordDatabase { try shop.authorsWithBooks() }
    recording.expect(.loads(.selectIn, of: "book.authorId", 1), .noNPlusOne, .noLazyLoads)
  }

  @Test func selectInChunks() throws {
    let recording = try recordDatabase {
      for chunk in ["1, 2", "3, 4", "5"] {
        try shop.database.rows("SELECT id FROM book WHERE authorId IN (\(chunk))")
      }
    }
    recording.expect(.loads(.selectIn, of: "book.authorId", 1), .noNPlusOne)
    #expect(recording.loads.first?.statementNumbers == [1, 2, 3])
  }

  @Test func joined() throws {
    let recording = try recordDatabase {
      try shop.database.rows("SELECT a.id, b.title FROM author a LEFT JOIN book b ON b.authorId = a.id")
    }
    recording.expect(.loads(.joined, of: "book.authorId", 1), .queries(1))
  }

  @Test func subquery() throws {
    let recording = try recordDatabase {
      try shop.database.rows(
        "SELECT * FROM book WHERE authorId IN (SELECT id FROM author WHERE name LIKE ?)", 1)
    }
    recording.expect(.loads(.subquery, of: "book.authorId", 1))
  }
}
