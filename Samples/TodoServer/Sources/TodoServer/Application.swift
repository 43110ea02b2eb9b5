import GRDB
import Hummingbird
import HummingbirdInstrumentation
import SQLiteInstrumentation

/// What a request for a new list holds.
struct NewList: Decodable {
  var title: String
  var todos: [String]
}

extension TodoListWithTodos: ResponseEncodable {}

/// Makes the server.
///
/// - Parameters:
///   - store: The lists.
///   - policy: What happens to a request with an N+1; `.ignore` in production.
///   - configuration: Where the server listens.
public func makeApplication(
  _ store: TodoStore, onNPlusOne policy: DatabaseMiddleware<BasicRequestContext>.NPlusOnePolicy,
  configuration: ApplicationConfiguration = ApplicationConfiguration(address: .hostname("127.0.0.1", port: 8080))
) -> some ApplicationProtocol {
  let router = Router()
  router.add(middleware: TracingMiddleware())
  router.add(
    middleware: DatabaseMiddleware(onNPlusOne: policy) { request, _ in
      guard let tenant = request.headers[.init("X-Tenant")!] else { return [:] }
      return ["app.tenant": .string(tenant)]
    })
  router.get("lists") { _, _ in try await store.lists() }
  router.get("lists/slowly") { _, _ in try await store.listsOneByOne() }
  router.get("lists/:id") { _, context in
    let id = try context.parameters.require("id", as: Int64.self)
    guard let list = try await store.list(id) else { throw HTTPError(.notFound) }
    return list
  }
  router.post("lists") { request, context in
    let new = try await request.decode(as: NewList.self, context: context)
    return EditedResponse(status: .created, response: try await store.add(new.title, todos: new.todos))
  }
  return Application(
    router: router, configuration: configuration,
    services: [DatabaseInstrumentationService(configuration: .development)])
}
