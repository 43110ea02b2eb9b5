import DatabaseTesting
import Testing

@testable import Bookshop

// With `BOOKSHOP_N_PLUS_ONE=1` the tests that list authors fail.

@Suite(.database(.noNPlusOne, .noDuplicateQueries, .noFailures))
struct LibraryTests {
  private let library: Library

  init() throws {
    library = try Library.withShelf()
  }

  @Test(.database(.queries(...2)))
  func listsAuthorsWithTheirBooks() async throws {
    let authors = try await library.authorsWithBooks()
    #expect(authors.count == 11)
    #expect(authors.allSatisfy { $0.books.count == 3 })
  }

  @Test func listsAuthorsNow() throws {
    #expect(try library.authorsWithBooksNow().count == 11)
  }

  @Test(.database(.queries(3), .selects(1, on: "tag"), .selects(1, on: "review")))
  func showsABookPage() async throws {
    let page = try #require(try await library.bookPage(id: 1))
    #expect(page.book.authorId == page.author.id)
    #expect((1...3).contains(page.tags.count))
    #expect(page.reviews.map(\.bookId) == [1])
  }

  @Test(.database(.queries(1)))
  func findsABook() async throws {
    #expect(try await library.book(id: 7)?.id == 7)
  }

  @Test(.database(.selects(1), .noNPlusOne.allowingNoQueries), arguments: [[1, 2, 3], [4, 711]] as [Set<Int64>])
  func readsAList(ids: Set<Int64>) throws {
    #expect(try library.books(ids: ids).allSatisfy { ids.contains($0.id ?? 0) })
  }

  @Test(.database(.queries(0), .noNPlusOne.allowingNoQueries))
  func asksNothingForAnEmptyList() throws {
    #expect(try library.books(ids: []).isEmpty)
  }

  @Test(.database(.queries(1)))
  func searchesWithOneQuery() async throws {
    let found = try await library.search("Silent")
    #expect(!found.isEmpty)
    #expect(found.allSatisfy { $0.book.title.hasPrefix("Silent") && $0.book.authorId == $0.author.id })
  }

  @Test(.database(.queries(1)))
  func ranksWithOneQuery() async throws {
    #expect(try await library.topRated(3).count == 3)
  }

  @Test func publishesInOneTransaction() async throws {
    let draft = Draft(title: "New", year: 2025, author: "Nobody", country: "France", tags: ["River 1", "Unheard of"])
    let recording = try await recordDatabase { try await library.publish(draft) }
    #expect(recording.inserts.on("author").count == 1)
    #expect(recording.inserts.on("book").count == 1)
    #expect(recording.inserts.on("tag").count == 1)
    #expect(recording.inserts.on("bookTag").count == 2)
    #expect(recording.statements(of: .transaction).count == 2)
    recording.expect(.selects(2), .writes(5), .noFailures)
  }

  @Test(.database(.writes(1, on: "review"), .queries(1)))
  func addsAReview() async throws {
    try await library.addReview(of: 1, stars: 5, text: "a gift")
  }
}
