import DatabaseTesting
import Foundation
import GRDB
import Hummingbird
import HummingbirdTesting
import InMemoryTracing
import Testing
import TodoServer
import Tracing

@Suite(.database(.noFailures))
struct TodoServerTests {
  private let folder: TemporaryFolder
  private let store: TodoStore

  init() async throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    store = try await withoutDatabaseRecording {
      let store = try TodoStore(DatabasePool(path: folder.path + "/todos.sqlite"))
      for list in 1...4 { _ = try await store.add("list \(list)", todos: ["first", "second"]) }
      return store
    }
  }

  @Test(.database(.noNPlusOne, .queries(2)))
  func listsComeWithTheirTodos() async throws {
    try await makeApplication(store, onNPlusOne: .refuse).test(.router) { client in
      try await client.execute(uri: "/lists", method: .get) { response in
        #expect(response.status == .ok)
        #expect(String(buffer: response.body).contains("second"))
      }
    }
  }

  @Test func anNPlusOneIsRefusedWhileDeveloping() async throws {
    try await makeApplication(store, onNPlusOne: .refuse).test(.router) { client in
      try await client.execute(uri: "/lists/slowly", method: .get) { response in
        #expect(response.status == .internalServerError)
        #expect(
          String(buffer: response.body).contains("4 of 5 queries load todo.todoListId one todoList at a time"))
      }
    }
  }

  @Test(.database(.inserts(3, on: "todo"), .inserts(1, on: "todoList")))
  func aListIsAdded() async throws {
    let body = ByteBuffer(string: #"{"title": "shopping", "todos": ["milk", "bread", "salt"]}"#)
    try await makeApplication(store, onNPlusOne: .refuse).test(.router) { client in
      try await client.execute(uri: "/lists", method: .post, body: body) { response in
        #expect(response.status == .created)
      }
    }
  }

  /// Over real connections: both requests run at the same time.
  @Test func twoConcurrentRequestsHaveTheirOwnAttributes() async throws {
    let tracer = InMemoryTracer()
    try await withTracer(tracer) {
      try await makeApplication(
        store, onNPlusOne: .refuse, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0))
      ).test(.live) { client in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for (id, tenant) in [(1, "ada"), (2, "bob")] {
            group.addTask {
              for _ in 0..<5 {
                let response = try await client.execute(
                  uri: "/lists/\(id)", method: .get, headers: [.init("X-Tenant")!: tenant])
                #expect(response.status == .ok)
              }
            }
          }
          try await group.waitForAll()
        }
      }
    }
    let requests = tracer.finishedSpans.filter { $0.kind == .server }
    let statements = tracer.finishedSpans.filter { $0.kind == .client }
    #expect(requests.count == 10)
    for request in requests {
      let own = statements.filter { $0.parentSpanID == request.spanID && $0.attributes["db.query.summary"] != nil }
      let tenants = Set(own.compactMap { $0.attributes["app.tenant"]?.toSpanAttribute() }.map { "\($0)" })
      #expect(tenants.count == 1)
      #expect(own.contains { $0.attributes["db.collection.name"]?.toSpanAttribute() == .string("todo") })
      #expect(own.allSatisfy { $0.attributes["http.route"]?.toSpanAttribute() == .string("/lists/{id}") })
    }
    #expect(tracer.activeSpans.isEmpty)
  }
}

/// A folder of its own for each test, removed with it.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
