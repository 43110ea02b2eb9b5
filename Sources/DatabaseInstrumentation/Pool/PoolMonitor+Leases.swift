internal import DatabaseSupport

extension PoolMonitor {
  /// Enters a lease that begins now, under the next number.
  ///
  /// - Parameters:
  ///   - waited: How long its caller waited.
  ///   - began: Since when it counted as waiting, where the monitor was told.
  ///   - poolFile: The file that asks on behalf of somebody else, when `site` is `nil`.
  ///   - fallback: The line where the stack has none outside of that file.
  @usableFromInline
  func checkOut(
    _ connection: Int, waited: UInt64 = 0, since began: UInt64? = nil, site: CheckoutSite?,
    poolFile: StaticString? = nil, otherwise fallback: CheckoutSite? = nil
  ) -> Int {
    let attribution = attributionOfLease()
    let stack = site == nil ? 0 : PoolStacks.capture()
    let origin = site == nil ? LeaseContext.stack(poolFile: poolFile, otherwise: fallback) : nil
    let test =
      if let scope = attribution.scope, !attribution.isAssumed { scope.runningTest } else { attribution.test }
    let isUnattributed = attribution.isUncertain && RecordingActivity.shared.isRecording
    let time = self.time
    let (lease, entry, statistics, notice, others, watches) = state.withLock { state in
      state.lastLease += 1
      let lease = state.lastLease
      if began != nil { state.table.endWait() }
      state.note(attribution, beside: creator)
      // What no sound pool does, as to hand out what another one has, is looked into apart.
      var odd = state.table.isIdle(connection) ? nil : settle(connection, at: time, in: &state)
      let entry = state.table.begin(lease, on: connection, at: time) { record in
        let entry = state.leases.make()
        entry.begin(
          lease, on: record, at: time, began: monotonic(at: time), of: self, by: attribution.scope,
          isAssumed: attribution.isAssumed, test: attribution.isAssumed ? nil : test,
          from: site.map { state.leases.shared($0, stack: stack) } ?? state.leases.shared(origin))
        return entry
      }
      let statistics = state.table.statistics
      let notice = log(.checkout, entry, connection, lease, at: time, statistics, attribution, &state)
      if odd != nil || (statistics.leased > capacity && !sharesConnections) {
        note(odd ?? OddCheckout(), connection, lease, entry, at: time, attribution, in: &state, &odd)
      }
      if isUnattributed { entry?.share() }
      let watches = heldTooLongAfter != nil && !state.isWatching
      if watches { state.isWatching = true }
      return (lease, entry, statistics, notice, odd, watches)
    }
    if watches, let heldTooLongAfter { watchHolders(heldTooLongAfter) }
    if let others { for outcome in others.before { publish(outcome) } }
    tellMetrics(.checkout, entry == nil ? .nothing : .wait(began.map { time &- $0 } ?? waited), statistics)
    notice?.tell()
    if let others { for outcome in others.after { publish(outcome) } }
    if let entry, isUnattributed { UnattributedLeases.shared.add(entry) }
    return lease
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
  func checkIn(_ lease: Int, connection: Int, site: CheckoutSite? = nil, poolFile: StaticString? = nil) {
    let attribution = attribution()
    // Where nothing is recorded, the line of the first return is not worth what it costs.
    let keepsLine = RecordingActivity.shared.isRecording
    let stack = site == nil ? LeaseEnds.Line.ofCurrentStack(poolFile: poolFile) : .unknown
    let time = self.time
    var again: Outcome?
    let returned = state.withLock { state in
      let line = keepsLine ? site.map { LeaseEnds.Line.origin(state.leases.shared($0)) } ?? stack : nil
      let returned = enterFirstReturn(lease, connection, from: line, at: time, attribution, in: &state)
      if returned == nil {
        again = enterReturnAgain(lease, connection, from: line, at: time, attribution, in: &state)
      }
      return returned
    }
    if let returned { publish(returned) }
    if let again { publish(again) }
  }

  /// The holder of a lease begins to give it back, and the pool may yet refuse it.
  ///
  /// - Returns: Whether it is the first to do so; a second return is entered at once.
  @usableFromInline
  func beginReturn(_ lease: Int, connection: Int, site: CheckoutSite) -> Bool {
    let keepsLine = RecordingActivity.shared.isRecording
    let isFirst = state.withLock { state in
      guard state.table.beginReturn(lease) else { return false }
      if keepsLine { state.leases.ended.add(lease, .returned(.origin(state.leases.shared(site)))) }
      return true
    }
    if !isFirst { checkIn(lease, connection: connection, site: site) }
    return isFirst
  }

  /// The pool has the connection back. Somebody may have got it before this was said: then the return was entered with that.
  @usableFromInline
  func endReturn(_ lease: Int, connection: Int) {
    let attribution = attribution()
    let time = self.time
    let returned = state.withLock { enterFirstReturn(lease, connection, from: nil, at: time, attribution, in: &$0) }
    if let returned { publish(returned) }
  }

  /// The pool did not take the connection back: its holder still has it.
  @usableFromInline
  func cancelReturn(_ lease: Int) {
    state.withLock { state in
      guard state.table.isRunning(lease) else { return }
      state.table.cancelReturn(lease)
      state.leases.ended.remove(lease)
    }
  }

  /// Enters an end of a lease, or that it had ended before.
  func end(_ lease: Int, _ change: PoolChange, otherwise message: @autoclosure () -> String) {
    let attribution = attribution()
    let time = self.time
    let outcome = state.withLock { state in
      if state.table.isRunning(lease) { return enter(change, at: time, by: nil, attribution, in: &state) }
      let violation = PoolChange(
        .usageViolation, connection: change.connection, lease: lease, explanation: PoolEventExplanation(message()))
      return enter(violation, at: time, by: nil, attribution, in: &state)
    }
    publish(outcome)
  }

  /// What is to be told of a return once all locks are let go: less than of other transitions, since each checkout has one.
  struct Return {
    var use: UInt64
    var statistics: PoolStatistics
    var notice: Notice?
  }

  @inline(__always)
  private func publish(_ returned: Return) {
    tellMetrics(.checkin, .use(returned.use), returned.statistics)
    returned.notice?.tell()
  }

  /// - Parameter line: Of the return; `nil` where it is kept already.
  /// - Returns: `nil` where the lease is not out.
  @inline(__always)
  private func enterFirstReturn(
    _ lease: Int, _ connection: Int, from line: LeaseEnds.Line?, at time: UInt64, _ attribution: Attribution,
    in state: inout State
  ) -> Return? {
    guard let entry = state.table.endByReturn(lease, at: time) else { return nil }
    // Whoever gives it back, it is the lease of who took it.
    var attribution = attribution
    if attribution.user == nil {
      (attribution.scope, attribution.isAssumed) = (entry.owner?.unfinished, entry.isAssumed)
    }
    if let line { state.leases.ended.add(lease, .returned(line)) }
    entry.end(.returned, at: time, monotonic: monotonic(at: time))
    let statistics = state.table.statistics
    let notice = log(.checkin, nil, connection, lease, at: time, statistics, attribution, &state)
    let use = time &- entry.checkedOutAt
    state.leases.recycle(entry)
    return Return(use: use, statistics: statistics, notice: notice)
  }

  /// Enters the return of a lease that somebody else's checkout shows to be over.
  ///
  /// - Parameter line: Of the return; `nil` where it is kept already.
  func enterReturn(
    _ lease: Int, _ connection: Int, from line: LeaseEnds.Line?, at time: UInt64, _ attribution: Attribution,
    in state: inout State
  ) -> Outcome {
    guard let returned = enterFirstReturn(lease, connection, from: line, at: time, attribution, in: &state) else {
      return enterReturnAgain(lease, connection, from: line, at: time, attribution, in: &state)
    }
    var outcome = Outcome(statistics: returned.statistics, notice: returned.notice)
    outcome.kind = .checkin
    outcome.measured = .use(returned.use)
    return outcome
  }

  /// The return of a lease that is not out.
  @inline(never)
  private func enterReturnAgain(
    _ lease: Int, _ connection: Int, from line: LeaseEnds.Line?, at time: UInt64, _ attribution: Attribution,
    in state: inout State
  ) -> Outcome {
    let end = state.leases.ended[lease]
    if case .otherwise = end { return Outcome(statistics: state.table.statistics) }
    if end == nil, state.table.isForgotten(lease) { return Outcome(statistics: state.table.statistics) }
    let change: PoolChange
    if lease > state.lastLease || lease < 1 {
      let explanation = PoolEventExplanation("lease \(lease) of pool \"\(name)\" was returned and never taken")
      change = PoolChange(.usageViolation, connection: connection, lease: lease, explanation: explanation)
    } else {
      let first = if case .returned(let first) = end { first.origin } else { nil as CheckoutOrigin? }
      change = PoolChange(
        .doubleCheckin, connection: connection, lease: lease,
        explanation: .returns(of: lease, pool: name, first: first, again: line?.origin))
    }
    return enter(change, at: time, by: nil, attribution, in: &state)
  }

  @inline(__always)
  private func log(
    _ kind: EventKind, _ entry: LiveLease?, _ connection: Int, _ lease: Int, at time: UInt64,
    _ statistics: PoolStatistics, _ attribution: Attribution, _ state: inout State
  ) -> Notice? {
    let event = StoredEvent(
      sequence: state.log.count + 1, time: time, kind: kind, connection: connection, lease: lease,
      statistics: statistics)
    return log(event, entry, attribution, &state) {
      PoolEvent(
        sequence: event.sequence, time: time, pool: name, kind: kind.plain, connection: connection, lease: lease,
        statistics: statistics, explanation: nil)
    }
  }
}

extension EventKind {
  fileprivate static var checkout: EventKind { EventKind(.checkout) }
  fileprivate static var checkin: EventKind { EventKind(.checkin) }
}
