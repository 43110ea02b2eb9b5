import DatabaseTesting
import Testing

@testable import Bookshop

/// What a recording tells about the shop besides N+1 queries.
@Suite struct RecordingTests {
  private let library: Library

  init() throws {
    library = try Library.withShelf()
  }

  @Test func readingTheSameListTwiceIsADuplicate() throws {
    let recording = try recordDatabase {
      for _ in 1...2 { _ = try library.books(ids: [3]) }
    }
    #expect(recording.findings.map(\.kind) == [.duplicateQuery])
    #expect(recording.findings.first?.callSite?.function == "Library.books(ids:)")
  }

  @Test func readingItAgainAfterAChangeIsNoDuplicate() async throws {
    try await expectDatabase(.noDuplicateQueries, .queries(4)) {
      for _ in 1...2 {
        _ = try await library.topRated(1)
        try await library.addReview(of: 1, stars: 1, text: "too long")
      }
    }
  }

  @Test func aReviewOfNoBookIsAFailure() async throws {
    let recording = await recordDatabase {
      await #expect(throws: (any Error).self) { try await library.addReview(of: 4_711, stars: 3, text: "a gift") }
    }
    #expect(recording.findings.map(\.kind) == [.failure])
    #expect(recording.findings.first?.headline.contains("FOREIGN KEY constraint failed") == true)
    #expect(recording.check(.noFailures).count == 1)
  }

  @Test func anExpectedFailureIsLeftOut() async throws {
    let insertion = #"INSERT INTO "review" ("id", "bookId", "stars", "text") VALUES (?, ?, ?, ?)"#
    await expectDatabase(.noFailures.ignoring(insertion, because: "the shop says no to six stars")) {
      await #expect(throws: (any Error).self) { try await library.addReview(of: 1, stars: 6, text: "a gift") }
    }
  }

  @Test func fixturesAreCountedApart() throws {
    let recording = try recordDatabase {
      let library = try Library.withShelf()
      _ = try library.books(ids: [1, 2])
    }
    #expect(recording.queries.count == 1)
    #expect(recording.excludedCount > 100)
  }
}
