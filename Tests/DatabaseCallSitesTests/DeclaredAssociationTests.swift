import Testing

@testable import DatabaseCallSites

@Suite struct DeclaredAssociationTests {
  @Test(arguments: [
    (
      "static App.Author.books.getter : GRDB.HasManyAssociation<App.Author, App.Book>",
      DeclaredAssociation(kind: .many, module: "App", origin: "Author", name: "books", destination: "Book")
    ),
    (
      "App.Author.books.unsafeMutableAddressor : GRDB.HasManyAssociation<App.Author, App.Book>",
      DeclaredAssociation(kind: .many, module: "App", origin: "Author", name: "books", destination: "Book")
    ),
    (
      "static App.Author.books : GRDB.HasManyAssociation<App.Author, App.Book>",
      DeclaredAssociation(kind: .many, module: "App", origin: "Author", name: "books", destination: "Book")
    ),
    (
      "static App.Studio.Job.project.getter : GRDB.BelongsToAssociation<App.Studio.Job, App.Studio.Project>",
      DeclaredAssociation(
        kind: .parent, module: "App", origin: "Studio.Job", name: "project", destination: "Studio.Project")
    ),
    (
      "static App.(Line in _0045AB).order.getter : GRDB.HasOneAssociation<App.(Line in _0045AB), App.(Order in _0045AB)>",
      DeclaredAssociation(kind: .one, module: "App", origin: "Line", name: "order", destination: "Order")
    ),
    (
      "static (extension in Feature):Model.Author.prizes.getter : "
        + "GRDB.HasManyThroughAssociation<Model.Author, Feature.Prize>",
      DeclaredAssociation(kind: .many, module: "Model", origin: "Author", name: "prizes", destination: "Prize")
    ),
    (
      "App.Author.$books.getter : FluentKit.ChildrenProperty<App.Author, App.Book>",
      DeclaredAssociation(kind: .many, module: "App", origin: "Author", name: "books", destination: "Book")
    ),
    (
      "App.Book.$tags.getter : FluentKit.SiblingsProperty<App.Book, App.Tag, App.BookTag>",
      DeclaredAssociation(kind: .many, module: "App", origin: "Book", name: "tags", destination: "Tag")
    ),
  ])
  func read(text: String, association: DeclaredAssociation) {
    #expect(DeclaredAssociation(demangled: text) == association)
  }

  @Test(arguments: [
    "static App.Author.databaseTableName.getter : Swift.String",
    "App.Author._books.getter : FluentKit.ChildrenProperty<App.Author, App.Book>",
    "App.Author.books.getter : [App.Book]",
    "static App.Box.items.getter : GRDB.HasManyAssociation<App.Box<A>, App.Item>",
    "static Author #1 in App.f() -> ().books.getter : GRDB.HasManyAssociation<Author #1 in App.f() -> (), App.Book>",
    "static App.Author.books.getter : GRDB.HasManyAssociation<",
    "static App.Author.books.getter : GRDB.HasManyAssociation<>",
    "static App.Author.books.getter : GRDB.HasManyAssociation<Author, Book>",
    "books.getter : GRDB.HasManyAssociation<A, B>",
    ".getter : ", "",
  ])
  func isNone(text: String) {
    #expect(DeclaredAssociation(demangled: text) == nil)
  }
}
