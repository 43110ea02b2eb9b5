import DatabaseTesting
import Foundation
import TestSupport

/// Expects of a loop that awaits and of two lookups what both may break: CI is told of the loop alone.
func annotateAwaited() async -> Never {
  do {
    let shop = try withoutDatabaseRecording { try Shop(authors: 4) }
    try await expectDatabase(.noNPlusOne, .noDuplicateQueries) {
      for author in try await rows(of: shop, "SELECT id FROM author WHERE id > ?", 0) {
        if author == 1 { print("awaits at \(#line + 1)") }
        _ = try await rows(of: shop, "SELECT id FROM book WHERE authorId = ?", author)
      }
    }
    try await expectDatabase(.noNPlusOne, .noDuplicateQueries) {
      let authors = try await rows(of: shop, "SELECT id FROM author WHERE id > ?", 0)
      _ = try await rows(of: shop, "SELECT id FROM book WHERE authorId = ?", authors[0])
      _ = try await rows(of: shop, "SELECT id FROM book WHERE authorId = ?", authors[1])
    }
    print("the innocent one is over")
  } catch {
    print("no database: \(error)")
  }
  fflush(nil)
  exit(0)
}

@concurrent @inline(never) private func rows(of shop: Shop, _ sql: String, _ key: Int) async throws -> [Int] {
  await Task.yield()
  let rows = try shop.database.rows(sql, key)
  await Task.yield()
  return rows
}
