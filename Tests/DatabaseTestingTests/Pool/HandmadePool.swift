@testable import DatabaseInstrumentation
import DatabaseSupport
@testable import DatabaseTesting

/// A pool as it is easily written, with one mistake, or none. It does not tell who waits.
final class HandmadePool: ContractPool {
  enum Flaw: Sendable, CaseIterable {
    case forgetsWaiters, givesTooMany, returnsTwice, staleReturnAliases, lateStaleReturn, ignoresCancellation,
      cancelledWaitLosesSlot, failedOpenLosesSlot, freedCapacityIsForgotten, detachedComesBack, closeForgetsWaiters,
      givesWhenClosed, staysOpenAfterClose, servesLastFirst, newcomersOvertake

    /// The rule that it breaks.
    var rule: PoolContractBreach.Rule {
      switch self {
      case .forgetsWaiters: .waiterIsServed
      case .givesTooMany: .capacity
      case .returnsTwice: .doubleReturn
      case .staleReturnAliases, .lateStaleReturn: .staleReturn
      case .ignoresCancellation: .cancelledWaitEnds
      case .cancelledWaitLosesSlot: .cancelledWait
      case .failedOpenLosesSlot: .failedOpen
      case .freedCapacityIsForgotten: .freedCapacity
      case .detachedComesBack: .detach
      case .closeForgetsWaiters: .closeWakesWaiters
      case .givesWhenClosed: .closedPool
      case .staysOpenAfterClose: .returnAfterClose
      case .servesLastFirst: .fifo
      case .newcomersOvertake: .noBarging
      }
    }

    /// Rules that it cannot but break as well.
    var allowed: Set<PoolContractBreach.Rule> {
      switch self {
      // Whoever waits is served by nobody, or need not wait at all.
      case .forgetsWaiters: [.waiterIsServed, .doubleReturn, .staleReturn, .fifo, .noBarging, .freedCapacity]
      case .givesTooMany:
        [
          .capacity, .doubleReturn, .staleReturn, .cancelledWaitEnds, .closeWakesWaiters, .freedCapacity, .fifo,
          .noBarging,
        ]
      case .returnsTwice, .staleReturnAliases, .lateStaleReturn: [.doubleReturn, .staleReturn]
      case .ignoresCancellation: [.cancelledWaitEnds, .cancelledWait]
      case .cancelledWaitLosesSlot: [.cancelledWait, .cancelledWaitEnds]
      case .detachedComesBack: [.detach, .freedCapacity]
      default: [rule]
      }
    }
  }

  struct Lease: Sendable {
    let id: Int
    let connection: Int
  }

  struct Closed: Error {}
  struct Refused: Error {}

  private typealias Waiter = (id: Int, continuation: CheckedContinuation<Lease, any Error>)

  private struct State {
    var idle: [Int] = []
    var open: Set<Int> = []
    /// Capacity in use.
    var slots = 0
    var held: Set<Int> = []
    var waiters: [Waiter] = []
    var cancelled: Set<Int> = []
    var failsNextOpen = false
    var last = 0
    var lastConnection = 0
    var isClosed = false
  }

  private let size: Int
  private let flaw: Flaw?
  private let state = Locked(State())

  init(size: Int, flaw: Flaw?) {
    self.size = size
    self.flaw = flaw
  }

  var isClosed: Bool { state.withLock { $0.isClosed } }

  func connectionID(of lease: Lease) -> Int { lease.connection }

  func isOpen(_ lease: Lease) async -> Bool? { state.withLock { $0.open.contains(lease.connection) } }

  func failNextOpen() async -> Bool {
    state.withLock { $0.failsNextOpen = true }
    return true
  }

