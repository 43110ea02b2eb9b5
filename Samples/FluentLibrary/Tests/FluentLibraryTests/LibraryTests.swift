import DatabaseTesting
import FluentLibrary
import FluentPostgresDriver
import Testing

@Suite struct LibraryTests {
  @Test(.database(.noNPlusOne, .queries(2), .noFailures))
  func theCatalogueIsTwoQueries() async throws {
    let library = try await Library(App.shared.value.database)
    let catalogue = try await library.catalogue(ofFirst: 4)
    #expect(catalogue["Ada"] == ["Ada I", "Ada II"])
  }

  @Test(.database(.commits(1), .rollbacks(0), .batchedInserts, .flush(inserted: ["authors": 1, "books": 3])))
  func anAuthorIsAddedWithItsBooks() async throws {
    let library = try await Library(App.shared.value.database)
    try await library.add("Tony", titles: ["Hints", "Quicksort", "CSP"])
  }

  @Test(.database(.fails(1), .rollbacks(1), .noDurableWrites))
  func aTitleThatIsTakenLeavesNothing() async throws {
    let library = try await Library(App.shared.value.database)
    await #expect(throws: PSQLError.self) { try await library.add("Another Ada", titles: ["Ada I"]) }
  }

  /// At once, on connections that they share: each has what it sent.
  @Test(.database(.commits(1), .inserts(2), .noFailures), arguments: 1...24)
  func manyAtOnce(_ number: Int) async throws {
    let library = try await Library(App.shared.value.database)
    try await library.add("Author \(number)", titles: ["Title \(number)"])
  }
}
