internal import DatabaseInstrumentation

/// What came of giving a lease back.
enum ReturnOutcome: Sendable {
  case accepted
  /// It was over by an invalidation: nothing to do.
  case ignored
  case double(String)
}

extension PoolStateMachine {
  /// A lease is given back.
  mutating func checkin(lease id: Int, site: CheckoutSite?) -> ReturnOutcome {
    guard let lease = leases[id], !lease.isReturning else {
      let known = ended[id]
      if let known, !known.isReturn { return .ignored }
      let explanation = PoolEventExplanation.returns(
        of: id, pool: name, first: known?.caller, again: site.map { PoolCaller(at: $0) })
      emit(
        .doubleCheckin, connection: leases[id]?.connection ?? known?.connection, lease: id, explanation: explanation)
      return .double(explanation.text ?? "")
    }
    ended.add(id, on: lease.connection, isReturn: true, by: site.map { PoolCaller(at: $0) })
    startReturn(id, lease)
    return .accepted
  }

  /// Nobody has the lease any more, and it was not given back.
  mutating func abandon(lease id: Int) {
    guard let lease = leases[id], !lease.isReturning else { return }
    ended.add(id, on: lease.connection, isReturn: false)
    guard options.semantics == .strict else {
      leases[id]?.isAbandoned = true
      emit(.leaseAbandoned, connection: lease.connection, lease: id)
      if let lease = leases[id] { startReturn(id, lease) }
      return
    }
    emit(.leaseAbandoned, .abandoned(closes: true), connection: lease.connection, lease: id)
    emit(.invalidate("abandoned"), connection: lease.connection)
    throwAway(id, lease.connection)
  }

  private mutating func startReturn(_ id: Int, _ lease: Lease) {
    leases[id]?.isReturning = true
    // A shared connection is reset when its last user returns it: before, it would end what the others have begun.
    let isShared = leases.values.contains { $0.connection == lease.connection && !$0.isReturning }
    let skipsReset = isShared || options.reset == .none && options.semantics == .strict
    if phase != .open || skipsReset { return finishReturn(id, lease.connection) }
    emit(.reset, connection: lease.connection, lease: id)
    let operation = begin(.reset(lease: id, connection: lease.connection))
    output.actions.append(.reset(operation, connection: lease.connection))
  }

  mutating func completeReset(_ lease: Int, _ id: Int, _ outcome: OperationOutcome) {
    guard case .ok = outcome else {
      guard let record = leases[lease] else { return }
      emit(
        .invalidate("reset failed"), record.isAbandoned ? .abandoned(closes: true) : .invalidated, connection: id,
        lease: lease)
      return throwAway(lease, id)
    }
    finishReturn(lease, id)
  }

  private mutating func finishReturn(_ lease: Int, _ id: Int) {
    guard let record = leases.removeValue(forKey: lease), var connection = connections[id] else { return }
    connection.leases -= 1
    let isShared = connection.leases > 0
    let isStale = options.closesInvalidOnReturn && connection.generation < generation
    let isWanted = hasRoomForIdle || (!queue.isEmpty && options.mode != .none)
    let stays = isShared || (phase == .open && !isStale && isWanted)
    if !isShared { connection.state = stays ? .busy : .closing }
    connections[id] = connection
    emit(
      .checkin, record.isAbandoned ? .abandoned(closes: !stays) : .returned(closes: !stays), connection: id,
      lease: lease)
    if isShared { return checkDrained() }
    if stays { offer(id) } else { close(id, then: isStale ? .emptySlot : .freeSlot) }
    checkDrained()
  }

  /// A lease is over because its connection is: the transition was emitted.
  mutating func throwAway(_ lease: Int, _ id: Int) {
    leases[lease] = nil
    connections[id]?.leases -= 1
    if connections[id]?.leases ?? 0 > 0 {
      connections[id]?.isSoftInvalid = true
    } else {
      connections[id]?.state = .closing
      close(id, then: .emptySlot)
    }
    checkDrained()
  }

  mutating func completeClose(_ id: Int, _ then: AfterClose) {
    var leavesEmptySlot = false
    switch then {
    case .emptySlot: leavesEmptySlot = leavesEmptySlotNow
    case .freeSlot: break
    case .reopen: leavesEmptySlot = phase == .open && options.mode != .none
    case .fail(_, _, _, let leaves): leavesEmptySlot = leaves && leavesEmptySlotNow
    }
    connections[id] = nil
    emit(.close, .closed(leavesEmptySlot: leavesEmptySlot), connection: id)
    if keepsPlaces, then.isEndOfLease { emit(.checkin, connection: id) }
    if leavesEmptySlot, !then.reopens { keepEmptySlot() }
    switch then {
    case .reopen(let request):
      if requests[request] != nil, phase == .open { return open(for: request) }
      if keepsPlaces, leavesEmptySlot {
        if hasRoomForIdle { keepEmptySlot() } else { emit(nil, .slotDropped) }
      }
      trimEmptySlots()
    case .fail(let request, let failure, let message, _): fail(request, failure, message)
    default: break
    }
    serveWaiters()
  }

  /// Whether the slot of the connection that closes now stays.
  private var leavesEmptySlotNow: Bool {
    guard phase == .open, options.mode != .none else { return false }
    return options.semantics == .strict
      ? options.effectiveSize.allows(usedSlots + vacant.empty)
      : options.effectiveSize.allows(keptCount + 1)
  }

  /// No more empty slots than the size has room for.
  mutating func trimEmptySlots() {
    // Each that has no place was given up when it came.
    if keepsPlaces { return }
    while vacant.empty > 0, !options.effectiveSize.allows(idle.count + vacant.empty) { emit(nil, .slotDropped) }
  }

  mutating func dropEmptySlots() {
    while vacant.empty > 0 { emit(nil, .slotDropped) }
    idle.removeAll { $0 == Self.emptySlot }
  }
}

extension PoolStateMachine.AfterClose {
  var reopens: Bool { if case .reopen = self { true } else { false } }

  /// Whether SQLAlchemy says that the connection came back: its record did.
  var isEndOfLease: Bool {
    switch self {
    case .emptySlot: true
    case .fail(_, let failure, _, _): failure == .rejected
    case .freeSlot, .reopen: false
    }
  }
}
