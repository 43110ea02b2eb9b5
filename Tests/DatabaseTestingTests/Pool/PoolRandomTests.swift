import DatabaseInstrumentation
import Foundation
import Testing

@testable import DatabaseTesting

/// Random operations on the pool's state machine: all invariants hold after each.
///
/// A failure prints its seed, and the two variables that replay it alone. `./Tests/run` spreads a million operations over
/// the seeds.
struct PoolRandomTests {
  static let operations = number("DATABASE_TESTING_POOL_OPERATIONS") ?? 100_000
  static let seeds = number("DATABASE_TESTING_POOL_SEED").map { [UInt64($0)] } ?? Array(1...40)

  private static func number(_ variable: String) -> Int? {
    ProcessInfo.processInfo.environment[variable].flatMap(Int.init).map { max(1, $0) }
  }

  @Test(arguments: seeds) func invariantsHoldAfterEachOperation(_ seed: UInt64) throws {
    var driver = RandomDriver(seed: seed)
    let count = Self.operations / Self.seeds.count
    let replay = "DATABASE_TESTING_POOL_SEED=\(seed) DATABASE_TESTING_POOL_OPERATIONS=\(count)"
    for step in 1...max(1, count) {
      let operation = driver.step()
      let broken = driver.brokenRules
      if broken.isEmpty { continue }
      Issue.record(
        "\(replay): operation \(step), \(operation), breaks \(broken), options \(driver.machine.options)"
      )
      return
    }
    driver.finish()
    #expect(driver.table.statistics == PoolStatistics(), "\(replay): something is left")
    #expect(driver.brokenRules == [], "\(replay)")
  }

  @Test func theSeedsDrawEveryMode() {
    let modes = Set((1...40).map { RandomDriver(seed: $0).machine.options.mode })
    #expect(modes == [.queue, .exclusive, .none, .static])
  }

  @Test func aSeedReplays() {
    var first = RandomDriver(seed: 7)
    var second = RandomDriver(seed: 7)
    #expect((1...2_000).map { _ in first.step() } == (1...2_000).map { _ in second.step() })
    #expect(first.table.statistics == second.table.statistics)
  }
}

/// A generator whose numbers follow from its seed alone.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }
}

/// Plays callers, driver and clock of a pool's state machine, and follows its events with tables of its own.
struct RandomDriver {
  var machine: PoolStateMachine
  private var generator: SeededGenerator
  private var lastRequest = 0
  private var outstanding: Set<Int> = []
  private var held: [Int] = []
  private var detached: [Int] = []
  private var hung: [Int] = []
  private var follower = EventFollower()
  private(set) var table: LeaseTable

  init(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var options = FakePoolOptions(size: PoolSize(Int.random(in: 1...4, using: &generator)))
    options.maxOverflow = PoolSize(Int.random(in: 0...3, using: &generator))
    options.semantics = Bool.random(using: &generator) ? .strict : .sqlAlchemy
    options.reuse = Bool.random(using: &generator) ? .fifo : .lifo
    options.checksBeforeUse = Bool.random(using: &generator)
    options.recycleAfter = Bool.random(using: &generator) ? .seconds(20) : nil
    options.reset = [.rollback, .commit, .none].randomElement(using: &generator) ?? .rollback
    options.queueLimit = Bool.random(using: &generator) ? 6 : nil
    options.closesInvalidOnReturn = Bool.random(using: &generator)
    options.mode =
      [.queue, .queue, .queue, .queue, .exclusive, .none, .static].randomElement(using: &generator) ?? .queue
    machine = PoolStateMachine(name: "random", options: options, hasCheckoutHook: Bool.random(using: &generator))
    table = LeaseTable(size: options.effectiveSize, maxOverflow: options.effectiveOverflow)
    self.generator = generator
  }

  var brokenRules: [String] {
    machine.brokenInvariants(table.statistics, table.totals) + follower.broken
  }

  private mutating func pick(_ upper: Int) -> Int { Int.random(in: 0..<upper, using: &generator) }

  mutating func step() -> String {
    let name: String
    switch pick(100) {
    case ..<40:
      lastRequest += 1
      outstanding.insert(lastRequest)
      let timeout = Duration.seconds([0, 1, 5, 30][pick(4)])
      machine.checkout(request: lastRequest, timeout: timeout, context: nil, isCancelled: pick(50) == 0)
      name = "checkout \(lastRequest) within \(timeout)"
    case ..<72: name = onHeld("checkin") { _ = $0.checkin(lease: $1, site: nil) }
    case ..<76:
      let lease = held.isEmpty ? 0 : held[pick(held.count)]
      machine.invalidate(lease: lease, softly: true, reason: nil)
      name = "soft invalidate \(lease)"
    case ..<79: name = onHeld("invalidate") { $0.invalidate(lease: $1, softly: false, reason: nil) }
    case ..<80: name = onHeld("invalidate all") { $0.invalidateAll(reporter: $1, reason: nil) }
    case ..<82: name = detach()
    case ..<83: name = onHeld("abandon") { $0.abandon(lease: $1) }
    case ..<85:
      if let connection = detached.popLast() {
        machine.closeDetached(connection: connection, isAbandoned: pick(4) == 0)
        name = "close detached \(connection)"
      } else {
        name = "nothing"
      }
    case ..<89:
      let request = outstanding.sorted().randomElement(using: &generator) ?? 0
      machine.cancel(request: request)
      name = "cancel \(request)"
    case ..<93:
      let seconds = UInt64(pick(8))
      let target = machine.now + seconds * 1_000_000_000
      while machine.fireTimer(until: target) { carryOut() }
      name = "advance \(seconds) s"
    case ..<99: name = release()
    default:
      // A pool is closed, and another one made in its place, now and then.
      if pick(20) == 0 {
        machine.close(grace: Bool.random(using: &generator) ? .seconds(3) : nil)
        name = "close"
        carryOut()
        finish()
        restart()
      } else {
        name = "return twice"
        _ = machine.checkin(lease: pick(lastRequest + 1), site: nil)
        let isThere = machine.leases.keys
        held.removeAll { !isThere.contains($0) || machine.leases[$0]?.isReturning == true }
      }
    }
    carryOut()
    return name
  }

