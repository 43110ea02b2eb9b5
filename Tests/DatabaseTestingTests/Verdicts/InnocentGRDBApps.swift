#if GRDB
  import DatabaseTesting
  import Foundation
  import GRDB

  private typealias Article = Newsroom.Article
  private typealias Comment = Newsroom.Comment
  private typealias Recipe = Kitchen.Recipe
  private typealias Project = Studio.Project
  private typealias Job = Studio.Job

  extension Programs {
    /// Whole apps on GRDB that do what they should.
    static let innocentGRDBApps: [Program] = [
      .innocentApp(on: Newsroom.self, "GRDB: newsroom, articles with writer, comments and labels") {
        _ = try $0.queue.read { db in
          try Row.fetchAll(
            db,
            Article.including(required: Article.writer).including(all: Article.comments).including(all: Article.labels))
        }
      },
      .innocentApp(on: Newsroom.self, "GRDB: newsroom, a page and the number of pages") {
        for page in 0..<3 {
          _ = try $0.queue.read { db in
            (try Article.fetchCount(db), try Article.order(Column("id")).limit(2, offset: 2 * page).fetchAll(db))
          }
          try $0.queue.write {
            try $0.execute(sql: "UPDATE preference SET value = ? WHERE name = 'page'", arguments: [page])
          }
          if page == 0 { break }
        }
      },
      .innocentApp(on: Newsroom.self, "GRDB: newsroom, pages of one article's comments", isLazy: true) {
        try $0.queue.read { db in
          let article = try Article.fetchAll(db)[1]
          for page in 0..<3 {
            _ = try article.request(for: Article.comments).order(Column("id")).limit(1, offset: page).fetchAll(db)
          }
        }
      },
      .innocentApp(on: Newsroom.self, "GRDB: newsroom, a search and its articles") { app in
        let hits = try app.hits("article")
        _ = try app.queue.read { try Article.fetchAll($0, keys: hits) }
      },
      .innocentApp(on: Newsroom.self, "GRDB: newsroom, a search for each word of a line") { app in
        for word in ["an", "article", "about", "3"] { _ = try app.hits(word) }
      },
      .innocentApp(on: Newsroom.self, "GRDB: newsroom, an article is written and read with its comments", isLazy: true)
      {
        try $0.queue.write { db in
          try Article(id: 50, writerId: 1, title: "new").insert(db)
          let article = try Article.fetchOne(db, key: 50)
          _ = try article?.request(for: Article.comments).fetchAll(db)
        }
      },
      .innocentApp(on: Newsroom.self, "GRDB: newsroom, each article is changed and read back") {
        try $0.queue.write { db in
          for var article in try Article.fetchAll(db) {
            try article.updateChanges(db) { $0.title += "!" }
            _ = try Article.fetchOne(db, key: article.id)
          }
        }
      },
      .innocentApp(on: Newsroom.self, "GRDB: newsroom, upserts that fetch what they made") {
        try $0.queue.write { db in
          for id in Int64(1)...6 { _ = try Newsroom.Label(id: id, name: "label \(id)!").upsertAndFetch(db) }
        }
      },
      .innocentApp(on: Newsroom.self, "GRDB: newsroom, an article is deleted with all that is its", scans: true) {
        try $0.queue.write { db in
          for id in Int64(1)...3 {
            _ = try Article.deleteOne(db, key: id)
            _ = try Comment.fetchCount(db)
          }
        }
      },
      .innocentApp(on: Newsroom.self, "GRDB: newsroom, migrations that are all there already") { app in
        try Newsroom.migrator.migrate(app.queue)
        try Newsroom.migrator.migrate(app.queue)
        _ = try app.queue.read(Article.fetchCount)
      },
      .innocentApp(on: Newsroom.self, "GRDB: newsroom, a writer and three kinds of what is theirs", isLazy: true) {
        try $0.queue.read { db in
          let writers = try Newsroom.Writer.fetchAll(db)
          _ = try writers[0].request(for: Newsroom.Writer.articles).fetchAll(db)
          _ = try writers[0].request(for: Newsroom.Writer.articles).fetchCount(db)
          _ = try writers[0].request(for: Newsroom.Writer.articles.filter(Column("title") != "")).fetchAll(db)
        }
      },
      .innocentApp(on: Newsroom.self, "GRDB: newsroom, a dashboard of four counts") {
        _ = try $0.queue.read { db in
          (
            try Article.fetchCount(db), try Comment.fetchCount(db), try Newsroom.Label.fetchCount(db),
            try Newsroom.Writer.fetchCount(db)
          )
        }
      },
      .innocentApp(on: Newsroom.self, "GRDB: newsroom, comments that came meanwhile are counted again") {
        for id in Int64(100)...103 {
          _ = try $0.queue.read(Comment.fetchCount)
          try $0.queue.write { try Comment(id: id, articleId: 1, text: "late", hidden: false).insert($0) }
        }
      },
      .innocentApp(on: Kitchen.self, "GRDB: kitchen, recipes with steps and ingredients from the pool") {
        _ = try $0.pool.read { db in
          try Row.fetchAll(db, Recipe.including(all: Recipe.steps).including(all: Recipe.ingredients))
        }
      },
      .innocentApp(on: Kitchen.self, "GRDB: kitchen, a counter that is raised and read") { app in
        for _ in 1...4 {
          try app.pool.write { try $0.execute(sql: "UPDATE counter SET value = value + 1 WHERE name = 'views'") }
          _ = try app.views()
        }
      },
      .innocentApp(on: Kitchen.self, "GRDB: kitchen, two recipes on two lines", isLazy: true) { app in
        let recipes = try app.recipes()
        _ = try app.pool.read { try recipes[0].request(for: Recipe.steps).fetchAll($0) }
        _ = try app.pool.read { try recipes[1].request(for: Recipe.steps).fetchAll($0) }
      },
      .innocentApp(on: Kitchen.self, "GRDB: kitchen, eight lookups on eight lines", isLazy: true) { app in
        let recipes = try app.recipes()
        try app.pool.read { db in
          _ = try recipes[0].request(for: Recipe.steps).fetchAll(db)
          _ = try recipes[1].request(for: Recipe.steps).fetchAll(db)
          _ = try recipes[2].request(for: Recipe.steps).fetchAll(db)
          _ = try recipes[3].request(for: Recipe.steps).fetchAll(db)
          _ = try recipes[4].request(for: Recipe.steps).fetchAll(db)
          _ = try recipes[0].request(for: Recipe.ingredients).fetchAll(db)
          _ = try recipes[1].request(for: Recipe.ingredients).fetchAll(db)
          _ = try recipes[2].request(for: Recipe.ingredients).fetchAll(db)
        }
      },
      .innocentApp(on: Kitchen.self, "GRDB: kitchen, a savepoint for each attempt", isLazy: true) {
        try $0.pool.write { db in
          for id in Int64(1)...3 {
            try db.inSavepoint {
              _ = try Recipe.fetchOne(db, key: 1)
              try db.execute(sql: "UPDATE recipe SET name = ? WHERE id = 1", arguments: ["attempt \(id)"])
              return .rollback
            }
          }
        }
      },
      .innocentApp(on: Kitchen.self, "GRDB: kitchen, a snapshot and what came after it") { app in
        let snapshot = try app.pool.makeSnapshot()
        for number in 1...3 {
          try app.pool.write { try $0.execute(sql: "UPDATE counter SET value = ?", arguments: [number]) }
          _ = try app.views()
        }
        _ = try snapshot.read(Recipe.fetchCount)
      },
      .innocentAsyncApp(on: Kitchen.self, "GRDB: kitchen, an observation of the pool that is told of changes") { app in
        var seen = 0
        for try await _ in ValueObservation.tracking({ try Recipe.fetchCount($0) }).values(in: app.pool) {
          seen += 1
          if seen == 3 { break }
          let id = Int64(100 + seen)
          try await app.pool.write { try Recipe(id: id, name: "recipe \(id)").insert($0) }
        }
        _ = try await app.pool.read { try Recipe.fetchOne($0, key: 1) }
      },
      .innocentAsyncApp(on: Kitchen.self, "GRDB: kitchen, concurrent reads of one recipe each", isLazy: true) { app in
        async let first = app.pool.read { try Recipe.fetchOne($0, key: 1)?.request(for: Recipe.steps).fetchAll($0) }
        async let second = app.pool.read { try Recipe.fetchOne($0, key: 2)?.request(for: Recipe.steps).fetchAll($0) }
        _ = try await (first, second)
      },
      .innocentApp(on: Studio.self, "GRDB: studio, projects with tasks and their notes") {
        _ = try $0.queue.read { try Row.fetchAll($0, Project.including(all: Project.tasks.including(all: Job.notes))) }
      },
      .innocentApp(on: Studio.self, "GRDB: studio, a tree with a recursive query") {
        _ = try $0.queue.read { db in
          try Row.fetchAll(
            db,
            sql: """
              WITH RECURSIVE tree (id) AS (
                SELECT id FROM folder WHERE parentId IS NULL UNION ALL
                SELECT folder.id FROM folder JOIN tree ON folder.parentId = tree.id)
              SELECT * FROM tree
              """)
        }
      },
      .innocentApp(on: Studio.self, "GRDB: studio, the way up from one folder", isLazy: true) {
        try $0.queue.read { db in
          var id: Int64? = 7
          while let own = id { id = try Studio.Folder.fetchOne(db, key: own)?.parentId }
        }
      },
      .innocentApp(on: Studio.self, "GRDB: studio, projects that are deleted one by one") {
        try $0.queue.write { db in
          for project in try Project.fetchAll(db) { try project.delete(db) }
        }
      },
      .innocentApp(on: Studio.self, "GRDB: studio, tasks that are done are counted per project") {
        _ = try $0.queue.read { db in
          try Row.fetchAll(db, Project.annotated(with: Project.tasks.filter(Column("isDone")).count))
        }
      },
    ]
  }
#endif
