import DatabaseSupport
import Dispatch
import Foundation

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

/// Pools as apps have them, each written well and as it is often written.
enum TypicalPool: CaseIterable, Sendable {
  case actor, carelessActor, stream, carelessStream, semaphore, carelessSemaphore

  /// What they break; the careful ones nothing.
  var breaks: [PoolContractBreach.Rule] {
    switch self {
    case .actor, .stream, .semaphore: []
    // Takes every return, and waits without a cancellation handler.
    case .carelessActor: [.doubleReturn, .staleReturn, .cancelledWaitEnds]
    // One consumer that is cancelled ends the stream for all.
    case .carelessStream: [.doubleReturn, .staleReturn, .cancelledWait]
    // Each return is one more signal, and closing is none.
    case .carelessSemaphore: [.doubleReturn, .staleReturn, .closeWakesWaiters]
    }
  }

  /// A thread that waits for a semaphore cannot be cancelled.
  var byDesign: Set<PoolContractBreach.Rule> {
    self == .semaphore || self == .carelessSemaphore ? [.cancelledWaitEnds] : []
  }

  var patience: Duration { breaks.isEmpty ? .seconds(10) : .milliseconds(500) }

  func make(_ size: Int) throws -> TypicalSubject {
    switch self {
    case .actor: TypicalSubject(ActorPool(size: size, isCareful: true))
    case .carelessActor: TypicalSubject(ActorPool(size: size, isCareful: false))
    case .stream: TypicalSubject(WaiterStreamPool(size: size))
    case .carelessStream: TypicalSubject(SharedStreamPool(size: size))
    case .semaphore: TypicalSubject(SemaphorePool(size: size, isCareful: true))
    case .carelessSemaphore: TypicalSubject(SemaphorePool(size: size, isCareful: false))
    }
  }
}

struct TypicalLease: Sendable {
  let id: Int
  let connection: Int
}

protocol SomePool: Sendable {
  func take() async throws -> TypicalLease
  func put(_ lease: TypicalLease) async
  func shutDown() async
}

struct TypicalSubject: ContractPool {
  private let pool: any SomePool

  init(_ pool: any SomePool) { self.pool = pool }

  func checkout() async throws -> TypicalLease { try await pool.take() }
  func checkin(_ lease: TypicalLease) async throws { await pool.put(lease) }
  func connectionID(of lease: TypicalLease) -> Int { lease.connection }
  func close() async { await pool.shutDown() }
}

private struct Closed: Error {}

/// An actor, and a continuation for each caller that waits.
private actor ActorPool: SomePool {
  private var idle: [Int]
  private var held: Set<Int> = []
  private var waiters: [(id: Int, continuation: CheckedContinuation<TypicalLease, any Error>)] = []
  private var last = 0
  private var isClosed = false
  private let isCareful: Bool

  init(size: Int, isCareful: Bool) {
    idle = Array(1...size)
    self.isCareful = isCareful
  }

  func take() async throws -> TypicalLease {
    last += 1
    let id = last
    guard isCareful else { return try await wait(id) }
    return try await withTaskCancellationHandler {
      try await wait(id)
    } onCancel: {
      Task { await cancel(id) }
    }
  }

  private func wait(_ id: Int) async throws -> TypicalLease {
    try await withCheckedThrowingContinuation { continuation in
      if isClosed { return continuation.resume(throwing: Closed()) }
      if isCareful, Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
      guard let connection = idle.popLast() else { return waiters.append((id, continuation)) }
      held.insert(id)
      continuation.resume(returning: TypicalLease(id: id, connection: connection))
    }
  }

  private func cancel(_ id: Int) {
    guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
    waiters.remove(at: index).continuation.resume(throwing: CancellationError())
  }

  func put(_ lease: TypicalLease) {
    if held.remove(lease.id) == nil, isCareful { return }
    guard !waiters.isEmpty else { return idle.append(lease.connection) }
    let waiter = waiters.removeFirst()
    held.insert(waiter.id)
    waiter.continuation.resume(returning: TypicalLease(id: waiter.id, connection: lease.connection))
  }

  func shutDown() {
    isClosed = true
    for waiter in waiters { waiter.continuation.resume(throwing: Closed()) }
    waiters = []
  }
}

