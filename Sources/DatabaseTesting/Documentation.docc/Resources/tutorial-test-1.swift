import Testing

@testable import App

@Suite
struct AuthorListTests {
  @Test
  func listsAuthorsWithTheirBooks() async throws {
    let library = try Library.inMemory()
    let authors = try await library.authorsWithBooks()
    #expect(authors.count == 3)
  }
}
