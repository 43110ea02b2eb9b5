internal import DatabaseInstrumentation
internal import DatabaseRecording

/// Fails the test for each rule that a connection pool breaks: bugs that real pools have.
///
/// ```swift
/// @Test func myPoolKeepsTheContract() async {
///   await checkPoolContract { size in Subject(pool: MyPool(size: size)) }
/// }
/// ```
///
/// ```text
/// PoolTests.swift:12: error: The pool breaks staleReturn: a lease that was over was returned again, and the connection of
/// the lease that had it by then was handed to a third caller.
/// ```
///
/// - Parameters:
///   - patience: How long to wait for what must happen before it counts as never; a good pool never uses it up.
///   - make: Makes an empty pool that opens up to so many connections.
///   - fileID: Where a failure is shown, as the next three; the place of the call.
///   - filePath: Its file.
///   - line: Its line.
///   - column: Its column.
/// - Returns: The rules that it breaks.
@discardableResult
public func checkPoolContract<Pool: ContractPool>(
  patience: Duration = .seconds(5), make: @escaping @Sendable (_ size: Int) async throws -> Pool,
  fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
) async -> [PoolContractBreach] {
  let breaches = await poolContractBreaches(patience: patience, make: make)
  let location = CodeLocation(fileID, filePath, line, column)
  for breach in breaches {
    IssueReporter.report("The pool breaks \(breach.rule.rawValue): \(breach)", at: location, file: filePath)
  }
  return breaches
}

/// The rules that a connection pool breaks; reports nothing.
///
/// - Parameters: As for ``checkPoolContract(patience:make:fileID:filePath:line:column:)``.
public func poolContractBreaches<Pool: ContractPool>(
  patience: Duration = .seconds(5), make: @escaping @Sendable (_ size: Int) async throws -> Pool
) async -> [PoolContractBreach] {
  let contract = PoolContract(patience: patience, make: make)
  var breaches: [PoolContractBreach] = []
  for rule in PoolContractBreach.Rule.allCases {
    do {
      if let what = try await contract.breach(of: rule) {
        breaches.append(PoolContractBreach(rule: rule, description: what))
      }
    } catch {
      breaches.append(PoolContractBreach(rule: rule, description: "it threw where it should not: \(error)"))
    }
  }
  return breaches
}

private struct PoolContract<Pool: ContractPool>: Sendable {
  let patience: Duration
  let make: @Sendable (Int) async throws -> Pool

  func breach(of rule: PoolContractBreach.Rule) async throws -> String? {
    switch rule {
    case .waiterIsServed: try await waiterIsServed()
    case .doubleReturn: try await doubleReturn()
    case .staleReturn: try await staleReturn()
    case .closeWakesWaiters: try await closeWakesWaiters()
    case .closedPool: try await closedPool()
    case .cancelledWait: try await cancelledWait()
    case .detach: try await detach()
    }
  }

  private func waiterIsServed() async throws -> String? {
    let pool = try await make(1)
    let first = try await pool.checkout()
    let waiter = await wait(for: pool)
    try await pool.checkin(first)
    guard let lease = try await waiter.value(within: patience) else {
      return "a caller that waited got no connection when one came back."
    }
    try await pool.checkin(lease)
    await pool.close()
    return nil
  }

  private func doubleReturn() async throws -> String? {
    let pool = try await make(2)
    let lease = try await pool.checkout()
    try await pool.checkin(lease)
    try? await pool.checkin(lease)
    guard let a = try await attempt({ try await pool.checkout() }),
      let b = try await attempt({ try await pool.checkout() })
    else { return "a lease was returned twice, and the pool of 2 did not give 2 connections any more." }
    if pool.connectionID(of: a) == pool.connectionID(of: b) {
      return "a lease was returned twice, and its connection was handed to two callers at once."
    }
    let third = await wait(for: pool)
    if third.isDone, (try? await third.value(within: patience)) != nil {
      return "a lease was returned twice, and the pool of 2 gave a third connection."
    }
    try await pool.checkin(a)
    if let lease = try await third.value(within: patience) { try await pool.checkin(lease) }
    try await pool.checkin(b)
    await pool.close()
    return nil
  }

  private func staleReturn() async throws -> String? {
    let pool = try await make(1)
    let stale = try await pool.checkout()
    try await pool.checkin(stale)
    let owner = try await pool.checkout()
    try? await pool.checkin(stale)
    let third = await wait(for: pool)
    if third.isDone, (try? await third.value(within: patience)) != nil {
      return """
        a lease that was over was returned again, and the connection of the lease that had it by then was handed to a \
        third caller.
        """
    }
    try await pool.checkin(owner)
    guard let lease = try await third.value(within: patience) else {
      return "a lease that was over was returned again, and the pool gave no connection any more."
    }
    try await pool.checkin(lease)
    await pool.close()
    return nil
  }

