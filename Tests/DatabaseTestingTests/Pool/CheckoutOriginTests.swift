import TestSupport
import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

/// The line that a pool is handed, where a package between the app and the pool hands its own: that one is a library, and the app's
/// line is on the stack.
@Suite struct CheckoutOriginTests {
  /// As the wrapper of a package takes them: by the default arguments of the pool's function.
  private static let lines: [(name: String, site: CheckoutSite, isFetched: Bool)] = [
    (
      "checked out",
      CheckoutSite(
        fileID: "PoolKit/PoolKit.swift", filePath: "/app/.build/checkouts/pool-kit/Sources/PoolKit/PoolKit.swift",
        line: 9, column: 5, function: "withConnection(_:)"), true
    ),
    (
      "downloaded",
      CheckoutSite(
        fileID: "PoolKit/PoolKit.swift",
        filePath: "/app/.build/registry/downloads/mona/PoolKit/1.0.0/Sources/PoolKit/PoolKit.swift", line: 9,
        column: 5, function: "withConnection(_:)"), true
    ),
    (
      "by Xcode",
      CheckoutSite(
        fileID: "PoolKit/PoolKit.swift", filePath: "/Users/a/SourcePackages/checkouts/pool-kit/Sources/PoolKit.swift",
        line: 9, column: 5, function: "withConnection(_:)"), true
    ),
    (
      "a package of the app",
      CheckoutSite(
        fileID: "PoolKit/PoolKit.swift", filePath: "/app/Packages/pool-kit/Sources/PoolKit/PoolKit.swift", line: 9,
        column: 5, function: "withConnection(_:)"), false
    ),
    (
      "a folder of the app that is called so",
      CheckoutSite(
        fileID: "Shop/Cart.swift", filePath: "/app/Sources/Shop/checkouts/cart/Cart.swift", line: 9, column: 5,
        function: "pay()"), false
    ),
  ]

  @Test(arguments: lines.indices) func whoseLineItIs(index: Int) {
    let (name, site, isFetched) = Self.lines[index]
    let origin = CheckoutOrigin(PoolCaller(at: site))
    #expect((origin.site == nil) == isFetched, "\(name)")
    // Where there is no stack to look on, it is better than none.
    #expect(origin.callSite == site.callSite, "\(name)")
  }

  @Test(.needs(.lines), arguments: lines.indices) func aLeakStandsAtTheLineOfTheApp(index: Int) throws {
    let (name, site, isFetched) = Self.lines[index]
    let pool = stubPool()
    var (line, lease) = (0, nil as StubPool.Lease?)
    let recording = try recordDatabase {
      line = #line + 1
      lease = try pool.checkoutImmediately(at: site)
    }
    let finding = try #require(recording.check(.noLeaks).first)
    let own = try #require(recording.leases.first?.callSite)
    #if os(Linux) && canImport(Glibc)
      let wanted = isFetched ? line : 9
      #expect(finding.place?.location.line == wanted, "\(name): \(finding)")
      #expect(own.line == wanted, "\(name)")
      #expect(own.fileName == (isFetched ? "CheckoutOriginTests.swift" : site.callSite.fileName), "\(name)")
      #expect(finding.message.contains("  taken at \(own)\n"), "\(name): \(finding)")
    #endif
    try lease?.checkin()
  }

  @Test(arguments: lines.indices) func aConnectionThatIsReturnedIsNone(index: Int) throws {
    let pool = stubPool()
    let recording = try recordDatabase {
      try pool.checkoutImmediately(at: Self.lines[index].site).checkin()
    }
    #expect(recording.check(.noLeaks).isEmpty && recording.leases.count == 1)
  }

  #if os(Linux) && arch(x86_64) && canImport(Glibc)
    /// The app awaits the package, which awaits the pool.
    @Test(.needs(.lines)) func theLineThatAwaitsThePackage() async throws {
      let pool = stubPool()
      var (line, lease) = (0, nil as StubPool.Lease?)
      let recording = try await recordDatabase {
        line = #line + 1
        lease = try await pool.checkout(at: Self.lines[0].site)
      }
      let finding = try #require(recording.check(.noLeaks).first)
      #expect(finding.place?.location.line == line, "\(finding)")
      try lease?.checkin()
    }
  #endif
}
