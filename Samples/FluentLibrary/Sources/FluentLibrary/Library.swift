public import FluentKit
import Foundation

/// What a library does with its database.
public struct Library: Sendable {
  private let database: any Database

  /// Whether the books of each author are loaded with a query of their own, as the bad version does it.
  private let loadsOneByOne: Bool

  /// A library on a database, which loads as the environment says: `FLUENT_LIBRARY_N_PLUS_ONE=1` for one author at a time.
  public init(
    _ database: any Database,
    loadsOneByOne: Bool = ProcessInfo.processInfo.environment["FLUENT_LIBRARY_N_PLUS_ONE"] == "1"
  ) {
    self.database = database
    self.loadsOneByOne = loadsOneByOne
  }

  /// The titles of the books of the first authors, by the names of these.
  public func catalogue(ofFirst count: Int) async throws -> [String: [String]] {
    var catalogue: [String: [String]] = [:]
    let authors = Author.query(on: database).sort(\.$id).limit(count)
    if loadsOneByOne {
      for author in try await authors.all() {
        catalogue[author.name] = try await author.$books.get(on: database).map(\.title).sorted()
      }
    } else {
      for author in try await authors.with(\.$books).all() {
        catalogue[author.name] = author.books.map(\.title).sorted()
      }
    }
    return catalogue
  }

  /// Adds an author with books: all of them, or nothing.
  public func add(_ name: String, titles: [String]) async throws {
    try await database.transaction { database in
      let author = Author(name: name)
      try await author.create(on: database)
      let id = try author.requireID()
      try await titles.map { Book(title: $0, authorID: id) }.create(on: database)
    }
  }
}
