import GRDB

/// The tables of the shop.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("books") { db in
      try db.create(table: "author") { table in
        table.autoIncrementedPrimaryKey("id")
        table.column("name", .text).notNull().indexed()
        table.column("country", .text).notNull()
      }
      try db.create(table: "book") { table in
        table.autoIncrementedPrimaryKey("id")
        table.column("authorId", .integer).notNull().indexed().references("author", onDelete: .cascade)
        table.column("title", .text).notNull().indexed()
        table.column("year", .integer).notNull()
      }
    }
    migrator.registerMigration("tags and reviews") { db in
      try db.create(table: "tag") { table in
        table.autoIncrementedPrimaryKey("id")
        table.column("name", .text).notNull().unique()
      }
      try db.create(table: "bookTag") { table in
        table.column("bookId", .integer).notNull().references("book", onDelete: .cascade)
        table.column("tagId", .integer).notNull().indexed().references("tag", onDelete: .cascade)
        table.primaryKey(["bookId", "tagId"])
      }
      try db.create(table: "review") { table in
        table.autoIncrementedPrimaryKey("id")
        table.column("bookId", .integer).notNull().indexed().references("book", onDelete: .cascade)
        table.column("stars", .integer).notNull().check { (1...5).contains($0) }
        table.column("text", .text).notNull()
      }
    }
    return migrator
  }
}
