import DatabaseTesting
import XCTest

@testable import Bookshop

/// The same in XCTest: `expectDatabase` in any test case.
final class LibraryXCTests: XCTestCase {
  func testListsAuthorsWithTheirBooks() throws {
    let library = try Library.withShelf()
    let authors = try expectDatabase(.noNPlusOne, .queries(...2)) { try library.authorsWithBooksNow() }
    XCTAssertEqual(authors.count, 11)
  }

  func testShowsABookPage() async throws {
    let library = try Library.withShelf()
    let page = try await expectDatabase(.noNPlusOne, .queries(3)) { try await library.bookPage(id: 1) }
    XCTAssertEqual(page?.book.id, 1)
  }

  func testFindsTheLineOfALazyLoad() throws {
    let library = try Library.withShelf()
    let recording = try recordDatabase { try library.booksLazily(authors: 5) }
    XCTAssertEqual(recording.selects.matching(#"SELECT * FROM "book" WHERE "authorId" = ?"#).count, 5)
    XCTAssertEqual(recording.check(.noNPlusOne).map(\.relationship), ["book.authorId"])
    XCTAssertEqual(recording.findings.first?.callSite?.fileName, "Library+Loading.swift")
  }
}
