// The rules about returns and cancellations.
extension PoolContract {
  func doubleReturn(_ session: Session) async throws -> ContractVerdict {
    let lease = try await session.checkout()
    try await session.checkin(lease)
    await session.checkinAgain(lease)
    guard let a = try await session.ask().value(within: patience),
      let b = try await session.ask().value(within: patience)
    else { return .broken("a lease was returned twice, and the pool of 2 did not give 2 connections any more.") }
    if session.id(of: a) == session.id(of: b) {
      return .broken("a lease was returned twice, and its connection was handed to two callers at once.")
    }
    let third = await session.waiter()
    guard await session.remains({ third.success == nil }) else {
      return .broken("a lease was returned twice, and the pool of 2 gave a third connection.")
    }
    return .kept
  }

  func staleReturn(_ session: Session) async throws -> ContractVerdict {
    let stale = try await session.checkout()
    try await session.checkin(stale)
    let owner = try await session.checkout()
    await session.checkinAgain(stale)
    let third = await session.waiter()
    guard await session.remains({ third.success == nil }) else {
      return .broken(
        """
        a lease that was over was returned again, and the connection of the lease that had it by then was handed to a \
        third caller.
        """)
    }
    try await session.checkin(owner)
    guard try await third.value(within: patience) != nil else {
      return .broken("a lease that was over was returned again, and the pool gave no connection any more.")
    }
    return .kept
  }

  func cancelledWaitEnds(_ session: Session) async throws -> ContractVerdict {
    let first = try await session.checkout()
    let waiter = await session.waiter()
    waiter.cancel()
    guard await session.becomes({ waiter.isDone }) else {
      return .broken("a wait that was cancelled went on until a connection came back.")
    }
    try await session.checkin(first)
    return .kept
  }

  func cancelledWait() async throws -> ContractVerdict {
    // Cancelled before the connection comes back, and right after.
    for isBefore in [true, false] {
      let session = Session(try await make(1), patience: patience, settling: settling)
      let verdict: ContractVerdict
      do { verdict = try await cancelledWait(session, isBefore: isBefore) } catch {
        await session.end()
        throw error
      }
      await session.end()
      if case .kept = verdict { continue }
      return verdict
    }
    return .kept
  }

  private func cancelledWait(_ session: Session, isBefore: Bool) async throws -> ContractVerdict {
    let first = try await session.checkout()
    let waiter = await session.waiter()
    if isBefore {
      waiter.cancel()
      for _ in 0..<200 where !waiter.isDone { await Task.yield() }
      try await session.checkin(first)
    } else {
      try await session.checkin(first)
      waiter.cancel()
    }
    do {
      guard let held = try await waiter.value(within: patience) else {
        return .broken("a wait that was cancelled never ended.")
      }
      try await session.checkin(held)
    } catch let failure as ContractFailure { throw failure } catch {}
    guard try await session.ask().value(within: patience) != nil else {
      return .broken("a wait was cancelled, and the connection that came back was lost: the next caller got none.")
    }
    return .kept
  }

  func detach(_ session: Session) async throws -> ContractVerdict {
    let lease = try await session.checkout()
    let id = session.id(of: lease)
    guard try await session.detach(lease) else { return .untried("the pool cannot detach a connection.") }
    guard let next = try await session.ask().value(within: patience) else {
      return .broken("a detached connection made no room for another one.")
    }
    if session.id(of: next) == id { return .broken("a detached connection was handed out again.") }
    return .kept
  }
}

// The rules about closing.
extension PoolContract {
  func closeWakesWaiters(_ session: Session) async throws -> ContractVerdict {
    let first = try await session.checkout()
    let waiter = await session.waiter()
    // A close may wait for the lease: it must wake the waiter all the same.
    let closing = session.close()
    do {
      guard try await waiter.value(within: patience) != nil else {
        return .broken("a caller that waited was never woken when the pool was closed.")
      }
      return .broken("a caller got a connection of a closed pool although none had come back.")
    } catch {
      try? await session.checkin(first)
      _ = try? await closing.value(within: patience)
      return .kept
    }
  }

  func closedPool(_ session: Session) async throws -> ContractVerdict {
    let lease = try await session.checkout()
    let closing = session.close()
    for _ in 0..<200 where !closing.isDone { await Task.yield() }
    try? await session.checkin(lease)
    guard try await closing.value(within: patience) != nil else {
      return .broken("closing did not end although all connections had come back.")
    }
    do {
      guard try await session.ask().value(within: patience) != nil else {
        return .broken("a checkout from a closed pool never returned; it should fail at once.")
      }
      return .broken("a closed pool gave a connection.")
    } catch {
      return .kept
    }
  }

  func returnAfterClose(_ session: Session) async throws -> ContractVerdict {
    let held = try await session.checkout()
    guard await session.pool.isOpen(held.lease) != nil else {
      return .untried("nobody can tell whether a connection is open.")
    }
    let closing = session.close()
    for _ in 0..<200 where !closing.isDone { await Task.yield() }
    try? await session.checkin(held)
    guard await session.becomes({ await session.pool.isOpen(held.lease) == false }) else {
      return .broken("a connection came back after the pool was closed, and stayed open.")
    }
    _ = try? await closing.value(within: patience)
    return .kept
  }
}
