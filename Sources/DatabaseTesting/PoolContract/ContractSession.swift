internal import DatabaseInstrumentation
internal import DatabaseSupport

/// What is not the pool's breach of the rule that is tried, and keeps it from being tried.
struct ContractFailure: Error, CustomStringConvertible {
  let description: String
}

/// One pool while one rule is tried: its leases and callers, so that nothing of them is left when the rule is done with.
final class ContractSession<Pool: ContractPool>: Sendable {
  let pool: Pool
  private let patience: Duration
  private let settling: Duration
  private let state = Locked(State())

  /// A lease, and its number here: pools may hand out equal ones.
  struct Held: Sendable {
    let number: Int
    let lease: Pool.Lease
  }

  private struct State {
    var last = 0
    var held: [Int: Pool.Lease] = [:]
    var callers: [Attempt<Held>] = []
    var isClosed = false
  }

  init(_ pool: Pool, patience: Duration, settling: Duration) {
    self.pool = pool
    self.patience = patience
    self.settling = settling
  }

  /// A caller of its own.
  func ask() -> Attempt<Held> {
    let caller = Attempt { try await self.take() }
    state.withLock { $0.callers.append(caller) }
    return caller
  }

  private func take() async throws -> Held {
    let lease = try await pool.checkout()
    return state.withLock { state in
      state.last += 1
      state.held[state.last] = lease
      return Held(number: state.last, lease: lease)
    }
  }

  /// A checkout that has no reason to wait.
  func checkout() async throws -> Held {
    guard let held = try await ask().value(within: patience) else {
      throw ContractFailure(description: "a checkout did not end although the pool had a connection to give.")
    }
    return held
  }

  func checkin(_ held: Held) async throws {
    state.withLock { _ = $0.held.removeValue(forKey: held.number) }
    try await returned(held)
  }

  /// A return that should not be.
  func checkinAgain(_ held: Held) async { try? await returned(held) }

  private func returned(_ held: Held) async throws {
    let pool = pool
    guard try await Attempt({ try await pool.checkin(held.lease) }).value(within: patience) != nil else {
      throw ContractFailure(description: "a return did not end.")
    }
  }

  /// The return of a lease and a checkout right after it, with nothing in between.
  func askAfter(returning held: Held) -> Attempt<Held> {
    let caller = Attempt {
      self.state.withLock { _ = $0.held.removeValue(forKey: held.number) }
      try await self.pool.checkin(held.lease)
      return try await self.take()
    }
    state.withLock { $0.callers.append(caller) }
    return caller
  }

  /// - Returns: Whether the pool can do it; the lease is over then.
  func detach(_ held: Held) async throws -> Bool { try await ended(held, pool.detach(held.lease)) }

  /// - Returns: Whether the pool can do it; the lease is over then.
  func discard(_ held: Held) async throws -> Bool { try await ended(held, pool.discard(held.lease)) }

  private func ended(_ held: Held, _ canEnd: Bool) -> Bool {
    if canEnd { state.withLock { _ = $0.held.removeValue(forKey: held.number) } }
    return canEnd
  }

  func id(of held: Held) -> Pool.ConnectionID { pool.connectionID(of: held.lease) }

  /// A caller that waits by now, as far as the pool tells; or that had every chance to get what it must not get.
  ///
  /// On a busy machine a task may take long to be run, and what it does then would be missed.
  func waiter() async -> Attempt<Held> {
    let before = await pool.waiting
    let caller = ask()
    while !caller.hasBegun { await Task.yield() }
    let clock = ContinuousClock()
    let began = clock.now
    var rounds = 0
    while !caller.isDone {
      rounds += 1
      if let before, let waiting = await pool.waiting {
        if waiting > before || clock.now - began > patience { break }
      } else if rounds >= 2_000, clock.now - began > .milliseconds(20) {
        break
      }
      await Task.yield()
    }
    return caller
  }

  /// Whether what must not happen has not, after all the time that it is given.
  func remains(_ condition: @Sendable () -> Bool) async -> Bool {
    guard condition() else { return false }
    if await pool.advance(by: settling) {
      for _ in 0..<200 where condition() { await Task.yield() }
      return condition()
    }
    let clock = ContinuousClock()
    let end = clock.now + settling
    while clock.now < end, condition() { try? await Task.sleep(for: .milliseconds(2)) }
    return condition()
  }

  /// Whether what must happen does.
  func becomes(_ condition: @Sendable () async -> Bool) async -> Bool {
    let clock = ContinuousClock()
    let end = clock.now + patience
    var rounds = 0
    while !(await condition()) {
      if clock.now > end { return false }
      rounds += 1
      if rounds < 1_000 { await Task.yield() } else { try? await Task.sleep(for: .milliseconds(1)) }
    }
    return true
  }

  /// Begins to close the pool, which may wait for the leases that are out.
  func close() -> Attempt<Void> {
    state.withLock { $0.isClosed = true }
    let pool = pool
    return Attempt { await pool.close() }
  }

  /// Leaves nothing behind, whatever came of the rule: a pool that is open or owed a connection may trap when it goes.
  func end() async {
    let callers = state.withLock { state in
      defer { state.callers = [] }
      return state.callers
    }
    for caller in callers { caller.cancel() }
    await giveEverythingBack()
    if state.withLock({ !$0.isClosed }) { _ = try? await close().value(within: patience) }
    _ = await becomes { callers.allSatisfy(\.isDone) }
    await giveEverythingBack()
  }

  private func giveEverythingBack() async {
    let held = state.withLock { state in
      defer { state.held = [:] }
      return state.held.sorted { $0.key < $1.key }
    }
    for (number, lease) in held { try? await returned(Held(number: number, lease: lease)) }
  }
}
