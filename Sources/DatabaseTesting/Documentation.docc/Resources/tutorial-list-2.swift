import GRDB

extension Library {
  func authorsWithBooks() async throws -> [AuthorWithBooks] {
    try await database.read { db in
      try Author.including(all: Author.books).asRequest(of: AuthorWithBooks.self).fetchAll(db)
    }
  }
}
