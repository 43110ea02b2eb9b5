import Dispatch
import TestSupport

/// An actor that runs on a queue.
actor Desk {
  private let store: Bookstore
  private nonisolated let executor = QueueExecutor()
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(_ store: Bookstore) { self.store = store }

  func rows(_ sql: String, _ parameters: Int) async throws -> [Int] { try store.db.rows(sql, parameters) }

  func run(_ body: @Sendable (Bookstore) async throws -> Void) async throws { try await body(store) }
}

/// A connection that answers on its own queue, as clients with callbacks do.
struct CallbackClient: Sendable {
  let store: Bookstore
  private let queue = DispatchQueue(label: "a client with callbacks")

  init(_ store: Bookstore) { self.store = store }

  func rows(_ sql: String, _ parameter: Int, _ done: @escaping @Sendable (Result<[Int], any Error>) -> Void) {
    queue.async { done(Result { try store.db.rows(sql, parameter) }) }
  }
}
