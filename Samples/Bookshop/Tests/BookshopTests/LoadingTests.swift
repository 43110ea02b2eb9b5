import DatabaseTesting
import Testing

@testable import Bookshop

/// The five ways of loading, and how many queries each sends.
@Suite struct LoadingTests {
  private let library: Library

  init() throws {
    library = try withoutDatabaseRecording {
      let library = try Library.inMemory()
      try library.fill(with: .shelf)
      return library
    }
  }

  @Test func lazyIsOneQueryForEachParent() throws {
    let recording = try recordDatabase { try library.booksLazily(authors: 5) }
    #expect(recording.queries.count == 6)
    let finding = try #require(recording.findings.first)
    #expect(finding.kind == .nPlusOne)
    #expect(finding.relationship == "book.authorId")
    #expect(finding.count == 5)
    #expect(finding.message.contains("lazy, 5 distinct parameters"))
    #expect(finding.message.contains("fix: load them together, e.g. Author.including(all: Author.books)"))
    #expect(finding.callSite?.fileName == "Library+Loading.swift")
    #expect(finding.callSite?.function == "Library.booksLazily(authors:)")
  }

  @Test func lazyToOneIsOneQueryForEachChild() throws {
    let recording = try recordDatabase { try library.authorsLazily(books: 8) }
    #expect(recording.queries.count == 9)
    let finding = try #require(recording.findings.first)
    #expect(finding.kind == .nPlusOne)
    #expect(finding.relationship == "book.authorId")
    #expect(finding.message.contains("fix: load them together, e.g. Book.including(required: Book.author)"))
  }

  @Test func lazyThroughAPivotIsOneQueryForEachParent() throws {
    let recording = try recordDatabase { try library.tagsLazily(books: 4) }
    #expect(recording.queries.count == 5)
    #expect(recording.findings.first?.relationship == "bookTag.bookId")
    #expect(recording.findings.first?.count == 4)
  }

  @Test func immediateIsNestedInTheQueryForTheParents() throws {
    let recording = try recordDatabase { try library.booksImmediately(authors: 5) }
    #expect(recording.queries.count == 6)
    #expect(
      recording.selects.on("book").allSatisfy { $0.enclosingStatement == recording.selects.on("author").first?.number })
    let finding = try #require(recording.findings.first)
    #expect(finding.relationship == "book.authorId")
    #expect(finding.message.contains("immediate, 5 distinct parameters"))
  }

  @Test func selectInIsOneMoreQuery() throws {
    try expectDatabase(.queries(2), .noNPlusOne) { try library.booksBySelectIn(authors: 5) }
  }

  @Test func joinedIsOneQuery() throws {
    try expectDatabase(.queries(1), .noNPlusOne) { try library.booksByJoin(books: 9) }
  }

  @Test func subqueryIsOneQuery() throws {
    try expectDatabase(.queries(1), .noNPlusOne) { try library.booksBySubquery(country: "France") }
  }
}
