import DatabaseTesting
import Testing

@testable import App

@Suite(.database(.noNPlusOne))
struct AuthorListTests {
  @Test
  func listsAuthorsWithTheirBooks() async throws {
    let library = try withoutDatabaseRecording { try Library.inMemory() }
    let authors = try await library.authorsWithBooks()
    #expect(authors.count == 3)
  }
}
