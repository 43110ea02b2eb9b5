import Testing

@testable import DatabaseCallSites
@testable import DatabaseInstrumentation

@Suite struct StackFrameTests {
  @Test(arguments: [
    // Swift, with and without debug information.
    Example("$s8Bookshop7LibraryV5outerSiyF", file: "/app/Library.swift", line: 42, isAppCode: true),
    Example("$s8Bookshop7LibraryV5outerSiyF", isAppCode: true),
    // Databases, the runtime, this package.
    Example("$s4GRDB13DatabaseQueueC4readyxxAA0B0CKXEKlF", file: "/checkouts/DatabaseQueue.swift", line: 229),
    Example("$s4GRDB8DatabaseC8readOnlyyxxyKXEKlFyt_Tg5", file: "/checkouts/Database.swift", line: 892),
    Example("$sSp10initialize2toyx_tF", file: "/swift/UnsafePointer.swift", line: 1),
    Example("$s23DatabaseInstrumentation10StackTraceV7capture4intoSiSrySuG_tFZ", file: "StackTrace.swift", line: 4),
    // An extension of a library's type, by the app.
    Example("$s4GRDB8DatabaseC8BookshopE8allBooksSaySSGyKF", file: "/app/Books.swift", line: 7, isAppCode: true),
    // The compiler's.
    Example("$s8Bookshop1KC4overyyFTo", file: "//<compiler-generated>", line: 55),
    Example("$s8Bookshop7LibraryV5outerSiyFS2iXEfU_TA", file: "/app/Library.swift", line: 0),
    Example("$s8Bookshop7LibraryV5outerSiyFS2iXEfU_TA"),
    Example("$sxs5Error_pIgrzo_xsAA_pIegrzo_lTR", file: "/app/Library.swift", line: 3),
    // Optimised: the closure is inlined in what leads to it.
    Example("$s8Bookshop7LibraryV5outerSiyFS2iXEfU_TA", file: "/app/Library.swift", line: 9, isAppCode: true),
    // C.
    Example("load_books", file: "/app/books.c", line: 12, isAppCode: true),
    Example("load_books"),
    Example("sqlite3_step", file: "/app/Sources/CSQLite/sqlite3.c", line: 90_000),
    Example("sqlite3_step", image: "libsqlite3.so.0.8.6"),
    Example("qsort", file: "./stdlib/msort.c", line: 10, image: "/lib/x86_64-linux-gnu/libc.so.6"),
    Example("database_hooks_trace", file: "Sources/CSQLiteHooks/Trace.c", line: 5),
    Example("database_hooks_trace", file: "CSQLiteHooks/Trace.c", line: 5),
    // What the package manager writes.
    Example("main", file: "/app/.build/debug/AppPackageTests.derived/runner.swift", line: 5),
    Example("$s8Bookshop7LibraryV5outerSiyF", file: "/@__swiftmacro_8AppTests04ListA0V4TestfMp_.swift", line: 5),
  ])
  func whatIsAppCode(example: Example) {
    #expect(example.frame.isAppCode == example.isAppCode)
    // The first pass must not hide what the second would find.
    if example.isAppCode, example.frame.file != nil {
      var named = example.frame
      named.file = nil
      named.line = nil
      #expect(named.mayContainAppCode())
    }
  }

  @Test(arguments: [
    ("$s4GRDB13DatabaseQueueC4readyxxAA0B0CKXEKlF", false),
    ("$s4GRDB8DatabaseC8readOnlyyxxyKXEKlFyt_Tg5", true),
    ("$s4GRDB13DatabaseQueueC4readyxxAA0B0CKXEKlFxAFKXEfU_TA", true),
    ("$sxs5Error_pIgrzo_xsAA_pIegrzo_lTR", true),
    ("$sSp10initialize2toyx_tF", false),
    ("main", true),
  ])
  func whereLinesAreWorthReading(symbol: String, isWorth: Bool) {
    #expect(Example(symbol).frame.mayContainAppCode() == isWorth)
  }

  @Test(arguments: [
    "GRDB", "SQLite", "SQLiteNIO", "FluentKit", "PostgresNIO", "StructuredQueriesCore", "SQLiteData", "DatabaseTesting",
    "CSQLiteHooks", "Swift", "_Concurrency", "Foundation", "Testing",
  ])
  func modulesThatAreNeverACallSite(module: String) {
    #expect(KnownModules.areSkipped(module))
  }

