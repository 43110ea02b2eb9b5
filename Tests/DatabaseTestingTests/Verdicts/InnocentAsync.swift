import DatabaseTesting
import TestSupport

/// A repository whose methods suspend before they ask, so that no caller is on the call stack.
struct AsyncBookstore: Sendable {
  let store: Bookstore

  func authors() async throws -> [Int] {
    await Task.yield()
    return try store.authors()
  }

  func author(_ id: Int) async throws -> [Int] {
    await Task.yield()
    return try store.author(id)
  }

  func books(of author: Int) async throws -> [Int] {
    await Task.yield()
    return try store.books(of: author)
  }

  func setting(_ key: Int) async throws -> [Int] {
    await Task.yield()
    return try store.setting(key)
  }
}

extension Programs {
  /// Awaited work.
  static let innocentAsync: [Program] = [
    .innocentAsync("two awaited lookups on two lines", isLazy: true) { store in
      let store = AsyncBookstore(store: store)
      _ = try await store.authors()
      _ = try await store.books(of: 1)
      _ = try await store.books(of: 2)
    },
    .innocentAsync("five awaited lookups on five lines", isLazy: true) { store in
      let store = AsyncBookstore(store: store)
      _ = try await store.authors()
      _ = try await store.books(of: 1)
      _ = try await store.books(of: 2)
      _ = try await store.books(of: 3)
      _ = try await store.books(of: 4)
      _ = try await store.books(of: 5)
    },
    .innocentAsync("five awaited settings") { store in
      let store = AsyncBookstore(store: store)
      _ = try await store.setting(1)
      _ = try await store.setting(2)
      _ = try await store.setting(3)
      _ = try await store.setting(4)
      _ = try await store.setting(5)
    },
    .innocentAsync("one setting awaited in two requests") { store in
      let store = AsyncBookstore(store: store)
      _ = try await store.setting(1)
      _ = try await store.setting(1)
    },
    .innocentAsync("polling with awaits") { store in
      let store = AsyncBookstore(store: store)
      for round in 1...5 {
        _ = try await store.setting(1)
        if round == 3 { try store.store.db.rows("UPDATE setting SET value = 'done' WHERE key = 1") }
      }
    },
    .innocentAsync("two children of a task group") { store in
      let store = AsyncBookstore(store: store)
      try await withThrowingTaskGroup(of: [Int].self) { group in
        group.addTask { try await store.setting(1) }
        group.addTask { try await store.setting(2) }
        try await group.waitForAll()
      }
    },
    .innocentAsync("async let of two lookups", isLazy: true) { store in
      let store = AsyncBookstore(store: store)
      async let first = store.books(of: 1)
      async let second = store.books(of: 2)
      _ = try await (first, second)
    },
    .innocentAsync("concurrent requests for one page each", isLazy: true) { store in
      let store = AsyncBookstore(store: store)
      _ = try await store.authors()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for author in 1...2 { group.addTask { _ = try await store.books(of: author) } }
        try await group.waitForAll()
      }
    },
    .innocentAsync("a page, its author, and its author's books", isLazy: true) { store in
      let store = AsyncBookstore(store: store)
      _ = try await store.author(1)
      _ = try await store.books(of: 1)
    },
    .innocentAsync("selectIn after an await") { store in
      let authors = try await AsyncBookstore(store: store).authors()
      _ = try store.db.rows("SELECT id FROM book WHERE authorId IN (\(store.list(authors)))")
    },
    .innocentAsync("a retry of a whole request", isLazy: true, fails: true) { store in
      let store = AsyncBookstore(store: store)
      for attempt in 1...2 {
        _ = try await store.author(1)
        _ = try await store.books(of: 1)
        if attempt == 1 { _ = try? store.store.db.rows("INSERT INTO author (id) VALUES (1)") }
      }
    },
  ]
}
