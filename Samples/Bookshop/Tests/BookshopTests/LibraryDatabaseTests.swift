import DatabaseTesting
import XCTest

@testable import Bookshop

/// The same in XCTest: expectations that hold for a whole class. Its `setUp` takes part in none of them.
final class LibraryDatabaseTests: DatabaseTestCase {
  private var library: Library!

  override var databaseExpectations: [DatabaseExpectation] { [.noNPlusOne, .noDuplicateQueries, .noFailures] }

  override func setUpWithError() throws {
    library = try Library.withShelf()
  }

  func testListsAuthorsWithTheirBooks() async throws {
    let authors = try await library.authorsWithBooks()
    XCTAssertEqual(authors.count, 11)
  }

  func testListsAuthorsNow() throws {
    XCTAssertEqual(try library.authorsWithBooksNow().count, 11)
  }

  func testRanksWithOneQuery() async throws {
    let best = try await library.topRated(2)
    XCTAssertEqual(best.count, 2)
    XCTAssertEqual(recording.queries.count, 1)
    XCTAssertEqual(recording.unattributedCount, 0)
  }

  func testPublishesForAKnownAuthor() async throws {
    let author = try await withoutDatabaseRecording { try await library.search("").first?.author }
    let draft = Draft(title: "Another", year: 2026, author: try XCTUnwrap(author).name, country: "France")
    let book = try await library.publish(draft)
    XCTAssertEqual(book.authorId, author?.id)
    XCTAssertEqual(recording.inserts.on("author").count, 0)
    XCTAssertEqual(recording.inserts.on("book").count, 1)
  }
}
