internal import DatabaseSupport

/// Leases, whose way is that of every transition; here is what comes before it.
extension PoolMonitor {
  /// Enters a lease that begins now, at a line.
  @usableFromInline
  func checkOut(_ connection: Int, since began: UInt64, site: CheckoutSite) -> PoolObserver.Lease {
    checkOut(connection, since: began, by: .current(site: site))
  }

  /// Enters a lease that begins now, under the next number.
  ///
  /// - Parameters:
  ///   - waited: How long its caller waited.
  ///   - began: Since when it counted as waiting, where the monitor was told.
  func checkOut(
    _ connection: Int, waited: UInt64 = 0, since began: UInt64? = nil, by context: LeaseContext
  ) -> PoolObserver.Lease {
    let attribution = attribution(of: context)
    let (caller, test) = (context.caller, context.test)
    let time = self.time
    var watches = false
    var odd: OddCheckout?
    var outcome = Outcome()
    let lease = state.withLock { state in
      let lease = state.lastLease + 1
      if began != nil { state.table.endWait() }
      // What no sound pool does, as to hand out what another one has, is looked into apart.
      var known = state.table.identity(of: connection)
      if !known.isIdle {
        odd = settle(connection, at: time, in: &state)
        known = state.table.identity(of: connection)
      }
      let change = PoolChange(
        .checkout, .leased(asked: began ?? time &- waited), connection: connection, lease: lease)
      let monotonic = monotonic(at: time)
      let entry = begin(change, on: known, at: time, monotonic, by: caller, test, attribution, in: &state)
      transition(change, at: time, monotonic, entry, attribution, in: &state, &outcome)
      if odd != nil || (state.table.statistics.leased > capacity && !sharesConnections) {
        var found = odd ?? OddCheckout()
        note(&found, connection, lease, at: time, attribution, in: &state)
        odd = found
      }
      watches = heldTooLongAfter != nil && !state.isWatching
      if watches { state.isWatching = true }
      return lease
    }
    if watches, let heldTooLongAfter { watchHolders(heldTooLongAfter) }
    if let odd { for outcome in odd.before { publish(outcome) } }
    publish(outcome)
    if let odd { for outcome in odd.after { publish(outcome) } }
    return PoolObserver.Lease(id: lease, connection: connection)
  }

  /// A caller waits from now on, which no event says.
  ///
  /// - Returns: When that was.
  @usableFromInline
  func beginWait() -> UInt64 {
    let time = self.time
    state.withLock { $0.table.beginWait() }
    return time
  }

  /// A caller that waits gets no connection.
  @usableFromInline
  func endWait(by failure: PoolCheckoutFailure) {
    state.withLock { $0.table.endWait() }
    // An error that no pool tells more of is counted as such once, with its connection.
    if failure == .openFailed { observer.connectFailed() }
    observer.checkoutFailed(failure)
  }

  /// Enters the return of a lease, or that it had ended before.
  @usableFromInline
  func checkIn(_ lease: PoolObserver.Lease, site: CheckoutSite? = nil, poolFile: StaticString? = nil) {
    let attribution = attribution()
    let caller = caller(site, poolFile)
    let time = self.time
    var outcome = Outcome()
    state.withLock { enterReturn(lease.id, lease.connection, by: caller, at: time, attribution, in: &$0, &outcome) }
    publish(outcome)
  }

  /// The holder of a lease begins to give it back, and the pool may yet refuse it.
  ///
  /// - Returns: Whether it is the first to do so; a second return is entered at once.
  @usableFromInline
  func beginReturn(_ lease: PoolObserver.Lease, site: CheckoutSite) -> Bool {
    let caller = caller(site, nil)
    let isFirst = state.withLock { state in
      guard state.table.beginReturn(lease.id) else { return false }
      if let caller { state.ended.add(lease.id, on: lease.connection, isReturn: true, by: caller) }
      return true
    }
    if !isFirst { checkIn(lease, site: site) }
    return isFirst
  }

