import GRDB

extension Library {
  func authorsWithBooks() async throws -> [AuthorWithBooks] {
    try await database.read { db in
      try Author.fetchAll(db).map { author in
        AuthorWithBooks(author: author, books: try author.request(for: Author.books).fetchAll(db))
      }
    }
  }
}
