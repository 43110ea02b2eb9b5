import Testing

@testable import DatabaseCallSites
@testable import DatabaseInstrumentation

/// The library that advice is for is the one that the app called.
@Suite struct DatabaseLibraryTests {
  private func library(_ modules: String...) -> DatabaseLibrary? {
    DatabaseLibrary(
      usedOn: modules.enumerated().map { number, module in
        var frame = StackFrame(word: UInt(number + 1))
        frame.take(SymbolName("$s8Bookshop7LibraryV5outerSiyF"), symbol: "$s8Bookshop7LibraryV5outerSiyF")
        frame.module = module
        frame.isFetched = module == "Dependencies"
        return frame
      })
  }

  @Test func theOutermostOneAndNotWhatItIsBuiltOn() {
    #expect(library("PostgresNIO", "PostgresKit", "SQLKit", "FluentSQL", "FluentKit", "App", "Testing") == .fluent)
    #expect(library("SQLiteNIO", "FluentSQLiteDriver", "FluentKit", "App") == .fluent)
    #expect(library("PostgresNIO", "App") == .other)
    #expect(library("GRDB", "StructuredQueriesCore", "SQLiteData", "App") == .other)
  }

  @Test func ofTheAppsOwnCallAndNotOfWhatIsAroundIt() {
    // SQLiteData inside of GRDB's access.
    #expect(library("GRDB", "SQLiteData", "App", "GRDB", "App") == .other)
    // PostgresNIO inside of a transaction of Fluent.
    #expect(library("PostgresNIO", "App", "FluentKit", "App") == .other)
    // Fluent in a request that something on GRDB began.
    #expect(library("SQLiteNIO", "FluentKit", "App", "GRDB", "App") == .fluent)
  }

  @Test func anAppThatAsksTheDatabaseItselfWithinALibraryUsesIt() {
    #expect(library("App", "GRDB", "App") == .grdb)
    #expect(library("App", "App") == nil)
    #expect(library() == nil)
  }

  @Test func packagesInBetweenAreNoMatter() {
    #expect(library("SQLKit", "FluentKit", "Dependencies", "_Concurrency", "App") == .fluent)
    #expect(library("SQLiteNIO", "NIOCore", "FluentKit") == .fluent, "no line of the app is known")
  }
}