  func checkout() async throws -> Lease {
    let id = state.withLock { state in
      state.last += 1
      return state.last
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if let answer = state.withLock({ enter(Waiter(id, continuation), &$0) }) { continuation.resume(with: answer) }
      }
    } onCancel: {
      if flaw == .ignoresCancellation { return }
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

  /// - Returns: `nil` where the caller waits.
  private func enter(_ waiter: Waiter, _ state: inout State) -> Result<Lease, any Error>? {
    if state.isClosed, flaw != .givesWhenClosed { return .failure(Closed()) }
    if state.cancelled.contains(waiter.id) { return .failure(CancellationError()) }
    if !state.idle.isEmpty, state.waiters.isEmpty || flaw == .newcomersOvertake {
      return .success(grant(state.idle.removeFirst(), waiter.id, &state))
    }
    guard state.slots < size || flaw == .givesTooMany else {
      state.waiters.append(waiter)
      return nil
    }
    return open(waiter.id, &state)
  }

  private func open(_ id: Int, _ state: inout State) -> Result<Lease, any Error> {
    state.slots += 1
    if state.failsNextOpen {
      state.failsNextOpen = false
      if flaw != .failedOpenLosesSlot { state.slots -= 1 }
      return .failure(Refused())
    }
    state.lastConnection += 1
    state.open.insert(state.lastConnection)
    return .success(grant(state.lastConnection, id, &state))
  }

  private func grant(_ connection: Int, _ id: Int, _ state: inout State) -> Lease {
    state.held.insert(id)
    return Lease(id: id, connection: connection)
  }

  func checkin(_ lease: Lease) async throws {
    switch flaw {
    case .lateStaleReturn where state.withLock({ !$0.held.contains(lease.id) }):
      // Returns that need looking into are done by and by.
      Task {
        try await Task.sleep(for: .milliseconds(60))
        giveBack(lease, isTaken: true)
      }
    case .returnsTwice, .staleReturnAliases: giveBack(lease, isTaken: true)
    default: giveBack(lease, isTaken: false)
    }
    if flaw == .newcomersOvertake {
      // Waiters are woken by and by, and look for themselves.
      Task {
        try await Task.sleep(for: .milliseconds(5))
        serve()
      }
    }
  }

  /// - Parameter isTaken: Whether a lease that is over is taken back, too.
  private func giveBack(_ lease: Lease, isTaken: Bool) {
    let isKept = state.withLock { state -> Bool in
      guard state.held.remove(lease.id) != nil || isTaken else { return false }
      if state.isClosed {
        if flaw != .staysOpenAfterClose { state.open.remove(lease.connection) }
        return false
      }
      state.idle.append(lease.connection)
      return true
    }
    if isKept, flaw != .newcomersOvertake { serve() }
  }

  /// Hands what is free to those who wait.
  private func serve() {
    if flaw == .forgetsWaiters { return }
    while true {
      let served = state.withLock { state -> (Waiter, Result<Lease, any Error>?)? in
        guard !state.waiters.isEmpty, !state.idle.isEmpty || state.slots < size else { return nil }
        let waiter = flaw == .servesLastFirst ? state.waiters.removeLast() : state.waiters.removeFirst()
        let connection = state.idle.isEmpty ? nil : state.idle.removeFirst()
        // The mistake of `cancelledWaitLosesSlot`: the connection goes with the waiter.
        if state.cancelled.contains(waiter.id) { return (waiter, nil) }
        return (waiter, connection.map { .success(grant($0, waiter.id, &state)) } ?? open(waiter.id, &state))
      }
      guard let (waiter, answer) = served else { return }
      if let answer { waiter.continuation.resume(with: answer) }
    }
  }

  func detach(_ lease: Lease) async throws -> Bool {
    state.withLock { state in
      state.held.remove(lease.id)
      if flaw == .detachedComesBack { state.idle.append(lease.connection) } else { state.slots -= 1 }
    }
    if flaw != .freedCapacityIsForgotten { serve() }
    return true
  }

  func discard(_ lease: Lease) async throws -> Bool {
    state.withLock { state in
      guard state.held.remove(lease.id) != nil else { return }
      state.open.remove(lease.connection)
      state.slots -= 1
    }
    if flaw != .freedCapacityIsForgotten { serve() }
    return true
  }

  func close() async {
    let waiters = state.withLock { state -> [Waiter] in
      state.isClosed = true
      for connection in state.idle { state.open.remove(connection) }
      if flaw == .closeForgetsWaiters { return [] }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters where !isCancelled(waiter) { waiter.continuation.resume(throwing: Closed()) }
  }

  private func isCancelled(_ waiter: Waiter) -> Bool { state.withLock { $0.cancelled.contains(waiter.id) } }
}
