import GRDB
import Hummingbird
import SQLiteInstrumentation
import TodoServer

@main
struct TodoServerCommand {
  static func main() async throws {
    // Before the first connection, so that every one of them is seen.
    try SQLiteInstrumentor.install()
    let store = try TodoStore(DatabasePool(path: "todos.sqlite"))
    try await makeApplication(store, onNPlusOne: .log).runService()
  }
}
