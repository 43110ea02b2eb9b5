import DatabaseTesting
import Testing

@testable import Bookshop

/// The same library in a file with a few thousand rows, and several readers at once.
@Suite struct LibraryOnDiskTests {
  @Test func eachReaderSeesItsOwn() async throws {
    try await withTemporaryFile { path in
      let library = try withoutDatabaseRecording {
        let library = try Library.onDisk(at: path)
        try library.fill(with: .store)
        return library
      }
      let counts = try await withThrowingTaskGroup(of: (reads: Int, seen: Int).self) { group in
        for reads in 1...8 {
          group.addTask {
            let recording = try await recordDatabase {
              for id in 1...reads { _ = try await library.book(id: Int64(id)) }
            }
            return (reads, recording.queries.on("book").count)
          }
        }
        return try await group.reduce(into: [Int: Int]()) { $0[$1.reads] = $1.seen }
      }
      #expect(counts == [1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8])
    }
  }

  @Test func listsAuthorsOfTheWholeStore() async throws {
    try await withTemporaryFile { path in
      let library = try withoutDatabaseRecording {
        try Library.onDisk(at: path).fill(with: .store)
        return try Library.onDisk(at: path)
      }
      let authors = try await expectDatabase(.noNPlusOne, .queries(2)) { try await library.authorsWithBooks() }
      #expect(authors.count == 60)
      #expect(authors.reduce(0) { $0 + $1.books.count } == 600)
    }
  }

  @Test func isFilledWithTheSameRowsInEveryRun() async throws {
    let (one, other, third) = try withoutDatabaseRecording {
      (try Library.withShelf(), try Library.withShelf(), try Library.inMemory())
    }
    try withoutDatabaseRecording { try third.fill(with: .shelf, seed: 2) }
    let books = try await one.search("")
    #expect(books.count == 33)
    #expect(try await other.search("") == books)
    #expect(try await third.search("") != books)
  }
}
