import DatabaseTesting
import Foundation
import TestSupport

private let byAuthor = "SELECT id FROM book WHERE authorId = ?"

extension Programs {
  /// Work that is awaited and no loop, however much alike its parts are.
  static let innocentAwaited: [Program] = [
    .innocentAsync("a helper with async let, called on two lines", isLazy: true) { store in
      func both(_ author: Int) async throws {
        async let books = store.books(of: author)
        async let author = store.author(author)
        _ = try await (books, author)
      }
      _ = try store.authors()
      try await both(1)
      try await both(2)
    },
    .innocentAsync("a helper with async let, called on two lines that are inlined", isLazy: true) { store in
      func both(_ author: Int) async throws {
        async let books = store.books(of: author)
        async let author = store.author(author)
        _ = try await (books, author)
      }
      @inline(__always) func page() async throws {
        _ = try store.authors()
        try await both(1)
        try await both(2)
      }
      try await page()
    },
    .innocentAsync("an awaited helper, called on two lines that are inlined", isLazy: true) { store in
      let books = AsyncBookstore(store: store)
      @inline(__always) func page() async throws {
        _ = try store.db.rows("SELECT id FROM author LIMIT 2")
        _ = try await books.books(of: 1)
        _ = try await books.books(of: 2)
      }
      try await page()
    },
    .innocentAsync("a helper with a group, called on two lines", isLazy: true) { store in
      func load(_ author: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { _ = try store.books(of: author) }
          try await group.waitForAll()
        }
      }
      _ = try store.authors()
      try await load(1)
      try await load(2)
    },
    .innocentAsync("two awaited calls on one line", isLazy: true) { store in
      let books = AsyncBookstore(store: store)
      _ = try store.authors()
      _ = try await (books.books(of: 1), books.books(of: 2))
    },
    .innocentAsync("a short list and three awaited lookups on three lines", isLazy: true) { store in
      let books = AsyncBookstore(store: store)
      _ = try store.db.rows("SELECT id FROM author LIMIT 3")
      _ = try await books.books(of: 1)
      _ = try await books.books(of: 2)
      _ = try await books.books(of: 3)
    },
    .innocentAsync("a short list, and two requests for one row each", isLazy: true) { store in
      func page(_ author: Int) async throws {
        await Task.yield()
        _ = try store.author(author)
        _ = try store.books(of: author)
      }
      _ = try store.db.rows("SELECT id FROM author LIMIT 2")
      try await page(1)
      try await page(2)
    },
    .innocentAsync("five awaited lookups of one helper on five lines", isLazy: true) { store in
      let desk = Desk(store)
      _ = try await desk.rows("SELECT id FROM author WHERE id < ?", 9)
      _ = try await desk.rows(byAuthor, 1)
      _ = try await desk.rows(byAuthor, 2)
      _ = try await desk.rows(byAuthor, 3)
      _ = try await desk.rows(byAuthor, 4)
      _ = try await desk.rows(byAuthor, 5)
    },
    .innocentAsync("an actor's method, awaited on two lines", isLazy: true) { store in
      actor Library {
        let store: Bookstore
        init(_ store: Bookstore) { self.store = store }
        func books(of author: Int) async throws -> [Int] {
          await Task.yield()
          return try store.books(of: author)
        }
      }
      let library = Library(store)
      _ = try store.db.rows("SELECT id FROM author LIMIT 2")
      _ = try await library.books(of: 1)
      _ = try await library.books(of: 2)
    },
    .innocentAsync("on the main actor, on two lines", isLazy: true) { store in
      @MainActor func books(_ author: Int) async throws -> [Int] {
        await Task.yield()
        return try store.books(of: author)
      }
      _ = try store.db.rows("SELECT id FROM author LIMIT 2")
      _ = try await books(1)
      _ = try await books(2)
    },
    .innocentAsync("a task executor, on two lines", isLazy: true) { store in
      try await withTaskExecutorPreference(QueueTaskExecutor()) {
        let books = AsyncBookstore(store: store)
        _ = try store.db.rows("SELECT id FROM author LIMIT 2")
        _ = try await books.books(of: 1)
        _ = try await books.books(of: 2)
      }
    },
    .innocentAsync("two detached tasks on two lines", isLazy: true) { store in
      _ = try store.db.rows("SELECT id FROM author LIMIT 2")
      try await Task.detached { _ = try store.books(of: 1) }.value
      try await Task.detached { _ = try store.books(of: 2) }.value
    },
    .innocentAsync("two tasks of one helper on two lines", isLazy: true) { store in
      func start(_ author: Int) -> Task<[Int], any Error> { Task { try store.books(of: author) } }
      _ = try store.db.rows("SELECT id FROM author LIMIT 2")
      let first = start(1)
      let second = start(2)
      _ = try await (first.value, second.value)
    },
    .innocentAsync("two streams on two lines", isLazy: true) { store in
      func stream(_ author: Int) -> AsyncThrowingStream<[Int], any Error> {
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: [Int].self)
        Task { continuation.finish(throwing: Result { continuation.yield(try store.books(of: author)) }.failure) }
        return stream
      }
      _ = try store.db.rows("SELECT id FROM author LIMIT 2")
      for try await _ in stream(1) {}
      for try await _ in stream(2) {}
    },
    .innocentAsync("a stored closure, called on two lines", isLazy: true) { store in
      let load: @Sendable (Int) async throws -> [Int] = { author in
        await Task.yield()
        return try store.books(of: author)
      }
      _ = try store.db.rows("SELECT id FROM author LIMIT 2")
      _ = try await load(1)
      _ = try await load(2)
    },
    .innocentAsync("two continuations on two lines", isLazy: true) { store in
      let client = CallbackClient(store)
      func books(of author: Int) async throws -> [Int] {
        try await withCheckedThrowingContinuation { continuation in
          client.rows("SELECT id, title FROM book WHERE authorId = ?", author) { continuation.resume(with: $0) }
        }
      }
      _ = try store.db.rows("SELECT id FROM author LIMIT 2")
      _ = try await books(of: 1)
      _ = try await books(of: 2)
    },
    .innocentAsync("a chain of owners, awaited", isLazy: true) { store in
      let store = AsyncBookstore(store: store)
      _ = try await store.author(1)
      await Task.yield()
      _ = try store.store.db.rows("SELECT id FROM country WHERE id = ?", 1)
    },
    .innocentAsync("task-local values on two lines", isLazy: true) { store in
      let books = AsyncBookstore(store: store)
      _ = try store.db.rows("SELECT id FROM author LIMIT 2")
      try await Local.$value.withValue(1) { _ = try await books.books(of: 1) }
      try await Local.$value.withValue(2) { _ = try await books.books(of: 2) }
    },
    .innocentAsync("cancellation handlers on two lines", isLazy: true) { store in
      let books = AsyncBookstore(store: store)
      func cancellable(_ author: Int) async throws {
        try await withTaskCancellationHandler {
          _ = try await books.books(of: author)
        } onCancel: {
        }
      }
      _ = try store.db.rows("SELECT id FROM author LIMIT 2")
      try await cancellable(1)
      try await cancellable(2)
    },
    .innocentAsync("a setting, asked for in two places of a loop's body") { store in
      let store = AsyncBookstore(store: store)
      _ = try await store.setting(1)
      _ = try await store.setting(2)
      _ = try await store.setting(1)
    },
    .innocentAsync("polling until another task is done") { store in
      let work = Task {
        try await Task.sleep(for: .milliseconds(30))
        try store.db.rows("UPDATE setting SET value = 'done' WHERE key = 1")
      }
      while try store.db.rows("SELECT key FROM setting WHERE key = 1 AND value = 'done'").isEmpty {
        try await Task.sleep(for: .milliseconds(5))
      }
      try await work.value
    },
    .innocentAsync("a read after each awaited write") { store in
      let books = AsyncBookstore(store: store)
      for key in 11...14 {
        try store.db.rows("INSERT INTO setting VALUES (?, 'x')", key)
        await Task.yield()
        _ = try store.db.rows("SELECT count(*) FROM setting")
      }
      _ = try await books.setting(1)
    },
    .innocentAsync("a cache of an actor that is filled once", isLazy: true) { store in
      actor Cache {
        var known: [Int: [Int]] = [:]
        func books(of author: Int, _ store: Bookstore) async throws -> [Int] {
          if let known = known[author] { return known }
          await Task.yield()
          let books = try store.books(of: author)
          known[author] = books
          return books
        }
      }
      let cache = Cache()
      _ = try store.authors()
      for _ in 1...5 { _ = try await cache.books(of: 1, store) }
    },
    .innocentAsync("selectIn in awaited chunks") { store in
      let authors = try store.authors()
      for chunk in [authors[..<3], authors[3...]] {
        await Task.yield()
        _ = try store.db.rows("SELECT id FROM book WHERE authorId IN (\(store.list(chunk)))")
      }
    },
    .innocentAsync("concurrent clients of a test", isLazy: true) { store in
      func page(_ author: Int) async throws {
        await Task.yield()
        _ = try store.author(author)
        _ = try store.books(of: author)
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for author in 1...6 { group.addTask { try await page(author) } }
        try await group.waitForAll()
      }
    },
    .innocentAsync("two awaited branches", isLazy: true) { store in
      let books = AsyncBookstore(store: store)
      let authors = try store.db.rows("SELECT id FROM author LIMIT 2")
      if authors.count > 1 { _ = try await books.books(of: authors[0]) }
      if authors.count > 0 { _ = try await books.books(of: authors[1]) }
    },
    .innocentAsync("a defer that reads once more", isLazy: true) { store in
      func work() async throws {
        defer { _ = try? store.books(of: 2) }
        await Task.yield()
        _ = try store.books(of: 1)
      }
      _ = try store.db.rows("SELECT id FROM author LIMIT 2")
      try await work()
    },
    .innocentAsync("the same awaited lookup in two functions", isLazy: true) { store in
      let books = AsyncBookstore(store: store)
      func first() async throws { _ = try await books.books(of: 1) }
      func second() async throws { _ = try await books.books(of: 1) }
      try await first()
      try await second()
    },
  ]
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}

private enum Local {
  @TaskLocal static var value = 0
}
