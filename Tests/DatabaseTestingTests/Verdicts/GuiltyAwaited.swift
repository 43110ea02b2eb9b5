import DatabaseTesting
import Foundation
import TestSupport

private let books = "load them together: SELECT … FROM book WHERE authorId IN (…)"
private let authors = "load them together: SELECT … FROM author WHERE id IN (…)"
private let keep = "keep the first result, or ask once before the loop"
private let settings = "read all the rows with one query: SELECT … FROM setting WHERE key IN (…)"
private let byAuthor = "SELECT id FROM book WHERE authorId = ?"
private let now = "SELECT datetime('now')"
private let byKey = "SELECT value FROM setting WHERE key = ?"

extension Programs {
  /// Loops that await, in every way in which Swift's concurrency lets one write them.
  ///
  /// Their bodies differ where they can: of equal functions the optimiser makes one, with the lines of one of them.
  static let guiltyAwaited: [Program] = [
    .guiltyAsync("awaited, two rows", "book.authorId", 2, fix: books) { store in
      try await load(store, limit: 2)
      func load(_ store: Bookstore, limit: Int) async throws {
        for author in try store.db.rows("SELECT id FROM author LIMIT ?", limit) {
          await Task.yield()
          // guilty: awaited, two rows
          _ = try store.db.rows(byAuthor, author)
        }
      }
    },
    .guiltyAsync("a loop of async let in a function that is inlined", "book.authorId", 6, fix: books) { store in
      @inline(__always) func page() async throws {
        for author in try store.authors() {
          // guilty: a loop of async let in a function that is inlined
          async let books = store.db.rows(byAuthor, author)
          _ = try await books
        }
      }
      try await page()
    },
    .guiltyAsync("async let in each round", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        // guilty: async let in each round
        async let books = store.db.rows(byAuthor, author)
        _ = try await books
      }
    },
    .guiltyAsync("a group that discards its results", "book.authorId", 6, fix: books) { store in
      let authors = try store.authors()
      try await withThrowingDiscardingTaskGroup { group in
        for author in authors {
          group.addTask {
            // guilty: a group that discards its results
            if try store.db.rows(byAuthor, author).isEmpty { print("an author without books") }
          }
        }
      }
    },
    .guiltyAsync("a group inside of the app, for some of the rows", "book.authorId", 3, fix: books) { store in
      try await ShelfOfApp(store.db).load(try store.authors().prefix(3))
    },
    .guiltyAsync("for await over a stream", "book.authorId", 6, fix: books) { store in
      let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
      for author in try store.authors() { continuation.yield(author) }
      continuation.finish()
      for await author in stream {
        // guilty: for await over a stream
        _ = try store.db.rows(byAuthor, author)
      }
    },
    // The first round is a copy in optimised code, and since the await has no line there it is not known to be the same call.
    .guiltyAsync("a stream that asks for each element", "book.authorId", 6, optimized: 5, fix: books) { store in
      let rest = Box(try store.authors())
      let stream = AsyncThrowingStream<[Int], any Error> {
        guard let author = rest.removeFirst() else { return nil }
        // guilty: a stream that asks for each element
        return try store.db.rows(byAuthor, author)
      }
      for try await _ in stream {}
    },
    .guiltyAsync("an actor that loops", "book.authorId", 6, fix: books) { store in
      actor Shelf {
        func fill(from store: Bookstore) async throws {
          for author in try store.authors() {
            await Task.yield()
            // guilty: an actor that loops
            _ = try store.db.rows(byAuthor, author)
          }
        }
      }
      try await Shelf().fill(from: store)
    },
    .guiltyAsync("on the main actor", "book.authorId", 6, fix: books) { store in
      @MainActor func show() async throws {
        for author in try store.authors() {
          await Task.yield()
          // guilty: on the main actor
          _ = try store.db.rows(byAuthor, author)
        }
      }
      try await show()
    },
    .guiltyAsync("an actor with an executor of its own", "book.authorId", 6, fix: books) { store in
      try await Desk(store).run { store in
        for author in try store.authors() {
          await Task.yield()
          // guilty: an actor with an executor of its own
          _ = try store.db.rows(byAuthor, author)
        }
      }
    },
    .guiltyAsync("tasks that prefer an executor", "book.authorId", 6, fix: books) { store in
      try await withTaskExecutorPreference(QueueTaskExecutor()) {
        for author in try store.authors() {
          await Task.yield()
          // guilty: tasks that prefer an executor
          _ = try store.db.rows(byAuthor, author)
        }
      }
    },
    .guiltyAsync("a continuation in each round", "book.authorId", 6, fix: books) { store in
      let queue = DispatchQueue(label: "a queue of the app")
      for author in try store.authors() {
        let rows: [Int] = try await withCheckedThrowingContinuation { continuation in
          queue.async {
            // guilty: a continuation in each round
            continuation.resume(with: Result { try store.db.rows(byAuthor, author) })
          }
        }
        _ = rows
      }
    },
    .guiltyAsync("a task in each round", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        try await Task {
          // guilty: a task in each round
          _ = try store.db.rows(byAuthor, author)
        }.value
      }
    },
    .guiltyAsync("a closure that was stored", "book.authorId", 6, fix: books) { store in
      struct Loader: Sendable { var load: @Sendable (Int) async throws -> [Int] }
      let loader = Loader { author in
        await Task.yield()
        // guilty: a closure that was stored
        return try store.db.rows(byAuthor, author)
      }
      for author in try store.authors() { _ = try await loader.load(author) }
    },
    .guiltyAsync("awaited recursion", "book.authorId", 6, fix: books) { store in
      func visit(_ rest: ArraySlice<Int>) async throws {
        guard let author = rest.first else { return }
        await Task.yield()
        // guilty: awaited recursion
        _ = try store.db.rows(byAuthor, author)
        try await visit(rest.dropFirst())
      }
      try await visit(try store.authors()[...])
    },
    .guiltyAsync("an asynchronous map", "book.authorId", 6, fix: books) { store in
      func map<T, U>(_ elements: [T], _ transform: (T) async throws -> U) async rethrows -> [U] {
        var result: [U] = []
        for element in elements { result.append(try await transform(element)) }
        return result
      }
      _ = try await map(try store.authors()) { author in
        await Task.yield()
        // guilty: an asynchronous map
        return try store.db.rows(byAuthor, author)
      }
    },
    .guiltyAsync("through three layers", "book.authorId", 12, fix: authors) { store in
      struct Repository {
        var store: Bookstore
        func author(_ id: Int) async throws -> [Int] {
          await Task.yield()
          // guilty: through three layers
          return try store.db.rows("SELECT id FROM author WHERE id = ?", id)
        }
      }
      struct Service {
        var repository: Repository
        func author(_ id: Int) async throws -> [Int] { try await repository.author(id) }
      }
      struct Controller {
        var service: Service
        func index(_ ids: [Int]) async throws { for id in ids { _ = try await service.author(id) } }
      }
      let controller = Controller(service: Service(repository: Repository(store: store)))
      try await controller.index(try store.db.rows("SELECT authorId FROM book"))
    },
    .guiltyAsync("behind a protocol", "book.authorId", 6, fix: books) { store in
      let repository: any BookRepository = StoredBooks(store: store)
      for author in try store.authors() { _ = try await repository.books(of: author) }
    },
    .guiltyAsync("with a task-local value in each round", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        try await Request.$number.withValue(author) {
          await Task.yield()
          // guilty: with a task-local value in each round
          _ = try store.db.rows(byAuthor, author)
        }
      }
    },
    .guiltyAsync("with a cancellation handler in each round", "book.authorId", 6, fix: books) { store in
      for author in try store.authors() {
        try await withTaskCancellationHandler {
          await Task.yield()
          // guilty: with a cancellation handler in each round
          if try store.db.rows(byAuthor, author).count > 9 { print("an author of many books") }
        } onCancel: {
        }
      }
    },
    .guiltyAsync("retried, in each round", "book.authorId", 6, fix: books) { store in
      func retrying<T>(_ body: () async throws -> T) async throws -> T {
        do { return try await body() } catch { return try await body() }
      }
      for author in try store.authors() {
        _ = try await retrying {
          await Task.yield()
          // guilty: retried, in each round
          return try store.db.rows(byAuthor, author)
        }
      }
    },
    .guiltyAsync("awaited in the condition of a loop", "book.authorId", 6, fix: books) { store in
      func hasBooks(_ author: Int) async throws -> Bool {
        await Task.yield()
        // guilty: awaited in the condition of a loop
        return try !store.db.rows(byAuthor, author).isEmpty
      }
      var rest = try store.authors()[...]
      while let author = rest.first, try await hasBooks(author) { rest.removeFirst() }
    },
    .guiltyAsync(of: .repeatedRead, "five settings, awaited in a loop", 5, fix: settings) { store in
      _ = try store.db.rows(now)
      for key in 1...5 {
        await Task.yield()
        // guilty: five settings, awaited in a loop
        _ = try store.db.rows(byKey, key)
      }
    },
    .guiltyAsync(of: .repeatedRead, "five settings in a group of the app", 5, fix: settings) { store in
      _ = try store.db.rows(now)
      try await ShelfOfApp(store.db).load(settings: 1...5)
    },
    .guiltyAsync(of: .duplicateQuery, "a setting, awaited in a loop", 6, fix: keep) { store in
      for _ in try store.authors() {
        await Task.yield()
        // guilty: a setting, awaited in a loop
        _ = try store.db.rows(byKey, 1)
      }
    },
    .guiltyAsync(of: .duplicateQuery, "a setting, awaited by a method in a loop", 4, fix: keep) { store in
      actor Settings {
        let store: Bookstore
        init(_ store: Bookstore) { self.store = store }
        func value(_ key: Int) async throws -> [Int] {
          await Task.yield()
          // guilty: a setting, awaited by a method in a loop
          return try store.db.rows(byKey, key)
        }
      }
      _ = try store.db.rows(now)
      let settings = Settings(store)
      for _ in 1...4 { _ = try await settings.value(2) }
    },
    .guiltyAsync(of: .duplicateQuery, "a list, awaited by an actor in a loop", 3, fix: keep) { store in
      _ = try store.db.rows(now)
      let desk = Desk(store)
      try await desk.run { store in
        for _ in 1...3 {
          await Task.yield()
          // guilty: a list, awaited by an actor in a loop
          _ = try store.db.rows("SELECT id FROM tag")
        }
      }
    },
  ]
}

/// Elements that are taken one by one, by whoever comes.
private final class Box: @unchecked Sendable {  // A lock is around it.
  private let lock = NSLock()
  private var elements: ArraySlice<Int>

  init(_ elements: [Int]) { self.elements = elements[...] }

  func removeFirst() -> Int? { lock.withLock { elements.popFirst() } }
}

private enum Request {
  @TaskLocal static var number = 0
}

private protocol BookRepository: Sendable {
  func books(of author: Int) async throws -> [Int]
}

private struct StoredBooks: BookRepository {
  var store: Bookstore

  func books(of author: Int) async throws -> [Int] {
    await Task.yield()
    // guilty: behind a protocol
    return try store.db.rows(byAuthor, author)
  }
}