  @Test func aModuleThatWasFetchedIsNotWorthReading() {
    let frame = Example("$s8Bookshop7LibraryV5outerSiyF").frame
    #expect(frame.mayContainAppCode())
    #expect(!frame.mayContainAppCode(besides: ["Bookshop"]))
    // Made for one caller: the app's closure may be in it.
    let forwarder = Example("$s8Bookshop7LibraryV5outerSiyFS2iXEfU_TA").frame
    #expect(forwarder.mayContainAppCode(besides: ["Bookshop"]))
  }

  @Test func whatWasFetchedIsNoAppCode() {
    var frame = Example("$s8Bookshop7LibraryV5outerSiyF", file: "/app/Library.swift", line: 42).frame
    #expect(frame.isAppCode)
    frame.isFetched = true
    #expect(!frame.isAppCode)
  }

  /// An app may have a module of such a name; of a database library it uses the words in any case.
  @Test(arguments: [("Logging", true), ("NIOCore", true), ("GRDB", false), ("Foundation", false), ("XCTest", false)])
  func aFileTellsWhoseAModuleIs(module: String, isApp: Bool) {
    var frame = Example("$s8Bookshop7LibraryV5outerSiyF", file: "/app/Sources/Library.swift", line: 42).frame
    frame.module = module
    #expect(frame.isAppCode == isApp)
    frame.file = nil
    #expect(!frame.isAppCode)
  }

  @Test func modulesOfTheApp() {
    #expect(!KnownModules.areSkipped("Bookshop"))
    #expect(!KnownModules.areSkipped("DatabaseTestingTests"))
    #expect(DatabaseLibrary(module: "GRDB") == .grdb)
    #expect(DatabaseLibrary(module: "SQLite") == .sqliteSwift)
    #expect(DatabaseLibrary(module: "FluentSQLiteDriver") == .fluent)
    #expect(DatabaseLibrary(module: "StructuredQueriesCore") == .other)
    #expect(DatabaseLibrary(module: "Bookshop") == nil)
  }

  @Test(arguments: [
    ("@__swiftmacro_22DatabaseCallSitesTests0024CallSiteTestsswift_ynAHffMX52_4_6expectfMf_.swift", 1, 53),
    ("@__swiftmacro_22DatabaseCallSitesTests0024CallSiteTestsswift_ynAHffMX179_4_6expectfMf2_.swift", 4, 183),
  ])
  func theCodeInAMacroHasThePlaceOfTheMacro(path: String, line: Int, found: Int) throws {
    let place = try #require(MacroExpansion(path: "/tmp/generated/" + path, line: line))
    #expect(place.fileName == "CallSiteTests.swift")
    #expect(place.line == found)
  }

  @Test(arguments: [
    "", "/", "Library.swift", "@__swiftmacro_", "@__swiftmacro_.swift", "@__swiftmacro_garbage.swift",
    "@__swiftmacro_22DatabaseCallSitesTests5ProbeV1q4TestfMp_.swift",
  ])
  func otherFilesAreNoMacros(path: String) {
    #expect(MacroExpansion(path: path, line: 5) == nil)
  }

  @Test func aLineBeyondAllNumbersIsUnknown() {
    let path = "@__swiftmacro_22DatabaseCallSitesTests0024CallSiteTestsswift_ynAHffMX52_4_6expectfMf_.swift"
    #expect(MacroExpansion(path: path, line: .max) == nil)
    #expect(MacroExpansion(path: path, line: 0) == nil)
  }

  @Test func descriptions() {
    var site = CallSite(function: "Library.books()", module: "Bookshop", filePath: "/app/Library.swift", line: 42)
    #expect(site.description == "Library.swift:42 in Library.books()")
    site.line = nil
    #expect(site.description == "Library.swift in Library.books()")
    site.filePath = nil
    #expect(site.description == "Library.books() (no debug information)")
  }

  struct Example: Sendable, CustomTestStringConvertible {
    let frame: StackFrame
    let isAppCode: Bool

    init(_ symbol: String, file: String? = nil, line: Int? = nil, image: String = "App", isAppCode: Bool = false) {
      var frame = StackFrame(word: 1)
      frame.take(SymbolName(symbol), symbol: symbol)
      frame.file = file
      frame.line = line
      frame.image = image
      self.frame = frame
      self.isAppCode = isAppCode
    }

    var testDescription: String { "\(frame.symbol ?? "") \(frame.file ?? "")" }
  }
}
