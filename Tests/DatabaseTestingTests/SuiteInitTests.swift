#if os(Linux) && arch(x86_64)
  import DatabaseSupport
  import DatabaseTesting
  import Foundation
  import TestSupport
  import Testing

  /// Expects the one issue of the test's trait, which has a line about fixtures, or none.
  private struct FixtureNoteTrait: TestTrait, TestScoping {
    let note: String?

    func provideScope(
      for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
      let issues = Locked<[String]>([])
      try await withKnownIssue {
        try await function()
      } matching: { issue in
        issues.withLock { $0.append(issue.comments.map(\.rawValue).joined()) }
        return true
      }
      let messages = issues.withLock { $0 }
      #expect(messages.count == 1)
      let lines = messages.flatMap { $0.components(separatedBy: "\n") }
      #expect(
        lines.filter { $0.contains("withoutDatabaseRecording") } == (note.map { ["  \($0)"] } ?? []), "\(messages)")
    }
  }

  extension TestTrait where Self == FixtureNoteTrait {
    fileprivate static func notes(_ note: String) -> Self { FixtureNoteTrait(note: note) }
    fileprivate static var notesNothing: Self { FixtureNoteTrait(note: nil) }
  }

  /// Says of queries that a suite's `init` sent that they did not come from the test.
  @Suite(.needs(.chains)) enum SuiteInitTests {
    @Suite struct AStruct {
      private let shop: Shop

      init() throws {
        shop = try Shop(authors: 1, booksPerAuthor: 1)
      }

      @Test(
        .notes(
          "2 queries ran in SuiteInitTests.AStruct.init(), which is recorded like the test: make fixtures in withoutDatabaseRecording { … }"
        ),
        .database(.queries(1)))
      func isNamed() throws {
        _ = try shop.authors()
      }

      @Test(
        .notes(
          "2 queries ran in SuiteInitTests.AStruct.init(), which is recorded like the test: make fixtures in withoutDatabaseRecording { … }"
        ),
        .database(.queries(1)))
      func isNamedBesideInsertsOfTheTest() throws {
        for author in 10..<16 {
          try shop.database.execute("INSERT INTO author (id, name) VALUES (\(author), 'another')")
        }
      }
    }

    @Suite struct AnAsynchronousOne {
      private let shop: Shop

      init() async throws {
        await Task.yield()
        shop = try await Task { try Shop(authors: 10, booksPerAuthor: 2) }.value
      }

      /// More inserts than stacks are kept of.
      @Test(
        .notes(
          "30 queries ran in SuiteInitTests.AnAsynchronousOne.init(), which is recorded like the test: make fixtures in withoutDatabaseRecording { … }"
        ),
        .database(.selects(0)))
      func isNamed() async throws {
        _ = try shop.authors()
      }
    }

    @Suite final class AClass {
      private let shop: Shop

      init() throws {
        func helper() throws -> Shop { try Shop(authors: 2, booksPerAuthor: 0) }
        shop = try helper()
      }

      @Test(
        .notes(
          "2 queries ran in SuiteInitTests.AClass.init(), which is recorded like the test: make fixtures in withoutDatabaseRecording { … }"
        ),
        .database(.queries(...1)))
      func isNamed() throws {
        _ = try shop.authors()
      }
    }

    @Suite struct AnInitialValue {
      private let shop = Result { try Shop(authors: 1, booksPerAuthor: 1) }

      @Test(
        .notes(
          "2 queries ran in SuiteInitTests.AnInitialValue.init(), which is recorded like the test: make fixtures in withoutDatabaseRecording { … }"
        ),
        .database(.queries(1)))
      func isNamed() throws {
        _ = try shop.get().authors()
      }
    }

    /// What `expectDatabase` is around is asked about, wherever it stands.
    @Suite struct AScopeOfItsOwn {
      init() throws {
        _ = try expectDatabase(.queries(1)) { try Shop(authors: 1, booksPerAuthor: 1) }
      }

      @Test(.notesNothing) func isNotNamed() {}
    }

    @Suite struct Innocent {
      private let shop: Shop

      init() throws {
        shop = try withoutDatabaseRecording { try Shop(authors: 2) }
      }

      @Test(.notesNothing, .database(.queries(1)))
      func fixturesThatAreLeftOut() throws {
        _ = try (shop.authors(), shop.authors())
      }

      /// An `init` that the test calls is the test's own.
      @Test(.notesNothing, .database(.queries(1)))
      func aDatabaseThatTheTestOpens() throws {
        _ = try Shop(authors: 1, booksPerAuthor: 1).authors()
      }

      @Test(.notesNothing, .database(.queries(1)))
      func aDatabaseThatATaskOfTheTestOpens() async throws {
        _ = try await Task { try Shop(authors: 1, booksPerAuthor: 1).authors() }.value
      }
    }
  }
#endif
