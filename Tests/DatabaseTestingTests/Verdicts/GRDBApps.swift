#if GRDB
  import DatabaseTesting
  import Foundation
  import GRDB
  import TestSupport

  /// A whole app on GRDB: its migrations, its records, and a database that only it uses.
  protocol GRDBApp: Sendable {
    init() throws
  }

  /// Articles, who wrote them, what readers say of them, and a search.
  struct Newsroom: GRDBApp {
    let queue: DatabaseQueue

    init() throws {
      queue = try DatabaseQueue()
      try Self.migrator.migrate(queue)
      try queue.write { db in
        for id in Int64(1)...6 {
          try Writer(id: id, name: "writer \(id)").insert(db)
          try Label(id: id, name: "label \(id)").insert(db)
        }
        for id in Int64(1)...6 {
          try Article(id: id, writerId: 1 + id % 3, title: "an article about \(id)").insert(db)
          try ArticleLabel(articleId: id, labelId: id).insert(db)
          for number in Int64(1)...3 {
            try Comment(id: 10 * id + number, articleId: id, text: "text", hidden: number == 3).insert(db)
          }
        }
        try Preference(name: "theme", value: "dark").insert(db)
      }
    }

    static var migrator: DatabaseMigrator {
      var migrator = DatabaseMigrator()
      migrator.registerMigration("articles") { db in
        try db.create(table: "writer") { table in
          table.primaryKey("id", .integer)
          table.column("name", .text).notNull()
        }
        try db.create(table: "article") { table in
          table.primaryKey("id", .integer)
          table.column("writerId", .integer).notNull().indexed().references("writer", onDelete: .cascade)
          table.column("title", .text).notNull()
        }
        try db.create(virtualTable: "article_search", using: FTS5()) { table in
          table.synchronize(withTable: "article")
          table.column("title")
        }
      }
      migrator.registerMigration("comments and labels") { db in
        try db.create(table: "comment") { table in
          table.primaryKey("id", .integer)
          table.column("articleId", .integer).notNull().indexed().references("article", onDelete: .cascade)
          table.column("text", .text).notNull()
          table.column("hidden", .boolean).notNull()
        }
        try db.create(table: "label") { table in
          table.primaryKey("id", .integer)
          table.column("name", .text).notNull().unique()
        }
        try db.create(table: "articleLabel") { table in
          table.primaryKey {
            table.column("articleId", .integer).references("article", onDelete: .cascade)
            table.column("labelId", .integer).indexed().references("label", onDelete: .cascade)
          }
        }
        try db.create(table: "preference") { table in
          table.primaryKey("name", .text)
          table.column("value", .text)
        }
      }
      return migrator
    }

    struct Writer: Codable, Sendable, FetchableRecord, PersistableRecord {
      static let articles = hasMany(Article.self)
      var id: Int64
      var name: String
    }

    struct Article: Codable, Sendable, FetchableRecord, PersistableRecord {
      static let writer = belongsTo(Writer.self)
      static let comments = hasMany(Comment.self)
      static let labels = hasMany(Label.self, through: hasMany(ArticleLabel.self), using: ArticleLabel.label)
      var id: Int64
      var writerId: Int64
      var title: String
    }

    struct Comment: Codable, Sendable, FetchableRecord, PersistableRecord {
      static let article = belongsTo(Article.self)
      var id: Int64
      var articleId: Int64
      var text: String
      var hidden: Bool
    }

    struct Label: Codable, Sendable, FetchableRecord, PersistableRecord {
      var id: Int64
      var name: String
    }

    struct ArticleLabel: Codable, Sendable, FetchableRecord, PersistableRecord {
      static let label = belongsTo(Label.self)
      var articleId: Int64
      var labelId: Int64
    }

    struct Preference: Codable, Sendable, FetchableRecord, PersistableRecord {
      var name: String
      var value: String?
    }

    /// The ids of what a search finds.
    func hits(_ word: String) throws -> [Int64] {
      try queue.read { db in
        try Int64.fetchAll(
          db, sql: "SELECT rowid FROM article_search WHERE article_search MATCH ?",
          arguments: [FTS5Pattern(matchingAllTokensIn: word)])
      }
    }
  }

  /// Recipes in a file that many read while one writes.
  final class Kitchen: GRDBApp {
    let pool: DatabasePool
    private let file: TemporaryFile

    init() throws {
      file = try TemporaryFile("kitchen.sqlite")
      pool = try DatabasePool(path: file.path)
      try pool.write { db in
        try db.execute(
          sql: """
            CREATE TABLE recipe (id INTEGER PRIMARY KEY, name TEXT NOT NULL, deletedAt TEXT);
            CREATE TABLE ingredient (
              id INTEGER PRIMARY KEY, recipeId INTEGER NOT NULL REFERENCES recipe(id) ON DELETE CASCADE,
              name TEXT NOT NULL, deletedAt TEXT);
            CREATE INDEX ingredient_recipe ON ingredient (recipeId);
            CREATE TABLE step (
              id INTEGER PRIMARY KEY, recipeId INTEGER NOT NULL REFERENCES recipe(id) ON DELETE CASCADE, position INTEGER);
            CREATE INDEX step_recipe ON step (recipeId, position);
            CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
            INSERT INTO counter VALUES ('views', 0);
            """)
        for id in Int64(1)...5 {
          try Recipe(id: id, name: "recipe \(id)").insert(db)
          for number in Int64(1)...4 {
            try Ingredient(id: 10 * id + number, recipeId: id, name: "ingredient \(number)").insert(db)
            try Step(id: 10 * id + number, recipeId: id, position: Int(number)).insert(db)
          }
        }
      }
    }

    struct Recipe: Codable, Sendable, FetchableRecord, PersistableRecord {
      static let ingredients = hasMany(Ingredient.self)
      static let steps = hasMany(Step.self)
      var id: Int64
      var name: String
      var deletedAt: String?
    }

    struct Ingredient: Codable, Sendable, FetchableRecord, PersistableRecord {
      static let recipe = belongsTo(Recipe.self)
      var id: Int64
      var recipeId: Int64
      var name: String
      var deletedAt: String?
    }

    struct Step: Codable, Sendable, FetchableRecord, PersistableRecord {
      var id: Int64
      var recipeId: Int64
      var position: Int
    }

    func recipes() throws -> [Recipe] { try pool.read { try Recipe.order(Column("id")).fetchAll($0) } }
    func views() throws -> Int? {
      try pool.read { try Int.fetchOne($0, sql: "SELECT value FROM counter WHERE name = 'views'") }
    }
  }

  /// Projects, their tasks, and folders inside of folders.
  struct Studio: GRDBApp {
    let queue: DatabaseQueue

    init() throws {
      queue = try DatabaseQueue()
      try queue.write { db in
        try db.create(table: "project") { table in
          table.primaryKey("id", .integer)
          table.column("name", .text).notNull()
        }
        try db.create(table: "task") { table in
          table.primaryKey("id", .integer)
          table.column("projectId", .integer).notNull().indexed().references("project", onDelete: .cascade)
          table.column("isDone", .boolean).notNull()
        }
        try db.create(table: "note") { table in
          table.primaryKey("id", .integer)
          table.column("taskId", .integer).notNull().indexed().references("task", onDelete: .cascade)
        }
        try db.create(table: "folder") { table in
          table.primaryKey("id", .integer)
          table.column("parentId", .integer).indexed().references("folder")
        }
        for id in Int64(1)...4 {
          try Project(id: id, name: "project \(id)").insert(db)
          for number in Int64(1)...3 {
            try Job(id: 10 * id + number, projectId: id, isDone: number == 1).insert(db)
            try Note(id: 10 * id + number, taskId: 10 * id + number).insert(db)
          }
        }
        for id in Int64(1)...7 { try Folder(id: id, parentId: id == 1 ? nil : id / 2).insert(db) }
      }
    }

    struct Project: Codable, Sendable, FetchableRecord, PersistableRecord {
      static let tasks = hasMany(Job.self)
      var id: Int64
      var name: String
    }

    struct Job: Codable, Sendable, FetchableRecord, PersistableRecord {
      static let databaseTableName = "task"
      static let project = belongsTo(Project.self)
      static let notes = hasMany(Note.self)
      var id: Int64
      var projectId: Int64
      var isDone: Bool
    }

    struct Note: Codable, Sendable, FetchableRecord, PersistableRecord {
      static let task = belongsTo(Job.self)
      var id: Int64
      var taskId: Int64
    }

    struct Folder: Codable, Sendable, FetchableRecord, PersistableRecord {
      static let folders = hasMany(Folder.self, using: ForeignKey(["parentId"]))
      var id: Int64
      var parentId: Int64?
    }
  }

  extension Program {
    static func innocentApp<App: GRDBApp>(
      on app: App.Type, _ name: String, isLazy: Bool = false, fails: Bool = false, scans: Bool = false,
      _ body: @escaping @Sendable (App) throws -> Void
    ) -> Program {
      .innocent(name, isLazy: isLazy, fails: fails, scans: scans) { _ in
        try body(try withoutDatabaseRecording { try App() })
      }
    }

    static func innocentAsyncApp<App: GRDBApp>(
      on app: App.Type, _ name: String, isLazy: Bool = false, _ body: @escaping @Sendable (App) async throws -> Void
    ) -> Program {
      .innocentAsync(name, isLazy: isLazy) { _ in try await body(try withoutDatabaseRecording { try App() }) }
    }

    /// A program whose fault is on the line after `// guilty: name`, and the same program without it.
    static func guiltyApp<App: GRDBApp>(
      on app: App.Type, of kind: Finding.Kind = .nPlusOne, _ name: String, _ relationship: String?, _ count: Int,
      fix: String, _ body: @escaping @Sendable (App) throws -> Void, mended: @escaping @Sendable (App) throws -> Void
    ) -> Program {
      var program = Program(
        name: name, body: .synchronous { _ in try body(try withoutDatabaseRecording { try App() }) },
        guilt: [Guilt(kind: kind, relationship: relationship, count: count, fix: fix)])
      program.mended = {
        let app = try withoutDatabaseRecording { try App() }
        return try recordDatabase { try mended(app) }
      }
      return program
    }
  }
#endif
