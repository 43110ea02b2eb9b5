import DatabaseTesting
import Testing

@testable import Bookshop

/// The five ways of loading, and how many queries each of them sends.
@Suite struct LoadingTests {
  private let library: Library

  init() throws {
    library = try Library.withShelf()
  }

  @Test(.database(.queries(6), .selects(1, on: "author"), .selects(5, on: "book")))
  func lazyIsOneQueryForEachParent() throws {
    let recording = try recordDatabase { try library.booksLazily(authors: 5) }
    #expect(recording.findings.count == 1)
    let finding = try #require(recording.findings.first)
    #expect(finding.kind == .nPlusOne)
    #expect(finding.relationship == "book.authorId")
    #expect(finding.count == 5)
    #expect(finding.message.contains("lazy, 5 distinct keys"))
    #expect(finding.message.contains("fix: load them together: Author.including(all: Author.books)"))
    #expect(finding.callSite?.fileName == "Library+Loading.swift")
    #expect(finding.callSite?.function == "Library.booksLazily(authors:)")
  }

  @Test(.database(.queries(9)))
  func lazyToOneIsOneQueryForEachChild() throws {
    let recording = try recordDatabase { try library.authorsLazily(books: 8) }
    let finding = try #require(recording.findings.first)
    #expect(finding.kind == .nPlusOne)
    #expect(finding.relationship == "book.authorId")
    #expect(finding.message.contains("fix: load them together: Book.including(required: Book.author)"))
  }

  @Test(.database(.queries(5)))
  func lazyThroughAPivotIsOneQueryForEachParent() throws {
    let recording = try recordDatabase { try library.tagsLazily(books: 4) }
    #expect(recording.selects.on("bookTag").count == 4)
    #expect(recording.findings.map(\.kind) == [.nPlusOne])
    #expect(recording.findings.first?.relationship == "bookTag.bookId")
    #expect(recording.findings.first?.count == 4)
  }

  @Test(.database(.queries(6)))
  func immediateIsNestedInTheQueryForTheParents() throws {
    let recording = try recordDatabase { try library.booksImmediately(authors: 5) }
    let authors = try #require(recording.selects.on("author").first)
    #expect(recording.selects.on("book").allSatisfy { $0.enclosingStatement == authors.number })
    let finding = try #require(recording.findings.first)
    #expect(finding.kind == .nPlusOne)
    #expect(finding.relationship == "book.authorId")
    #expect(finding.message.contains("immediate, 5 distinct keys"))
  }

  @Test(.database(.queries(2), .noNPlusOne, .noDuplicateQueries), arguments: [1, 5, 11])
  func selectInIsTwoQueriesForAnyNumberOfParents(authors: Int) throws {
    #expect(try library.booksBySelectIn(authors: authors).count == authors)
  }

  @Test(.database(.queries(2), .noNPlusOne))
  func selectInThroughAPivotIsTwoQueries() throws {
    #expect(try library.tagsBySelectIn(books: 9).allSatisfy { !$0.tags.isEmpty })
  }

  @Test func joinedIsOneQuery() throws {
    let books = try expectDatabase(.queries(1), .noNPlusOne) { try library.authorsByJoin(books: 9) }
    #expect(books.allSatisfy { $0.book.authorId == $0.author.id })
  }

  @Test func joinedThroughAPivotIsOneQuery() throws {
    let books = try expectDatabase(.queries(1), .noNPlusOne) { try library.booksByJoin(tag: "River 1") }
    #expect(!books.isEmpty)
  }

  @Test func subqueryIsOneQuery() throws {
    let books = try expectDatabase(.queries(1, on: "author"), .queries(1), .noNPlusOne) {
      try library.booksBySubquery(country: "France")
    }
    #expect(books.count.isMultiple(of: 3))
  }

  @Test func anNPlusOneOnPurposeIsAKnownIssue() throws {
    withKnownIssue("the lazy way is here to be shown") {
      _ = try expectDatabase(.noNPlusOne) { try library.booksLazily(authors: 5) }
    }
  }

  @Test func anNPlusOneOnPurposeIsLeftOut() throws {
    let booksOfAuthor = #"SELECT * FROM "book" WHERE "authorId" = ?"#
    try expectDatabase(.noNPlusOne.ignoring(booksOfAuthor, because: "the lazy way is here to be shown"), .queries(6)) {
      try library.booksLazily(authors: 5)
    }
  }
}
