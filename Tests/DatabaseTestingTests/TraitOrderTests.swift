import DatabaseTesting
import TestSupport
import Testing

/// Opens a database with fixtures for the test, as a project's own trait does.
private struct ShopTrait: TestTrait, TestScoping {
  @TaskLocal static var shop: Shop?

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    try await Self.$shop.withValue(Shop(authors: 2, booksPerAuthor: 1)) { try await function() }
  }
}

extension TestTrait where Self == ShopTrait {
  fileprivate static var shop: Self { ShopTrait() }
}

/// Where `.database` stands beside a trait that opens the database: the first trait is the outermost scope.
@Suite struct TraitOrderTests {
  @Test(.shop, .database(.queries(1), .commits(0)))
  func whatATraitBeforeItSendsIsNotRecorded() throws {
    _ = try ShopTrait.shop?.authors()
  }

  @Test(.database(.queries(5)), .shop)
  func whatATraitBehindItSendsIs() throws {
    _ = try ShopTrait.shop?.authors()
  }

  @Suite(.database(.queries(5))) struct OfASuite {
    @Test(.shop) func aTraitOfTheTestIsInsideOfItsSuites() throws {
      _ = try ShopTrait.shop?.authors()
    }
  }
}
