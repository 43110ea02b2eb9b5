#if GRDB
  import DatabaseTesting
  import GRDB

  private typealias Article = Newsroom.Article
  private typealias Comment = Newsroom.Comment
  private typealias Recipe = Kitchen.Recipe
  private typealias Step = Kitchen.Step
  private typealias Ingredient = Kitchen.Ingredient
  private typealias Project = Studio.Project
  private typealias Job = Studio.Job

  private let writer = "load them together: Newsroom.Article.including(required: Newsroom.Article.writer)"
  private let comments = "load them together: Newsroom.Article.including(all: Newsroom.Article.comments)"
  private let steps = "load them together: Kitchen.Recipe.including(all: Kitchen.Recipe.steps)"
  private let ingredients = "load them together: Kitchen.Recipe.including(all: Kitchen.Recipe.ingredients)"
  private let tasks = "load them together: Studio.Project.including(all: Studio.Project.tasks)"
  private let project = "load them together: Studio.Job.including(required: Studio.Job.project)"
  private let keep = "keep the first result, or ask once before the loop"

  extension Programs {
    /// Whole apps on GRDB with a fault, each with the same app without it.
    static let guiltyGRDBApps: [Program] = [
      .guiltyApp(on: Newsroom.self, "GRDB: newsroom, the writer of each article", "article.writerId", 6, fix: writer) {
        try $0.queue.read { db in
          for article in try Article.fetchAll(db) {
            // guilty: GRDB: newsroom, the writer of each article
            _ = try article.request(for: Article.writer).fetchOne(db)
          }
        }
      } mended: {
        _ = try $0.queue.read { try Row.fetchAll($0, Article.including(required: Article.writer)) }
      },
      .guiltyApp(
        on: Newsroom.self, "GRDB: newsroom, how many comments each article has", "comment.articleId", 6, fix: comments
      ) {
        try $0.queue.read { db in
          for article in try Article.fetchAll(db) {
            // guilty: GRDB: newsroom, how many comments each article has
            _ = try article.request(for: Article.comments).fetchCount(db)
          }
        }
      } mended: {
        _ = try $0.queue.read { try Row.fetchAll($0, Article.annotated(with: Article.comments.count)) }
      },
      .guiltyApp(
        on: Newsroom.self, "GRDB: newsroom, whether each article has comments", "comment.articleId", 6, fix: comments
      ) {
        try $0.queue.read { db in
          for article in try Article.fetchAll(db) {
            // guilty: GRDB: newsroom, whether each article has comments
            _ = try article.request(for: Article.comments).isEmpty(db)
          }
        }
      } mended: {
        _ = try $0.queue.read { try Row.fetchAll($0, Article.annotated(with: Article.comments.isEmpty)) }
      },
      .guiltyApp(
        on: Newsroom.self, "GRDB: newsroom, the comments to be shown of each article", "comment.articleId", 6,
        fix: comments
      ) {
        try $0.queue.read { db in
          for article in try Article.fetchAll(db) {
            // guilty: GRDB: newsroom, the comments to be shown of each article
            _ = try Comment.filter(Column("articleId") == article.id && !Column("hidden")).fetchAll(db)
          }
        }
      } mended: {
        _ = try $0.queue.read { db in
          try Row.fetchAll(db, Article.including(all: Article.comments.filter(!Column("hidden"))))
        }
      },
      .guiltyApp(
        on: Newsroom.self, "GRDB: newsroom, the last comment of each article", "comment.articleId", 6, fix: comments
      ) {
        try $0.queue.read { db in
          for article in try Article.fetchAll(db) {
            // guilty: GRDB: newsroom, the last comment of each article
            _ = try article.request(for: Article.comments).order(Column("id").desc).fetchOne(db)
          }
        }
      } mended: {
        _ = try $0.queue.read { try Row.fetchAll($0, Article.annotated(with: Article.comments.max(Column("id")))) }
      },
      .guiltyApp(
        on: Newsroom.self, "GRDB: newsroom, the comments of a page's articles", "comment.articleId", 4, fix: comments
      ) {
        try $0.queue.read { db in
          for article in try Article.order(Column("id")).limit(4).fetchAll(db) {
            // guilty: GRDB: newsroom, the comments of a page's articles
            _ = try article.request(for: Article.comments).fetchAll(db)
          }
        }
      } mended: {
        _ = try $0.queue.read { db in
          try Row.fetchAll(db, Article.order(Column("id")).limit(4).including(all: Article.comments))
        }
      },
      .guiltyApp(
        on: Newsroom.self, "GRDB: newsroom, the labels of each article", "articleLabel.articleId", 6,
        fix: "load them together: Newsroom.Article.including(all: Newsroom.Article.labels)"
      ) {
        try $0.queue.read { db in
          for article in try Article.fetchAll(db) {
            // guilty: GRDB: newsroom, the labels of each article
            _ = try article.request(for: Article.labels).fetchAll(db)
          }
        }
      } mended: {
        _ = try $0.queue.read { try Row.fetchAll($0, Article.including(all: Article.labels)) }
      },
      .guiltyApp(
        on: Newsroom.self, of: .repeatedRead, "GRDB: newsroom, each hit of a search", nil, 6,
        fix: "read all the rows with one query: SELECT … FROM article WHERE id IN (…)"
      ) { app in
        let hits = try app.hits("article")
        try app.queue.read { db in
          for id in hits {
            // guilty: GRDB: newsroom, each hit of a search
            _ = try Article.fetchOne(db, key: id)
          }
        }
      } mended: { app in
        let hits = try app.hits("article")
        _ = try app.queue.read { try Article.fetchAll($0, keys: hits) }
      },
      .guiltyApp(
        on: Newsroom.self, "GRDB: newsroom, ids first, then each article", "article.id", 6,
        fix: "read the rows with the list, or together: fetchAll(database, keys: …)"
      ) {
        try $0.queue.read { db in
          for id in try Article.select(Column("id"), as: Int64.self).fetchAll(db) {
            // guilty: GRDB: newsroom, ids first, then each article
            _ = try Article.fetchOne(db, key: id)
          }
        }
      } mended: {
        _ = try $0.queue.read(Article.fetchAll)
      },
      .guiltyApp(
        on: Newsroom.self, of: .duplicateQuery, "GRDB: newsroom, a preference for each article", nil, 6, fix: keep
      ) {
        try $0.queue.read { db in
          for _ in try Article.fetchAll(db) {
            // guilty: GRDB: newsroom, a preference for each article
            _ = try Newsroom.Preference.fetchOne(db, key: "theme")
          }
        }
      } mended: {
        _ = try $0.queue.read { (try Article.fetchAll($0), try Newsroom.Preference.fetchOne($0, key: "theme")) }
      },
      .guiltyApp(
        on: Newsroom.self, of: .duplicateQuery, "GRDB: newsroom, the number of articles beside each label", nil, 6,
        fix: keep
      ) { app in
        for _ in try app.queue.read(Newsroom.Label.fetchAll) {
          // guilty: GRDB: newsroom, the number of articles beside each label
          _ = try app.queue.read(Article.fetchCount)
        }
      } mended: { app in
        _ = try app.queue.read { (try Newsroom.Label.fetchAll($0), try Article.fetchCount($0)) }
      },
      .guiltyApp(
        on: Newsroom.self, "GRDB: newsroom, articles that are written while their comments are read",
        "comment.articleId", 6, fix: comments
      ) {
        try $0.queue.write { db in
          for var article in try Article.fetchAll(db) {
            // guilty: GRDB: newsroom, articles that are written while their comments are read
            let count = try article.request(for: Article.comments).fetchCount(db)
            try article.updateChanges(db) { $0.title = "\(count) comments" }
          }
        }
      } mended: {
        try $0.queue.write { db in
          let rows = try Row.fetchAll(db, Article.annotated(with: Article.comments.count))
          for row in rows {
            var article = try Article(row: row)
            try article.updateChanges(db) { $0.title = "\(row["commentCount"] as Int) comments" }
          }
        }
      },
      .guiltyApp(
        on: Kitchen.self, "GRDB: kitchen, an access of the pool for each recipe", "step.recipeId", 5, fix: steps
      ) {
        app in
        for recipe in try app.recipes() {
          // guilty: GRDB: kitchen, an access of the pool for each recipe
          _ = try app.pool.read { try recipe.request(for: Recipe.steps).fetchAll($0) }
        }
      } mended: { app in
        _ = try app.pool.read { try Row.fetchAll($0, Recipe.including(all: Recipe.steps)) }
      },
      .guiltyApp(on: Kitchen.self, "GRDB: kitchen, in a write of the pool", "ingredient.recipeId", 5, fix: ingredients)
      {
        try $0.pool.write { db in
          for recipe in try Recipe.fetchAll(db) {
            // guilty: GRDB: kitchen, in a write of the pool
            _ = try recipe.request(for: Recipe.ingredients).fetchAll(db)
          }
        }
      } mended: {
        _ = try $0.pool.write { try Row.fetchAll($0, Recipe.including(all: Recipe.ingredients)) }
      },
      .guiltyApp(on: Kitchen.self, "GRDB: kitchen, on a snapshot", "step.recipeId", 5, fix: steps) { app in
        let snapshot = try app.pool.makeSnapshot()
        try snapshot.read { db in
          for recipe in try Recipe.fetchAll(db) {
            // guilty: GRDB: kitchen, on a snapshot
            _ = try recipe.request(for: Recipe.steps).order(Column("position")).fetchAll(db)
          }
        }
      } mended: { app in
        _ = try app.pool.makeSnapshot().read { try Row.fetchAll($0, Recipe.including(all: Recipe.steps)) }
      },
      .guiltyApp(
        on: Kitchen.self, "GRDB: kitchen, what is not deleted of each recipe", "ingredient.recipeId", 5,
        fix: ingredients
      ) {
        try $0.pool.read { db in
          for recipe in try Recipe.filter(Column("deletedAt") == nil).fetchAll(db) {
            // guilty: GRDB: kitchen, what is not deleted of each recipe
            _ = try Ingredient.filter(Column("recipeId") == recipe.id && Column("deletedAt") == nil).fetchAll(db)
          }
        }
      } mended: {
        _ = try $0.pool.read { db in
          try Row.fetchAll(
            db,
            Recipe.filter(Column("deletedAt") == nil)
              .including(all: Recipe.ingredients.filter(Column("deletedAt") == nil)))
        }
      },
      .guiltyApp(on: Kitchen.self, "GRDB: kitchen, a statement that is cached", "step.recipeId", 5, fix: steps) {
        try $0.pool.read { db in
          let statement = try db.cachedStatement(sql: "SELECT * FROM step WHERE recipeId = ?")
          for recipe in try Recipe.fetchAll(db) {
            // guilty: GRDB: kitchen, a statement that is cached
            _ = try Step.fetchAll(statement, arguments: [recipe.id])
          }
        }
      } mended: {
        _ = try $0.pool.read { try Row.fetchAll($0, Recipe.including(all: Recipe.steps)) }
      },
      .guiltyApp(
        on: Kitchen.self, of: .duplicateQuery, "GRDB: kitchen, a counter in a loop over recipes", nil, 5, fix: keep
      ) { app in
        for _ in try app.recipes() {
          // guilty: GRDB: kitchen, a counter in a loop over recipes
          _ = try app.pool.read { try Int.fetchOne($0, sql: "SELECT value FROM counter WHERE name = 'views'") }
        }
      } mended: { app in
        _ = try (app.recipes(), app.views())
      },
      .guiltyApp(on: Studio.self, "GRDB: studio, the tasks of each project", "task.projectId", 4, fix: tasks) {
        try $0.queue.read { db in
          for project in try Project.fetchAll(db) {
            // guilty: GRDB: studio, the tasks of each project
            _ = try project.request(for: Project.tasks).fetchAll(db)
          }
        }
      } mended: {
        _ = try $0.queue.read { try Row.fetchAll($0, Project.including(all: Project.tasks)) }
      },
      .guiltyApp(
        on: Studio.self, "GRDB: studio, whether each task's project is there", "task.projectId", 12, fix: project
      ) {
        try $0.queue.read { db in
          for task in try Job.fetchAll(db) {
            // guilty: GRDB: studio, whether each task's project is there
            _ = try Project.exists(db, key: task.projectId)
          }
        }
      } mended: {
        _ = try $0.queue.read { try Row.fetchAll($0, Job.including(required: Job.project)) }
      },
      .guiltyApp(
        on: Studio.self, "GRDB: studio, a project's tasks are read before each is deleted", "task.projectId", 4,
        fix: tasks
      ) {
        try $0.queue.write { db in
          for project in try Project.fetchAll(db) {
            // guilty: GRDB: studio, a project's tasks are read before each is deleted
            for task in try project.request(for: Project.tasks).fetchAll(db) { try task.delete(db) }
          }
        }
      } mended: {
        _ = try $0.queue.write { try Project.deleteAll($0) }
      },
      .guiltyApp(
        on: Studio.self, "GRDB: studio, the notes of each task", "note.taskId", 12,
        fix: "load them together: Studio.Job.including(all: Studio.Job.notes)"
      ) {
        try $0.queue.read { db in
          let cursor = try Job.fetchCursor(db)
          while let task = try cursor.next() {
            // guilty: GRDB: studio, the notes of each task
            _ = try task.request(for: Job.notes).fetchAll(db)
          }
        }
      } mended: {
        _ = try $0.queue.read { try Row.fetchAll($0, Job.including(all: Job.notes)) }
      },
      .guiltyApp(
        on: Studio.self, "GRDB: studio, the folders of each folder", "folder.parentId", 7,
        fix: "load them together: Studio.Folder.including(all: Studio.Folder.folders)"
      ) {
        try $0.queue.read { db in
          for folder in try Studio.Folder.fetchAll(db) {
            // guilty: GRDB: studio, the folders of each folder
            _ = try folder.request(for: Studio.Folder.folders).fetchAll(db)
          }
        }
      } mended: {
        _ = try $0.queue.read { try Row.fetchAll($0, Studio.Folder.including(all: Studio.Folder.folders)) }
      },
    ]
  }
#endif