  /// The pool has the connection back. Somebody may have got it before this was said: then the return was entered with that.
  @usableFromInline
  func endReturn(_ lease: PoolObserver.Lease) {
    let attribution = attribution()
    let time = self.time
    var outcome = Outcome()
    state.withLock { state in
      guard state.table.isRunning(lease.id) else { return }
      returned(lease.id, lease.connection, at: time, attribution, in: &state, &outcome)
    }
    publish(outcome)
  }

  /// The pool did not take the connection back: its holder still has it.
  @usableFromInline
  func cancelReturn(_ lease: PoolObserver.Lease) {
    state.withLock { state in
      guard state.table.isRunning(lease.id) else { return }
      state.table.cancelReturn(lease.id)
      state.ended.remove(lease.id)
    }
  }

  /// Enters an end of a lease, or that it had ended before.
  func end(_ lease: PoolObserver.Lease, _ kind: PoolEvent.Kind, _ effect: PoolChange.Effect, _ verb: String) {
    let attribution = attribution()
    let time = self.time
    let outcome = state.withLock { state in
      let change =
        state.table.isRunning(lease.id)
        ? PoolChange(kind, effect, connection: lease.connection, lease: lease.id)
        : .violation(
          "lease \(lease.id) of pool \"\(name)\" was \(verb) and was over already", connection: lease.connection,
          lease: lease.id)
      return enter(change, at: time, by: nil, attribution, in: &state)
    }
    publish(outcome)
  }

  /// Enters the return of a lease, or that it had ended before; call under the lock.
  ///
  /// - Parameter caller: Who returns it; `nil` where that is kept already, or nothing is recorded.
  func enterReturn(
    _ lease: Int, _ connection: Int, by caller: PoolCaller?, at time: UInt64, _ attribution: Attribution,
    in state: inout State, _ outcome: inout Outcome
  ) {
    guard state.table.isRunning(lease) else {
      outcome = enterReturnAgain(lease, connection, by: caller, at: time, attribution, in: &state)
      return
    }
    if let caller { state.ended.add(lease, on: connection, isReturn: true, by: caller) }
    returned(lease, connection, at: time, attribution, in: &state, &outcome)
  }

  @inline(__always)
  private func returned(
    _ lease: Int, _ connection: Int, at time: UInt64, _ attribution: Attribution, in state: inout State,
    _ outcome: inout Outcome
  ) {
    let change = PoolChange(.checkin, .returned(closes: false), connection: connection, lease: lease)
    transition(change, at: time, monotonic(at: time), nil, attribution, in: &state, &outcome)
  }

  /// The return of a lease that is not out.
  @inline(never)
  private func enterReturnAgain(
    _ lease: Int, _ connection: Int, by caller: PoolCaller?, at time: UInt64, _ attribution: Attribution,
    in state: inout State
  ) -> Outcome {
    let end = state.ended[lease]
    let isInOrder = end.map { !$0.isReturn } ?? state.table.isForgotten(lease)
    if isInOrder { return Outcome() }
    let change: PoolChange
    if lease > state.lastLease || lease < 1 {
      change = .violation(
        "lease \(lease) of pool \"\(name)\" was returned and never taken", connection: connection, lease: lease)
    } else {
      change = PoolChange(
        .doubleCheckin, connection: connection, lease: lease,
        explanation: .returns(
          of: lease, pool: name, first: end?.caller, again: caller))
    }
    return enter(change, at: time, by: nil, attribution, in: &state)
  }

  /// Who gives a lease back: where nothing is recorded, the line of the first return is not worth what it costs.
  private func caller(_ site: CheckoutSite?, _ poolFile: StaticString?) -> PoolCaller? {
    guard RecordingActivity.shared.isRecording else { return nil }
    return site.map { PoolCaller(at: $0) } ?? PoolCaller(site: nil, poolFile: poolFile)
  }
}
