import DatabaseTesting
import XCTest

@testable import Bookshop

/// The same in XCTest: `expectDatabase` in any test case. With `BOOKSHOP_N_PLUS_ONE=1` the first test fails.
final class LibraryXCTests: XCTestCase {
  private func makeLibrary() throws -> Library {
    let library = try Library.inMemory()
    try library.fill(with: .shelf)
    return library
  }

  func testListsAuthorsWithTheirBooks() throws {
    let library = try makeLibrary()
    let authors = try expectDatabase(.noNPlusOne, .queries(...2)) { try library.authorsWithBooksNow() }
    XCTAssertEqual(authors.count, 11)
  }

  func testShowsABookPage() async throws {
    let library = try makeLibrary()
    let page = try await expectDatabase(.noNPlusOne, .queries(3)) { try await library.bookPage(id: 1) }
    XCTAssertEqual(page?.book.id, 1)
  }
}

/// The same in XCTest: expectations for a whole class. With `BOOKSHOP_N_PLUS_ONE=1` the first test fails.
final class LibraryTestCase: DatabaseTestCase {
  // Made before each test and used by that test only.
  nonisolated(unsafe) private var library: Library!

  override var databaseExpectations: [DatabaseExpectation] { [.noNPlusOne, .noFailures] }

  override func setUpWithError() throws {
    library = try Library.inMemory()
    try library.fill(with: .shelf)
  }

  func testListsAuthorsWithTheirBooks() async throws {
    _ = try await library.authorsWithBooks()
    XCTAssertLessThanOrEqual(recording.queries.count, 12)
  }

  func testRanksWithOneQuery() async throws {
    _ = try await library.topRated(2)
    XCTAssertEqual(recording.queries.count, 1)
  }
}
