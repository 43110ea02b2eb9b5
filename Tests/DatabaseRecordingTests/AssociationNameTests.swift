import DatabaseInstrumentation
import Testing

@testable import DatabaseRecording

@Suite struct AssociationNameTests {
  private static let library = [
    association(.many, "Author", "books", "Book"), association(.parent, "Book", "author", "Author"),
    association(.parent, "Book", "translator", "Person"), association(.many, "Person", "translations", "Book"),
    association(.many, "Book", "tags", "Tag"), association(.one, "Author", "portrait", "Image"),
    association(.many, "Project", "tasks", "Job"), association(.parent, "Job", "project", "Project"),
    association(.many, "Job", "notes", "Note"), association(.many, "Shelf", "order_items", "Shop.OrderItem"),
    association(.many, "Team", "active", "Player"), association(.many, "Team", "retired", "Player"),
  ]

  private static func association(
    _ kind: DeclaredAssociation.Kind, _ origin: String, _ name: String, _ destination: String, in module: String = "App"
  ) -> DeclaredAssociation {
    DeclaredAssociation(kind: kind, module: module, origin: origin, name: name, destination: destination)
  }

  private func name(
    _ owner: String, _ loaded: String, _ column: String, _ direction: Relationship.Direction, isOnlyKey: Bool = true,
    in declared: [DeclaredAssociation] = library, near module: String? = "App"
  ) -> String? {
    AssociationName(
      owner: owner, loaded: loaded, columns: [column], direction: direction, isOnlyKey: isOnlyKey
    ).association(in: declared, near: module).map { "\($0.origin).\($0.name)" }
  }

  @Test(arguments: [
    ("author", "book", "authorId", Relationship.Direction.toMany, "Author.books"),
    ("authors", "books", "author_id", .toMany, "Author.books"),
    ("book", "author", "authorId", .toOne, "Book.author"),
    ("book", "person", "translatorID", .toOne, "Book.translator"),
    ("person", "book", "translatorId", .toMany, "Person.translations"),
    ("book", "tag", "bookId", .toMany, "Book.tags"),
    ("author", "image", "authorId", .toMany, "Author.portrait"),
    // The type of the table `task` is called Job: the association that leads to it tells so.
    ("project", "task", "projectId", .toMany, "Project.tasks"),
    ("task", "project", "projectId", .toOne, "Job.project"),
    ("task", "note", "taskId", .toMany, "Job.notes"),
    ("shelf", "order_item", "shelf_id", .toMany, "Shelf.order_items"),
  ])
  func known(owner: String, loaded: String, column: String, direction: Relationship.Direction, expected: String) {
    #expect(name(owner, loaded, column, direction) == expected)
  }

  @Test func whatMayBeSeveralIsNone() {
    #expect(name("team", "player", "teamId", .toMany) == nil)
    #expect(name("author", "review", "authorId", .toMany) == nil)
    #expect(name("user", "book", "userId", .toMany) == nil)
  }

  @Test func ofTwoKeysBetweenTheSameTablesEachHasItsOwn() {
    let both = [
      Self.association(.many, "Author", "books", "Book"), Self.association(.many, "Author", "edited", "Book"),
      Self.association(.parent, "Book", "author", "Author"), Self.association(.parent, "Book", "editor", "Author"),
    ]
    #expect(name("book", "author", "editorId", .toOne, isOnlyKey: false, in: both) == "Book.editor")
    #expect(name("book", "author", "authorId", .toOne, isOnlyKey: false, in: both) == "Book.author")
    #expect(name("author", "book", "authorId", .toMany, isOnlyKey: false, in: both) == "Author.books")
    #expect(name("author", "book", "editorId", .toMany, isOnlyKey: false, in: both) == nil)
    // The only one that is declared is not said of the key that has none.
    #expect(name("author", "book", "editorId", .toMany, isOnlyKey: false, in: [both[0]]) == nil)
  }

  @Test func typesOfTheModuleThatSentTheQueryComeFirst() {
    let two = [
      Self.association(.many, "Author", "books", "Book", in: "App"),
      Self.association(.many, "Writer.Author", "works", "Writer.Book", in: "Other"),
    ]
    #expect(name("author", "book", "authorId", .toMany, in: two) == "Author.books")
    #expect(name("author", "book", "authorId", .toMany, in: two, near: "Other") == "Writer.Author.works")
    #expect(name("author", "book", "writerId", .toMany, in: two, near: nil) == nil)
  }

  @Test(arguments: [
    ("book", "book"), ("books", "book"), ("category", "category"), ("categories", "category"),
    ("order_item", "orderitem"), ("Shop.OrderItem", "orderitem"), ("status", "status"), ("address", "address"),
    ("addresses", "address"), ("boxes", "box"), ("batches", "batch"), ("series", "sery"), ("", ""),
  ])
  func keys(name: String, key: String) {
    #expect(AssociationName.key(of: name) == key)
  }
}
