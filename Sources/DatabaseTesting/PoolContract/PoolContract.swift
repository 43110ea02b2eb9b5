internal import DatabaseInstrumentation

/// What came of trying a rule.
enum ContractVerdict: Sendable {
  case kept
  case broken(String)
  /// The pool cannot do what the rule is about.
  case untried(String)
}

/// Tries each rule on a pool of its own.
struct PoolContract<Pool: ContractPool>: Sendable {
  typealias Session = ContractSession<Pool>

  let patience: Duration
  let settling: Duration
  let make: @Sendable (Int) async throws -> Pool

  func verdict(on rule: PoolContractBreach.Rule) async -> ContractVerdict {
    do {
      return switch rule {
      case .waiterIsServed: try await using(1, waiterIsServed)
      case .capacity: try await using(2, capacity)
      case .doubleReturn: try await using(2, doubleReturn)
      case .staleReturn: try await using(1, staleReturn)
      case .cancelledWaitEnds: try await using(1, cancelledWaitEnds)
      case .cancelledWait: try await cancelledWait()
      case .failedOpen: try await using(1, failedOpen)
      case .freedCapacity: try await using(1, freedCapacity)
      case .detach: try await using(1, detach)
      case .closeWakesWaiters: try await using(1, closeWakesWaiters)
      case .closedPool: try await using(1, closedPool)
      case .returnAfterClose: try await using(1, returnAfterClose)
      case .fifo: try await usually(1, fifo)
      case .noBarging: try await using(1, noBarging)
      }
    } catch let failure as ContractFailure {
      return .broken(failure.description)
    } catch {
      return .broken("it threw where it should not: \(error)")
    }
  }

  private func using(
    _ size: Int, _ body: @Sendable (Session) async throws -> ContractVerdict
  ) async throws -> ContractVerdict {
    let session = Session(try await make(size), patience: patience, settling: settling)
    do {
      let verdict = try await body(session)
      await session.end()
      return verdict
    } catch {
      await session.end()
      throw error
    }
  }
}

extension PoolContract {
  /// The verdict on what a busy machine can bring about as well, as the order of callers that do not tell that they wait.
  private func usually(
    _ size: Int, _ body: @Sendable (Session) async throws -> ContractVerdict
  ) async throws -> ContractVerdict {
    var verdict = ContractVerdict.kept
    for _ in 1...3 {
      verdict = try await using(size, body)
      guard case .broken = verdict else { return verdict }
    }
    return verdict
  }
}

// The rules about callers and capacity.
extension PoolContract {
  private func waiterIsServed(_ session: Session) async throws -> ContractVerdict {
    let first = try await session.checkout()
    let waiter = await session.waiter()
    try await session.checkin(first)
    guard let held = try await waiter.value(within: patience) else {
      return .broken("a caller that waited got no connection when one came back.")
    }
    try await session.checkin(held)
    return .kept
  }

  private func capacity(_ session: Session) async throws -> ContractVerdict {
    let callers = (1...6).map { _ in session.ask() }
    guard await session.becomes({ callers.count { $0.success != nil } >= 2 }) else {
      return .broken("a pool of 2 did not give 2 connections.")
    }
    _ = await session.remains { callers.count { $0.success != nil } <= 2 }
    let held = callers.compactMap(\.success)
    if held.count > 2 { return .broken("a pool of 2 gave \(held.count) connections at one time.") }
    if Set(held.map(session.id)).count < held.count {
      return .broken("one connection was handed to two callers at one time.")
    }
    return .kept
  }

  private func freedCapacity(_ session: Session) async throws -> ContractVerdict {
    let first = try await session.checkout()
    let waiter = await session.waiter()
    let isDiscarded = try await session.discard(first)
    let isDetached = isDiscarded ? false : try await session.detach(first)
    guard isDiscarded || isDetached else { return .untried("the pool can neither discard nor detach a connection.") }
    guard try await waiter.value(within: patience) != nil else {
      let what = isDiscarded ? "thrown away" : "detached"
      return .broken("a connection was \(what), and the caller that waited got no other one.")
    }
    return .kept
  }

  private func failedOpen(_ session: Session) async throws -> ContractVerdict {
    guard await session.pool.failNextOpen() else { return .untried("its next opening cannot be made to fail.") }
    let first = session.ask()
    do {
      guard try await first.value(within: patience) != nil else {
        return .broken("a connection could not be opened, and its caller was never told.")
      }
      // The pool tried again by itself.
      return .kept
    } catch {}
    guard try await session.ask().value(within: patience) != nil else {
      return .broken("a connection could not be opened, and its slot was lost: the next caller got none.")
    }
    return .kept
  }

  private func fifo(_ session: Session) async throws -> ContractVerdict {
    var holder = try await session.checkout()
    var waiters: [Attempt<Session.Held>] = []
    for _ in 1...4 { waiters.append(await session.waiter()) }
    for place in waiters.indices {
      try await session.checkin(holder)
      let rest = waiters[place...]
      guard await session.becomes({ rest.contains { $0.isDone } }) else {
        return .broken("a caller that waited got no connection when one came back.")
      }
      guard let next = waiters[place].success else {
        return .broken("of \(waiters.count) callers that waited a later one was served before the one that came first.")
      }
      holder = next
    }
    return .kept
  }

  /// A newcomer that may overtake does not always, and one that overtook by the machine's fault does not often.
  private func noBarging(_ session: Session) async throws -> ContractVerdict {
    var overtaken = 0
    for _ in 1...20 where overtaken < 3 {
      let holder = try await session.checkout()
      let waiter = await session.waiter()
      let newcomer = session.askAfter(returning: holder)
      guard await session.becomes({ waiter.isDone || newcomer.success != nil }) else {
        return .broken("a caller that waited got no connection when one came back.")
      }
      if waiter.success == nil { overtaken += 1 }
      for caller in waiter.success == nil ? [newcomer, waiter] : [waiter, newcomer] {
        guard let served = try await caller.value(within: patience) else {
          return .broken("a caller got no connection although all had come back.")
        }
        try await session.checkin(served)
      }
    }
    return overtaken < 3
      ? .kept : .broken("newcomers got the connection that came back, before the callers that waited for it.")
  }
}
