import GRDB

/// A list of things to do.
public struct TodoList: Codable, Sendable, FetchableRecord, MutablePersistableRecord {
  public var id: Int64?
  public var title: String

  static let todos = hasMany(Todo.self)

  public mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

/// One thing to do.
public struct Todo: Codable, Sendable, FetchableRecord, MutablePersistableRecord {
  public var id: Int64?
  public var todoListId: Int64
  public var title: String
  public var isDone = false

  public mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

/// A list with what is on it.
public struct TodoListWithTodos: Codable, Sendable, FetchableRecord {
  public var todoList: TodoList
  public var todos: [Todo]
}

/// The lists, in a database.
public struct TodoStore: Sendable {
  let database: any DatabaseWriter

  /// - Parameter database: An empty database, or one that an earlier run made.
  public init(_ database: any DatabaseWriter) throws {
    self.database = database
    var migrator = DatabaseMigrator()
    migrator.registerMigration("lists and todos") { db in
      try db.create(table: "todoList") { table in
        table.autoIncrementedPrimaryKey("id")
        table.column("title", .text).notNull()
      }
      try db.create(table: "todo") { table in
        table.autoIncrementedPrimaryKey("id")
        table.belongsTo("todoList", onDelete: .cascade).notNull()
        table.column("title", .text).notNull()
        table.column("isDone", .boolean).notNull().defaults(to: false)
      }
    }
    try migrator.migrate(database)
  }

  /// All lists with what is on them.
  public func lists() async throws -> [TodoListWithTodos] {
    try await database.read { db in
      try TodoList.including(all: TodoList.todos).asRequest(of: TodoListWithTodos.self).fetchAll(db)
    }
  }

  /// The same, one query for each list: what the tests are there to catch.
  public func listsOneByOne() async throws -> [TodoListWithTodos] {
    try await database.read { db in
      try TodoList.fetchAll(db).map { list in
        let todos = try Todo.filter(Column("todoListId") == list.id).fetchAll(db)
        return TodoListWithTodos(todoList: list, todos: todos)
      }
    }
  }

  /// A list by its number.
  public func list(_ id: Int64) async throws -> TodoListWithTodos? {
    try await database.read { db in
      try TodoList.including(all: TodoList.todos).filter(key: id).asRequest(of: TodoListWithTodos.self).fetchOne(db)
    }
  }

  /// Adds a list with what is on it.
  public func add(_ title: String, todos: [String]) async throws -> TodoListWithTodos {
    try await database.write { db in
      var list = TodoList(title: title)
      try list.insert(db)
      var added: [Todo] = []
      for title in todos {
        var todo = Todo(todoListId: list.id ?? 0, title: title)
        try todo.insert(db)
        added.append(todo)
      }
      return TodoListWithTodos(todoList: list, todos: added)
    }
  }
}
