import GRDB

struct Author: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let books = hasMany(Book.self)
  var id: Int
  var name: String
}

struct Book: Codable, Sendable, FetchableRecord, PersistableRecord {
  var id: Int
  var authorId: Int
  var title: String
}

struct AuthorWithBooks: Decodable, Sendable, FetchableRecord {
  var author: Author
  var books: [Book]
}

struct Library: Sendable {
  let database: DatabaseQueue

  static func inMemory() throws -> Library {
    let database = try DatabaseQueue()
    try database.write { db in
      try db.create(table: "author") { table in
        table.primaryKey("id", .integer)
        table.column("name", .text).notNull()
      }
      try db.create(table: "book") { table in
        table.primaryKey("id", .integer)
        table.column("authorId", .integer).notNull().indexed().references("author")
        table.column("title", .text).notNull()
      }
      for id in 1...3 {
        try Author(id: id, name: "author \(id)").insert(db)
        try Book(id: id, authorId: id, title: "book \(id)").insert(db)
      }
    }
    return Library(database: database)
  }
}
