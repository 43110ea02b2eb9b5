import Foundation
import TestSupport
import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

/// In an asynchronous pool the line of a lease is the app's, which awaits the pool, and not one of the pool's own.
struct AwaitedPoolTests {
  /// The app: a function that is two awaits away from the pool.
  private struct Bank {
    let pool: AwaitedPool

    func audit() async throws -> PoolObserver.Lease {
      await Task.yield()
      return await pool.checkout()  // leaks
    }

    func report(_ body: @escaping @Sendable () async throws -> Void) async throws {
      try await pool.withConnection { _ in try await body() }  // lends
    }
  }

  private static func line(of text: String) -> Int {
    source.firstIndex { $0.hasSuffix("// \(text)") }.map { $0 + 1 } ?? 0
  }

  private static let source: [Substring] = {
    (try? String(contentsOfFile: #filePath, encoding: .utf8))?.split(separator: "\n", omittingEmptySubsequences: false)
      ?? []
  }()

  @Test(.needs(.chains)) func aLeakNamesTheLineThatAwaits() async throws {
    let recording = try await recordDatabase {
      let bank = Bank(pool: AwaitedPool(size: 1, name: "awaited"))
      _ = try await bank.audit()
    }
    let finding = try #require(recording.check(.noLeaks).first)
    #expect(finding.place?.location.line == Self.line(of: "leaks"))
    #expect(finding.message.contains("  taken at AwaitedPoolTests.swift:\(Self.line(of: "leaks")) in "))
  }

  /// One that had to wait is resumed by the pool, where nobody's stack is left.
  @Test(.needs(.chains)) func soDoesTheLeakOfOneThatHadToWait() async throws {
    let recording = try await recordDatabase {
      let bank = Bank(pool: AwaitedPool(size: 1, name: "awaited"))
      let first = await bank.pool.checkout()
      async let second = bank.audit()
      while await bank.pool.waiting == 0 { await Task.yield() }
      await bank.pool.checkin(first)
      _ = try await second
    }
    #expect(recording.leases.count == 2)
    let finding = try #require(recording.check(.noLeaks).first)
    #expect(finding.place?.location.line == Self.line(of: "leaks"))
  }

  @Test(.needs(.chains)) func whatIsLentNamesTheLineThatAwaits() async throws {
    let recording = try await recordDatabase {
      let bank = Bank(pool: AwaitedPool(size: 2, name: "awaited"))
      try await bank.report {
        await Task.yield()
        try await bank.report {}
      }
    }
    #expect(recording.leases.map { $0.callSite?.line } == [Self.line(of: "lends"), Self.line(of: "lends")])
    let finding = try #require(recording.check(.peakLeases(1)).first)
    #expect(finding.message.contains("AwaitedPoolTests.swift:\(Self.line(of: "lends"))"))
    #expect(recording.check(.noLeaks, .balancedCheckouts).isEmpty)
  }
}
