#if os(Linux) && arch(x86_64) && canImport(Glibc)
  import TestSupport
  import Testing

  @testable import DatabaseInstrumentation
  @testable import DatabaseRecording
  @testable import DatabaseRunRecords
  @testable import DatabaseTesting

  /// Connections that are taken in awaited code: the line that took them, and what led to it.
  @Suite(.needs(.chains)) struct AwaitedLeaseTests {
    private static let file = "AwaitedLeaseTests.swift"

    @Test func aLeakOfFakePool() async throws {
      let pool = stubPool()
      var line = 0
      var lease: StubPool.Lease?
      let recording = try await recordDatabase {
        line = #line + 1
        lease = try await Bank.take(from: pool)
      }
      let finding = try #require(recording.check(.noLeaks).first)
      #expect(finding.place?.location.line == Bank.line)
      #expect(finding.message.contains("\n  taken at \(Self.file):\(Bank.line) in take(from:)\n"), "\(finding)")
      try expectCallers(of: .leak, in: recording, line, "aLeakOfFakePool()")
      try lease?.checkin()
    }

    @Test func aLeakOfAMonitoredPool() async throws {
      let pool = MonitoredPool(Handmade(), name: "handmade")
      var line = 0
      let recording = try await recordDatabase {
        line = #line + 1
        try await Bank.leak(from: pool)
      }
      let finding = try #require(recording.check(.noLeaks).first)
      #expect(finding.message.contains("\n  taken at \(Self.file):\(Bank.leakLine) in leak(from:)\n"), "\(finding)")
      try expectCallers(of: .leak, in: recording, line, "aLeakOfAMonitoredPool()")
    }

    /// No line is handed to it: that of the awaiting app is found on the stack.
    @Test func aPoolThatReportsItself() async throws {
      let monitor = PoolMonitor(name: "reporting")
      let connection = monitor.observer.connected()
      var line = 0
      let recording = await recordDatabase {
        line = #line + 1
        await reportCheckoutLater(to: monitor, connection)
      }
      let finding = try #require(recording.check(.noLeaks).first)
      #expect(finding.place?.location.line == line)
      let site = "\(Self.file):\(line) in AwaitedLeaseTests.aPoolThatReportsItself()"
      #expect(finding.message.contains("\n  taken at \(site)\n"), "\(finding)")
      #expect(recording.leases.map(\.callSite?.column) == [15])
    }

    @Test func aLeakInAChildTask() async throws {
      let pool = MonitoredPool(Handmade(), name: "handmade")
      var line = 0
      let recording = try await recordDatabase {
        try await withThrowingTaskGroup(of: Void.self) { group in
          line = #line + 1
          group.addTask { try await Bank.leak(from: pool) }
          try await group.waitForAll()
        }
      }
      let problem = try #require(RunRecord.Test(recording, name: nil).findings.first { $0.kind == "leak" })
      #expect(problem.site == "\(Self.file):\(Bank.leakLine) in leak(from:)")
      #expect(problem.stack?.first { $0.creates == true }?.site.hasPrefix("\(Self.file):\(line) in ") == true)
      #expect(problem.callers.contains { $0.awaits == true && $0.site.hasPrefix("\(Self.file):\(line) in ") })
    }

    @Test func aConnectionThatIsReturnedTwice() async throws {
      let pool = MonitoredPool(Handmade(), name: "handmade")
      var line = 0
      let recording = try await recordDatabase {
        let lease = try await pool.checkout()
        try await pool.checkin(lease)
        line = #line + 1
        try? await pool.checkin(lease)
      }
      let finding = try #require(recording.check(.balancedCheckouts).first)
      #expect(finding.kind == .doubleCheckin && finding.callSite?.line == line)
    }

    /// Where nothing is recorded no stack is looked for.
    @Test func withoutARecordingThereIsTheLineAlone() async throws {
      #expect(CheckoutOrigin(PoolCaller(at: CheckoutSite())).stack == nil)
      #expect(CheckoutOrigin(PoolCaller(at: CheckoutSite())).callSite?.line == #line)
    }

    /// As a record keeps them.
    private func expectCallers(
      of kind: Finding.Kind, in recording: Recording, _ line: Int, _ function: String,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let record = RunRecord.Test(recording, name: "test")
      let problem = try #require(record.findings.first { $0.kind == kind.rawValue }, sourceLocation: sourceLocation)
      let site = "\(Self.file):\(line) in AwaitedLeaseTests.\(function)"
      #expect(problem.callers.first?.description == "awaited at \(site)", sourceLocation: sourceLocation)
    }
  }

  private enum Bank {
    static let line = #line + 2
    @inline(never) static func take(from pool: StubPool) async throws -> StubPool.Lease {
      let lease = try await pool.checkout()
      await Task.yield()
      return lease
    }

    static let leakLine = #line + 2
    @inline(never) static func leak(from pool: MonitoredPool<Handmade>) async throws {
      _ = try await pool.checkout()
      await Task.yield()
    }
  }

  private struct Handmade: MonitorablePool {
    final class Connection: Sendable {}

    @concurrent func checkout() async throws -> Connection {
      await Task.yield()
      return Connection()
    }

    @concurrent func checkin(_ connection: Connection) async throws { await Task.yield() }
  }
#endif
