import Testing

@testable import DatabaseCallSites
@testable import DatabaseInstrumentation

@Suite struct PackageCheckoutsTests {
  private static let program = "/app/.build/x86_64-unknown-linux-gnu/debug/AppPackageTests.xctest"

  @Test(arguments: [
    "/app/.build/checkouts/swift-dependencies/Sources/Dependencies/WithDependencies.swift",
    "/app/.build/checkouts/GRDB.swift/GRDB/Core/Database.swift",
    "/app/.build/registry/downloads/mona/LinkedList/1.1.1/Sources/LinkedList/LinkedList.swift",
    // Built elsewhere, with another folder of the usual name, by Xcode.
    "/build/.build/checkouts/swift-nio/Sources/NIOCore/Channel.swift",
    "/app/.build-traits/checkouts/swift-log/Sources/Logging/Logging.swift",
    "/Users/a/Library/Developer/Xcode/DerivedData/App-x/SourcePackages/checkouts/GRDB.swift/GRDB/Core/Row.swift",
    "/Users/a/SourcePackages/registry/downloads/mona/LinkedList/1.1.1/Sources/List.swift",
    // C of a package.
    "/app/.build/checkouts/sqlite-nio/Sources/CSQLite/sqlite3_nio.c",
  ])
  func whatWasFetched(path: String) {
    #expect(PackageCheckouts(program: Self.program, ownFolder: nil).contain(path))
  }

  @Test(arguments: [
    "/app/Sources/App/Library.swift",
    "/app/Tests/AppTests/LibraryTests.swift",
    // Packages that are named by their path, inside of the app and beside it.
    "/app/Packages/Catalogue/Sources/Catalogue/Catalogue.swift",
    "/shared/Catalogue/Sources/Catalogue/Catalogue.swift",
    // What an app may call a folder.
    "/app/Sources/Shop/checkouts/cart/Cart.swift",
    "/app/checkouts/cart/Cart.swift",
    "/app/Sources/registry/downloads/a/b/c/File.swift",
    "/app/Sources/Shop/Checkouts.swift",
    "/app/.build/checkouts/Loose.swift",
    "/app/.build/registry/downloads/mona/LinkedList/Loose.swift",
    // What the package manager makes of the app's.
    "/app/.build/x86_64-unknown-linux-gnu/debug/App.build/DerivedSources/resource_bundle_accessor.swift",
    "", "/", "checkouts/a/b.swift",
  ])
  func whatIsTheApps(path: String) {
    #expect(!PackageCheckouts(program: Self.program, ownFolder: nil).contain(path))
  }

  @Test(arguments: [
    ("/tmp/scratch/x86_64-unknown-linux-gnu/release/AppPackageTests.xctest", "/tmp/scratch"),
    ("/app/build/arm64-apple-macosx/debug/AppPackageTests.xctest/Contents/MacOS/AppPackageTests", "/app/build"),
    ("/tmp/s/out/Products/Debug-linux/AppPackageTests.xctest", "/tmp/s"),
  ])
  func theProgramTellsItsScratchFolder(program: String, scratch: String) {
    let checkouts = PackageCheckouts(program: program, ownFolder: nil)
    #expect(checkouts.contain("\(scratch)/checkouts/GRDB.swift/GRDB/Core/Row.swift"))
    #expect(checkouts.contain("\(scratch)/registry/downloads/a/b/1.0.0/Sources/B/B.swift"))
    #expect(!checkouts.contain("/other/checkouts/GRDB.swift/GRDB/Core/Row.swift"))
  }

  /// The program may run somewhere else than where it was built.
  @Test func whereThisPackageWasFetchedToAreOthers() {
    let moved = "/opt/tests/AppPackageTests.xctest"
    let fetched = PackageCheckouts(program: moved, ownFolder: "/tmp/scratch/checkouts/swift-database-testing")
    #expect(fetched.contain("/tmp/scratch/checkouts/GRDB.swift/GRDB/Core/Row.swift"))
    let downloaded = PackageCheckouts(
      program: moved, ownFolder: "/s/registry/downloads/mona/swift-database-testing/1.0.0")
    #expect(downloaded.contain("/s/registry/downloads/groue/GRDB/7.0.0/GRDB/Core/Row.swift"))
    let byPath = PackageCheckouts(program: moved, ownFolder: "/src/swift-database-testing")
    #expect(!byPath.contain("/tmp/scratch/checkouts/GRDB.swift/GRDB/Core/Row.swift"))
  }

  /// The whole app was cloned into a folder of that name, with this package and another one beside it.
  @Test func anAppInAFolderOfThatNameIsNoLibrary() {
    var checkouts = PackageCheckouts(
      program: "/ci/checkouts/app/.build/x86_64-unknown-linux-gnu/debug/AppPackageTests.xctest",
      ownFolder: "/ci/checkouts/swift-database-testing")
    checkouts.add(testAt: "/ci/checkouts/app/Tests/AppTests/LibraryTests.swift")
    #expect(!checkouts.contain("/ci/checkouts/app/Sources/App/Library.swift"))
    #expect(!checkouts.contain("/ci/checkouts/catalogue/Sources/Catalogue/Catalogue.swift"))
    #expect(checkouts.contain("/ci/checkouts/app/.build/checkouts/GRDB.swift/GRDB/Core/Row.swift"))
  }

  /// `cd .build/checkouts/GRDB.swift; swift test`.
  @Test(arguments: [
    "/app/.build/checkouts/GRDB.swift/.build/x86_64-unknown-linux-gnu/debug/GRDBPackageTests.xctest",
    "/tmp/scratch/x86_64-unknown-linux-gnu/debug/GRDBPackageTests.xctest",
  ])
  func aLibraryThatIsTestedWhereItWasFetchedToIsTheApp(program: String) {
    var checkouts = PackageCheckouts(program: program, ownFolder: nil)
    checkouts.add(testAt: "/app/.build/checkouts/GRDB.swift/Tests/GRDBTests/RowTests.swift")
    #expect(!checkouts.contain("/app/.build/checkouts/GRDB.swift/GRDB/Core/Row.swift"))
    #expect(checkouts.contain("/app/.build/checkouts/GRDB.swift/.build/checkouts/swift-log/Sources/Logging/Log.swift"))
  }

  /// A package of helpers for tests that was fetched, and records by itself.
  @Test func aHelperThatRecordsIsNoTestOfTheApp() {
    var checkouts = PackageCheckouts(program: Self.program, ownFolder: nil)
    checkouts.add(testAt: "/app/.build/checkouts/test-kit/Sources/TestKit/Expect.swift")
    #expect(checkouts.contain("/app/.build/checkouts/test-kit/Sources/TestKit/Expect.swift"))
    #expect(checkouts.contain("/app/.build/checkouts/GRDB.swift/GRDB/Core/Row.swift"))
  }
}