/// A stream for each caller that waits.
private final class WaiterStreamPool: SomePool {
  private struct State {
    var idle: [Int]
    var held: Set<Int> = []
    var waiters: [(id: Int, continuation: AsyncStream<TypicalLease>.Continuation)] = []
    var last = 0
    var isClosed = false
  }

  private let state: Locked<State>

  init(size: Int) { state = Locked(State(idle: Array(1...size))) }

  func take() async throws -> TypicalLease {
    let (stream, continuation) = AsyncStream<TypicalLease>.makeStream()
    let id = try state.withLock { state in
      if state.isClosed { throw Closed() }
      state.last += 1
      if let connection = state.idle.popLast() {
        state.held.insert(state.last)
        continuation.yield(TypicalLease(id: state.last, connection: connection))
      } else {
        state.waiters.append((state.last, continuation))
      }
      return state.last
    }
    for await lease in stream { return lease }
    // Nothing came, because the caller was cancelled or the pool closed; what came too late goes to the next one.
    let late = state.withLock { state in
      state.waiters.removeAll { $0.id == id }
      return granted(id, state)
    }
    if let late { await put(late) }
    throw state.withLock { $0.isClosed } ? Closed() : CancellationError()
  }

  private func granted(_ id: Int, _ state: State) -> TypicalLease? {
    state.held.contains(id) ? connections.withLock { $0[id] }.map { TypicalLease(id: id, connection: $0) } : nil
  }

  /// What waiters were given, by their number.
  private let connections = Locked<[Int: Int]>([:])

  func put(_ lease: TypicalLease) async {
    state.withLock { state in
      guard state.held.remove(lease.id) != nil else { return }
      guard !state.waiters.isEmpty else { return state.idle.append(lease.connection) }
      let waiter = state.waiters.removeFirst()
      state.held.insert(waiter.id)
      connections.withLock { $0[waiter.id] = lease.connection }
      waiter.continuation.yield(TypicalLease(id: waiter.id, connection: lease.connection))
    }
  }

  func shutDown() async {
    let waiters = state.withLock { state in
      state.isClosed = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.continuation.finish() }
  }
}

/// One stream, which is the list of idle connections.
private final class SharedStreamPool: SomePool {
  private let idle = AsyncStream<Int>.makeStream()

  init(size: Int) { for connection in 1...size { idle.continuation.yield(connection) } }

  func take() async throws -> TypicalLease {
    for await connection in idle.stream { return TypicalLease(id: 0, connection: connection) }
    throw Closed()
  }

  func put(_ lease: TypicalLease) async { idle.continuation.yield(lease.connection) }

  func shutDown() async { idle.continuation.finish() }
}

/// A semaphore that counts the connections, on threads of its callers.
private final class SemaphorePool: SomePool {
  private struct State {
    var idle: [Int]
    var held: Set<Int> = []
    var last = 0
    var isClosed = false
  }

  private let state: Locked<State>
  private let semaphore: DispatchSemaphore
  private let isCareful: Bool

  init(size: Int, isCareful: Bool) {
    state = Locked(State(idle: Array(1...size)))
    // From zero: one with a count may not be let go with less than that.
    semaphore = DispatchSemaphore(value: 0)
    for _ in 1...size { semaphore.signal() }
    self.isCareful = isCareful
  }

  func take() async throws -> TypicalLease {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try self.takeOnThread() }) }
    }
  }

  private func takeOnThread() throws -> TypicalLease {
    if state.withLock({ $0.isClosed }) { throw Closed() }
    semaphore.wait()
    return try state.withLock { state in
      guard !state.isClosed || !isCareful, let connection = state.idle.popLast() else {
        semaphore.signal()
        throw Closed()
      }
      state.last += 1
      state.held.insert(state.last)
      return TypicalLease(id: state.last, connection: connection)
    }
  }

  func put(_ lease: TypicalLease) async {
    let isTaken = state.withLock { state in
      guard state.held.remove(lease.id) != nil || !isCareful else { return false }
      state.idle.append(lease.connection)
      return true
    }
    if isTaken { semaphore.signal() }
  }

  func shutDown() async {
    state.withLock { $0.isClosed = true }
    if isCareful { semaphore.signal() }
  }
}