  private mutating func restart() {
    let old = machine
    machine = PoolStateMachine(name: "random", options: old.options, hasCheckoutHook: old.hasCheckoutHook)
    table = LeaseTable(size: old.options.effectiveSize, maxOverflow: old.options.effectiveOverflow)
    let broken = follower.broken
    follower = EventFollower()
    follower.broken = broken
    outstanding = []
  }

  private mutating func onHeld(_ name: String, _ body: (inout PoolStateMachine, Int) -> Void) -> String {
    guard !held.isEmpty else { return "nothing" }
    let lease = held.remove(at: pick(held.count))
    body(&machine, lease)
    return "\(name) \(lease)"
  }

  private mutating func detach() -> String {
    // The one connection of a static pool cannot be taken out of it, which the pool says before its state is asked.
    guard !held.isEmpty, machine.options.mode != .static else { return "nothing" }
    let lease = held.remove(at: pick(held.count))
    guard let connection = machine.leases[lease]?.connection else { return "nothing" }
    machine.detach(lease: lease)
    detached.append(connection)
    return "detach \(lease)"
  }

  private mutating func release() -> String {
    guard !hung.isEmpty else { return "nothing" }
    let number = hung.remove(at: pick(hung.count))
    complete(number)
    return "release \(number)"
  }

  private mutating func complete(_ number: Int) {
    let outcome: OperationOutcome
    switch (machine.operations[number], pick(12)) {
    case (.open, 0), (.ping, 0), (.reset, 0), (.hook, 0): outcome = .failed("made up")
    case (.open, 1): outcome = .setupFailed("made up")
    case (.hook, 1): outcome = .disconnected("made up")
    default: outcome = .ok
    }
    _ = machine.complete(number, outcome)
  }

  private mutating func carryOut() {
    var actions = take()
    while !actions.isEmpty {
      let action = actions.removeFirst()
      switch action {
      case .open(let n), .ping(let n, _), .reset(let n, _), .close(let n, _):
        if pick(10) == 0 { hung.append(n) } else { complete(n) }
      case .hook(let n, _): complete(n)
      case .grant(let request, let lease, _):
        follower.note(answer: request, isOutstanding: outstanding.remove(request) != nil)
        held.append(lease)
      case .fail(let request, _, _):
        follower.note(answer: request, isOutstanding: outstanding.remove(request) != nil)
      case .drained: break
      }
      actions += take()
    }
  }

  private mutating func take() -> [PoolStateMachine.Action] {
    let output = machine.takeOutput()
    for (change, time, _) in output.changes {
      if !table.apply(change, at: time).fits { follower.broken.append("does not fit the tables: \(change)") }
      let options = machine.options
      follower.follow(change, isStrict: options.semantics == .strict, isShared: options.mode == .static)
    }
    return output.actions
  }

  /// Brings everything to its end: what hangs, what is held, what is detached.
  mutating func finish() {
    machine.close(grace: nil)
    carryOut()
    while !hung.isEmpty || !held.isEmpty || !detached.isEmpty {
      while !hung.isEmpty { _ = release() }
      carryOut()
      for lease in held { _ = machine.checkin(lease: lease, site: nil) }
      held = []
      for connection in detached { machine.closeDetached(connection: connection) }
      detached = []
      carryOut()
    }
    if !outstanding.isEmpty { follower.broken.append("requests without an answer: \(outstanding.sorted())") }
  }
}

/// I2, I7 and I9, and that each request is answered once, by the events alone.
struct EventFollower {
  var broken: [String] = []
  private var isFirst = true
  private var announced = false
  private var connections: [Int: State] = [:]

  private enum State { case open, out, resetting, detached, closed }

  mutating func note(answer request: Int, isOutstanding: Bool) {
    if !isOutstanding { broken.append("request \(request) was answered twice") }
  }

  /// - Parameter isShared: Whether several callers have one connection at a time, which then has no state of its own.
  mutating func follow(_ change: PoolChange, isStrict: Bool, isShared: Bool) {
    guard let kind = change.kind?.plain else { return }
    if announced != (kind == .connect) && (announced || isFirst && kind == .connect) {
      broken.append("I9: \(kind) although firstConnect \(announced ? "came" : "did not come") before")
    }
    announced = kind == .firstConnect
    if kind == .firstConnect, !isFirst { broken.append("I9: firstConnect twice") }
    if kind == .connect { isFirst = false }
    guard let id = change.connection, !isShared else { return }
    // An event without a lease is SQLAlchemy's own: it says nothing of the lease.
    if !isStrict, change.lease == nil, kind == .checkin || kind == .checkout { return }
    func move(_ from: [State?], _ to: State) {
      if !from.contains(connections[id]) {
        broken.append("I7: \(kind) of connection \(id), which is \(connections[id].map { "\($0)" } ?? "unknown")")
      }
      connections[id] = to
    }
    switch kind {
    case .connect: move([nil], .open)
    case .checkout: move([.open], .out)
    case .checkin: move([.out, .resetting], .open)
    case .reset: if connections[id] != .detached { move([.out], .resetting) }
    case .detach: move([.out], .detached)
    case .close: move([.open, .out, .resetting], .closed)
    case .closeDetached: move([.detached], .closed)
    default: break
    }
  }
}
