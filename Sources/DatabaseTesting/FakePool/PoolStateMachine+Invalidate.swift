internal import DatabaseInstrumentation

extension PoolStateMachine {
  /// Whether a lease can still be acted upon.
  func isRunning(_ lease: Int) -> Bool { leases[lease].map { !$0.isReturning } ?? false }

  /// The connection of a lease must not be used again: now, or from its next checkout on.
  mutating func invalidate(lease id: Int, softly: Bool, reason: String?) {
    guard let lease = leases[id], isRunning(id) else { return }
    if softly {
      connections[lease.connection]?.isSoftInvalid = true
      emit(.softInvalidate(reason), connection: lease.connection, lease: id)
      return
    }
    ended.add(id, on: lease.connection, isReturn: false)
    emit(.invalidate(reason), .invalidated, connection: lease.connection, lease: id)
    throwAway(id, lease.connection)
  }

  /// No connection that is open now may be used again: the reporter's at once, the others from their next checkout on.
  mutating func invalidateAll(reporter: Int?, reason: String?) {
    // SQLAlchemy takes no report from a connection that is too old already.
    let isNews = reporter.flatMap { leases[$0] }.flatMap { connections[$0.connection] }.map {
      $0.generation >= generation
    }
    if isNews != false || !keepsPlaces { generation += 1 }
    if let reporter { invalidate(lease: reporter, softly: false, reason: reason) }
  }

  /// A lease takes its connection along.
  mutating func detach(lease id: Int) {
    guard let lease = leases.removeValue(forKey: id) else { return }
    ended.add(id, on: lease.connection, isReturn: false)
    connections[lease.connection]?.state = .detached
    connections[lease.connection]?.leases = 0
    let leavesEmptySlot =
      options.semantics == .sqlAlchemy && phase == .open && options.mode == .queue
      && options.effectiveSize.allows(keptCount + 1)
    emit(.detach, .detached(leavesEmptySlot: leavesEmptySlot), connection: lease.connection, lease: id)
    if leavesEmptySlot { keepEmptySlot() }
    serveWaiters()
    checkDrained()
  }

  /// A detached connection is closed by who has it, or was dropped.
  mutating func closeDetached(connection id: Int, isAbandoned: Bool = false) {
    guard connections[id]?.state == .detached else { return }
    connections[id]?.state = .detachedClosing
    if isAbandoned { emit(.detachedAbandoned, .detachedDropped, connection: id) }
    if options.reset == .none && options.semantics == .strict { return completeDetachedReset(id) }
    emit(.reset, connection: id)
    let operation = begin(.resetDetached(connection: id))
    output.actions.append(.reset(operation, connection: id))
  }

  mutating func completeDetachedReset(_ id: Int) {
    let operation = begin(.closeDetached(connection: id))
    output.actions.append(.close(operation, connection: id))
  }
}
