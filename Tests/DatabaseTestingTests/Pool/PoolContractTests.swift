@testable import DatabaseTesting
import Testing

@testable import DatabaseInstrumentation

struct PoolContractTests {
  @Test(arguments: [FakePoolOptions.Semantics.strict, .sqlAlchemy])
  func theFakePoolKeepsTheContract(_ semantics: FakePoolOptions.Semantics) async {
    await checkPoolContract { size in FakePoolSubject(pool: stubPool(size: PoolSize(size), overflow: 0, semantics)) }
  }

  @Test(arguments: [
    (HandmadePool.Flaw?.none, [PoolContractBreach.Rule]()),
    (.staleReturnAliases, [.doubleReturn, .staleReturn]),
    (.closeForgetsWaiters, [.closeWakesWaiters]),
    (.cancelledWaitLosesSlot, [.cancelledWait]),
  ])
  func handmadePools(_ flaw: HandmadePool.Flaw?, _ expected: [PoolContractBreach.Rule]) async {
    let breaches = await poolContractBreaches(patience: .milliseconds(200)) { size in
      HandmadePool(size: size, flaw: flaw)
    }
    #expect(breaches.map(\.rule) == expected, "\(breaches)")
  }

  @Test func aBreachIsAnIssue() async throws {
    let issues = Locked<[String]>([])
    await withKnownIssue {
      await checkPoolContract(patience: .milliseconds(200)) { size in
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
  var waiting: Int? { get async { pool.statistics.waiting } }
}

/// A pool as it is easily written, with one of three mistakes, or none. It does not tell who waits.
final class HandmadePool: ContractPool {
  enum Flaw: Sendable { case staleReturnAliases, closeForgetsWaiters, cancelledWaitLosesSlot }

  struct Lease: Sendable {
    let id: Int
    let connection: Int
  }

  struct Closed: Error {}

  private struct State {
    var idle: [Int]
    var held: Set<Int> = []
    var waiters: [(id: Int, continuation: CheckedContinuation<Lease, any Error>)] = []
    var cancelled: Set<Int> = []
    var last = 0
    var isClosed = false
  }

  private let flaw: Flaw?
  private let state: Locked<State>

  init(size: Int, flaw: Flaw?) {
    self.flaw = flaw
    state = Locked(State(idle: Array(1...size)))
  }

  func connectionID(of lease: Lease) -> Int { lease.connection }

  func checkout() async throws -> Lease {
    let id = state.withLock { state in
      state.last += 1
      return state.last
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let answer = state.withLock { state -> Result<Lease, any Error>? in
          if state.isClosed { return .failure(Closed()) }
          if state.cancelled.contains(id) { return .failure(CancellationError()) }
          guard let connection = state.idle.popLast() else {
            state.waiters.append((id, continuation))
            return nil
          }
          state.held.insert(id)
          return .success(Lease(id: id, connection: connection))
        }
        if let answer { continuation.resume(with: answer) }
      }
    } onCancel: {
      let continuation = state.withLock { state -> CheckedContinuation<Lease, any Error>? in
        state.cancelled.insert(id)
        guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
        // The mistake: the waiter is told, and stays in the queue.
        if flaw == .cancelledWaitLosesSlot { return state.waiters[index].continuation }
        return state.waiters.remove(at: index).continuation
      }
      continuation?.resume(throwing: CancellationError())
    }
  }

  func checkin(_ lease: Lease) async throws {
    let next = state.withLock { state -> (CheckedContinuation<Lease, any Error>, Lease)? in
      if state.held.remove(lease.id) == nil, flaw != .staleReturnAliases { return nil }
      guard !state.waiters.isEmpty else {
        state.idle.append(lease.connection)
        return nil
      }
      let waiter = state.waiters.removeFirst()
      if state.cancelled.contains(waiter.id) { return nil }
      state.held.insert(waiter.id)
      return (waiter.continuation, Lease(id: waiter.id, connection: lease.connection))
    }
    if let next { next.0.resume(returning: next.1) }
  }

  func close() async {
    let waiters = state.withLock { state in
      state.isClosed = true
      if flaw == .closeForgetsWaiters { return [] as [CheckedContinuation<Lease, any Error>] }
      defer { state.waiters = [] }
      return state.waiters.map(\.continuation)
    }
    for waiter in waiters { waiter.resume(throwing: Closed()) }
  }
}