  private func closeWakesWaiters() async throws -> String? {
    let pool = try await make(1)
    let first = try await pool.checkout()
    let waiter = await wait(for: pool)
    // A close may wait for the lease: it must wake the waiter all the same.
    let closing = Attempt { await pool.close() }
    do {
      guard try await waiter.value(within: patience) != nil else {
        return "a caller that waited was never woken when the pool was closed."
      }
      return "a caller got a connection of a closed pool although none had come back."
    } catch {
      try? await pool.checkin(first)
      _ = try? await closing.value(within: patience)
      return nil
    }
  }

  private func closedPool() async throws -> String? {
    let pool = try await make(1)
    let lease = try await pool.checkout()
    let closing = Attempt { await pool.close() }
    for _ in 0..<200 where !closing.isDone { await Task.yield() }
    try? await pool.checkin(lease)
    guard try await closing.value(within: patience) != nil else {
      return "closing did not end although all connections had come back."
    }
    do {
      guard try await attempt({ try await pool.checkout() }) != nil else {
        return "a checkout from a closed pool never returned; it should fail at once."
      }
      return "a closed pool gave a connection."
    } catch {
      return nil
    }
  }

  private func cancelledWait() async throws -> String? {
    // Cancelled before the connection comes back, and right after.
    for isBefore in [true, false] {
      let pool = try await make(1)
      let first = try await pool.checkout()
      let waiter = await wait(for: pool)
      if isBefore {
        waiter.cancel()
        for _ in 0..<200 where !waiter.isDone { await Task.yield() }
        try await pool.checkin(first)
      } else {
        try await pool.checkin(first)
        waiter.cancel()
      }
      do {
        guard let lease = try await waiter.value(within: patience) else {
          return "a wait that was cancelled never ended."
        }
        try await pool.checkin(lease)
      } catch {}
      guard let next = try await attempt({ try await pool.checkout() }) else {
        return "a wait was cancelled, and the connection that came back was lost: the next caller got none."
      }
      try await pool.checkin(next)
      await pool.close()
    }
    return nil
  }

  private func detach() async throws -> String? {
    let pool = try await make(1)
    let lease = try await pool.checkout()
    let id = pool.connectionID(of: lease)
    guard try await pool.detach(lease) else { return nil }
    guard let next = try await attempt({ try await pool.checkout() }) else {
      return "a detached connection made no room for another one."
    }
    if pool.connectionID(of: next) == id { return "a detached connection was handed out again." }
    try await pool.checkin(next)
    await pool.close()
    return nil
  }

  /// A caller that waits by now, as far as the pool tells; or that had every chance to get what it must not get.
  ///
  /// On a busy machine a task may take long to be run, and what it does then would be missed.
  private func wait(for pool: Pool) async -> Attempt<Pool.Lease> {
    let attempt = Attempt { try await pool.checkout() }
    while !attempt.hasBegun { await Task.yield() }
    let clock = ContinuousClock()
    let began = clock.now
    var rounds = 0
    while !attempt.isDone {
      rounds += 1
      if let waiting = await pool.waiting {
        if waiting > 0 || clock.now - began > patience { break }
      } else if rounds >= 2_000, clock.now - began > .milliseconds(20) {
        break
      }
      await Task.yield()
    }
    return attempt
  }

  private func attempt<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R? {
    try await Attempt(body).value(within: patience)
  }
}

/// Work that may never end, and is then left behind.
private final class Attempt<R: Sendable>: Sendable {
  private let state = Locked(State())
  private let task = Locked<Task<Void, Never>?>(nil)

  private struct State {
    var hasBegun = false
    var result: Result<R, any Error>?
    var waiters: [Int: CheckedContinuation<Result<R, any Error>?, Never>] = [:]
    var lastWaiter = 0
  }

  init(_ body: @escaping @Sendable () async throws -> R) {
    let work = Task {
      state.withLock { $0.hasBegun = true }
      let result: Result<R, any Error>
      do { result = .success(try await body()) } catch { result = .failure(error) }
      let waiters = state.withLock { state in
        state.result = result
        defer { state.waiters = [:] }
        return state.waiters.values
      }
      for waiter in waiters { waiter.resume(returning: result) }
    }
    task.withLock { $0 = work }
  }

  var hasBegun: Bool { state.withLock { $0.hasBegun } }

  var isDone: Bool { state.withLock { $0.result != nil } }

  func cancel() { task.withLock { $0 }?.cancel() }

  /// - Returns: `nil` when it did not end in time.
  func value(within patience: Duration) async throws -> R? {
    let result = await withCheckedContinuation { continuation in
      let (known, number) = state.withLock { state -> (Result<R, any Error>?, Int) in
        if let result = state.result { return (result, 0) }
        state.lastWaiter += 1
        state.waiters[state.lastWaiter] = continuation
        return (nil, state.lastWaiter)
      }
      if let known { return continuation.resume(returning: known) }
      Task {
        try? await Task.sleep(for: patience)
        self.state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(returning: nil)
      }
    }
    return try result?.get()
  }
}
