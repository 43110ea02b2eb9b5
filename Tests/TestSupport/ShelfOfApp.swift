/// Code of an app, in a module of its own, that uses task groups.
package struct ShelfOfApp: Sendable {
  private let db: SQLiteDatabase

  package init(_ db: SQLiteDatabase) { self.db = db }

  package func load(_ authors: ArraySlice<Int>) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for author in authors {
        group.addTask {
          // guilty: a group inside of the app, for some of the rows
          _ = try db.rows("SELECT id FROM book WHERE authorId = ?", author)
        }
      }
      try await group.waitForAll()
    }
  }

  package func load(settings keys: ClosedRange<Int>) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for key in keys {
        group.addTask {
          // guilty: five settings in a group of the app
          _ = try db.rows("SELECT value FROM setting WHERE key = ?", key)
        }
      }
      try await group.waitForAll()
    }
  }
}
