import DatabaseTesting
import Foundation
import Testing

@testable import Bookshop

/// What the pages of the shop ask of the database. With `BOOKSHOP_N_PLUS_ONE=1` the first two tests fail.
@Suite(.database(.noNPlusOne, .noDuplicateQueries, .noFailures))
struct LibraryTests {
  private let library: Library

  init() throws {
    library = try withoutDatabaseRecording {
      let library = try Library.inMemory()
      try library.fill(with: .shelf)
      return library
    }
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

  @Test(.database(.queries(3), .selects(1, on: "review")))
  func showsABookPage() async throws {
    let page = try await library.bookPage(id: 1)
    #expect(page?.reviews.count == 1)
  }

  @Test(.database(.queries(1)))
  func findsABook() async throws {
    #expect(try await library.book(id: 7)?.id == 7)
    let missing = try await withoutDatabaseRecording { try await library.book(id: 4_711) }
    #expect(missing == nil)
  }

  @Test(.database(.queries(1)))
  func searchesWithOneQuery() async throws {
    #expect(try await library.search("Silent").allSatisfy { $0.book.title.hasPrefix("Silent") })
  }

  @Test(.database(.queries(1)))
  func ranksWithOneQuery() async throws {
    #expect(try await library.topRated(3).count == 3)
  }

  @Test func publishesInOneTransaction() async throws {
    let draft = Draft(title: "New", year: 2025, author: "Nobody", country: "France", tags: ["first", "second"])
    let recording = try await recordDatabase { _ = try await library.publish(draft) }
    #expect(recording.inserts.on("book").count == 1)
    #expect(recording.inserts.on("bookTag").count == 2)
    #expect(recording.statements(of: .transaction).count == 2)
    recording.expect(.inserts(6), .selects(3), .noFailures)
  }

  @Test(.database(.writes(1, on: "review"), .queries(1)))
  func addsAReview() async throws {
    try await library.addReview(of: 1, stars: 5, text: "a gift")
  }
}

/// The same library in a file, with several readers at once.
@Suite(.database(.noNPlusOne))
struct LibraryOnDiskTests {
  @Test func eachReaderSeesItsOwn() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let library = try withoutDatabaseRecording {
      let library = try Library.onDisk(at: folder.appendingPathComponent("library.sqlite").path)
      try library.fill(with: .store)
      return library
    }
    let counts = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
      for reader in 1...8 {
        group.addTask {
          let recording = try await recordDatabase {
            for id in 1...reader { _ = try await library.book(id: Int64(id)) }
          }
          return (reader, recording.queries.count)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(counts.count == 8)
    #expect(counts.allSatisfy { $0.0 == $0.1 })
  }
}
