import DatabaseSupport
import TestSupport
import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

struct PoolContractTests {
  @Test(arguments: [FakePoolOptions.Semantics.strict, .sqlAlchemy])
  func theFakePoolKeepsTheContract(_ semantics: FakePoolOptions.Semantics) async {
    await checkPoolContract(rules: .strict) { size in
      FakePoolSubject(pool: stubPool(size: PoolSize(size), overflow: 0, semantics))
    }
  }

  @Test func aPoolAsItIsEasilyWrittenKeepsIt() async {
    await checkPoolContract(rules: .strict) { size in HandmadePool(size: size, flaw: nil) }
  }

  /// A pool with one mistake breaks the rule that it is about.
  @Test(arguments: HandmadePool.Flaw.allCases)
  func eachRuleHasAPoolThatBreaksIt(_ flaw: HandmadePool.Flaw) async {
    let breaches = await poolContractBreaches(rules: .strict, patience: .milliseconds(300)) { size in
      HandmadePool(size: size, flaw: flaw)
    }
    let rules = Set(breaches.map(\.rule))
    #expect(rules.contains(flaw.rule), "\(breaches)")
    #expect(rules.subtracting(flaw.allowed).isEmpty, "\(breaches)")
  }

  @Test func everyRuleIsBrokenBySomePool() {
    #expect(Set(HandmadePool.Flaw.allCases.map(\.rule)) == .strict)
  }

  /// A pool that serves the last caller first is sound; the order is for those who ask for it.
  @Test func lastComeFirstServedIsSound() async {
    let breaches = await poolContractBreaches(patience: .seconds(5)) { HandmadePool(size: $0, flaw: .servesLastFirst) }
    #expect(breaches == [])
  }

  @Test(arguments: TypicalPool.allCases) func typicalPoolsOfApps(_ kind: TypicalPool) async {
    let breaches = await poolContractBreaches(except: kind.byDesign, patience: kind.patience) { try kind.make($0) }
    #expect(breaches.map(\.rule) == kind.breaks, "\(breaches)")
  }

  @Test func aBreachIsAnIssue() async throws {
    let issues = Locked<[String]>([])
    await withKnownIssue {
      await checkPoolContract(rules: [.closeWakesWaiters], patience: .milliseconds(200)) { size in
        HandmadePool(size: size, flaw: .closeForgetsWaiters)
      }
    } matching: { issue in
      issues.withLock { $0.append(issue.comments.map(\.rawValue).joined()) }
      return true
    }
    #expect(
      issues.withLock { $0 } == [
        "The pool breaks closeWakesWaiters: a caller that waited was never woken when the pool was closed."
      ])
  }

  @Test func onlyTheRulesThatAreAskedForAreTried() async {
    let made = Locked(0)
    let breaches = await poolContractBreaches(rules: [.waiterIsServed, .detach], except: [.detach]) { size in
      made.withLock { $0 += 1 }
      return HandmadePool(size: size, flaw: .closeForgetsWaiters)
    }
    #expect(breaches == [])
    #expect(made.withLock { $0 } == 1)
  }

  /// Nothing is left of a pool, whatever came of the rule and whatever the pool cannot do.
  @Test(arguments: [HandmadePool.Flaw?.none] + HandmadePool.Flaw.allCases.map(Optional.some))
  func everyPoolIsClosed(_ flaw: HandmadePool.Flaw?) async {
    let pools = Locked<[HandmadePool]>([])
    _ = await poolContractBreaches(rules: .strict, patience: .milliseconds(100), settling: .milliseconds(20)) { size in
      let pool = HandmadePool(size: size, flaw: flaw)
      pools.withLock { $0.append(pool) }
      return pool
    }
    #expect(pools.withLock { $0.count } >= 14)
    #expect(pools.withLock { $0.allSatisfy(\.isClosed) })
  }

  #if os(Linux)
    /// The process ends, and its last words name the rule; what was found before is there.
    @Test func aPoolThatTrapsNamesTheRule() throws {
      let environment = ["SWIFT_BACKTRACE": "enable=no"]
      let lines = try Probe(name: "ConfigurationProbe").run(["contract"], environment: environment, exitCode: nil)
      let rules = lines.filter { $0.hasPrefix("Pool contract: ") }
      #expect(
        rules == [
          "Pool contract: waiterIsServed", "Pool contract: capacity", "Pool contract: doubleReturn",
        ])
      #expect(lines.contains { $0.contains("the connection is not out") })
    }

    /// What it traps on is left out, and none of its pools is let go while it is open.
    @Test func whatAPoolRulesOutIsLeftOut() throws {
      let lines = try Probe(name: "ConfigurationProbe").run("contract", "tolerant")
      #expect(lines.last == "breaks [\"cancelledWaitEnds\", \"closeWakesWaiters\"]")
      #expect(
        lines.contains(
          "Pool contract: closeWakesWaiters is broken: a caller that waited was never woken when the pool was closed."))
      #expect(lines.contains("Pool contract: detach was not tried: the pool cannot detach a connection."))
    }
  #endif
}

struct FakePoolSubject: ContractPool {
  let pool: StubPool

  func checkout() async throws -> StubPool.Lease { try await pool.checkout() }
  func checkin(_ lease: StubPool.Lease) async throws { try pool.checkin(lease) }
  func connectionID(of lease: StubPool.Lease) -> Int { lease.connectionID }
  func close() async { pool.close() }
  func detach(_ lease: StubPool.Lease) async throws -> Bool {
    try lease.detach().close()
    return true
  }
  func discard(_ lease: StubPool.Lease) async throws -> Bool {
    try lease.invalidate()
    return true
  }
  func failNextOpen() async -> Bool {
    pool.script(.open, .fail("scripted"))
    return true
  }
  func isOpen(_ lease: StubPool.Lease) async -> Bool? {
    pool.monitor.connections.contains { $0.id == lease.connectionID }
  }
  var waiting: Int? { get async { pool.statistics.waiting } }
  func advance(by duration: Duration) async -> Bool {
    (try? pool.advance(by: duration)) != nil
  }
}
