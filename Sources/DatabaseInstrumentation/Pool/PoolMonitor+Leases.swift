extension PoolMonitor {
  /// Enters a lease that begins now, under the next number.
  ///
  /// - Parameters:
  ///   - waited: How long its caller waited.
  ///   - began: Since when it counted as waiting, where the monitor was told.
  ///   - poolFile: The file that asks on behalf of somebody else, when `site` is `nil`.
  @usableFromInline
  func checkOut(
    _ connection: Int, waited: UInt64 = 0, since began: UInt64? = nil, site: CheckoutSite?,
    poolFile: StaticString? = nil
  ) -> Int {
    let current = RecordingScope.current?.unfinished
    let origin = site == nil ? LeaseContext.stack(in: current, poolFile: poolFile) : nil
    let scope = owner(current)
    let test = if let current { current.runningTest } else { test(CurrentTest.name, in: scope) }
    let time = self.time
    let (lease, fits, statistics, notice) = state.withLock { state in
      state.lastLease += 1
      let lease = state.lastLease
      if began != nil { state.table.endWait() }
      let entry = state.table.begin(lease, on: connection, at: time) { record in
        let entry = state.leases.make()
        entry.begin(
          lease, on: record, at: time, began: monotonic(at: time), of: self, by: scope, test: test,
          from: site.map { state.leases.shared($0) } ?? state.leases.shared(origin))
        return entry
      }
      let statistics = state.table.statistics
      let notice = log(.checkout, entry, connection, lease, at: time, statistics, in: scope, &state)
      return (lease, entry != nil, statistics, notice)
    }
    tellMetrics(.checkout, fits ? .wait(began.map { time &- $0 } ?? waited) : .nothing, statistics)
    notice?.tell()
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
  func endWait(by error: any Error) {
    observer.checkoutFailed(error is CancellationError ? .cancelled : .openFailed, wasWaiting: true)
  }

  /// Enters the return of a lease, or that it had ended before.
  @usableFromInline
  func checkIn(_ lease: Int, connection: Int) {
    let scope = owner(RecordingScope.current?.unfinished)
    let time = self.time
    let (use, statistics, notice) = state.withLock { state in
      var use: UInt64?
      if let entry = state.table.endByReturn(lease, at: time) {
        use = time &- entry.checkedOutAt
        entry.end(.returned, at: time, monotonic: monotonic(at: time))
        state.leases.recycle(entry)
      }
      let statistics = state.table.statistics
      let kind: EventKind = use == nil ? .doubleCheckin : .checkin
      return (use, statistics, log(kind, nil, connection, lease, at: time, statistics, in: scope, &state))
    }
    if let use {
      tellMetrics(.checkin, .use(use), statistics)
    } else {
      tellMetrics(.doubleCheckin, .nothing, statistics)
    }
    notice?.tell()
  }

  /// Enters an end of a lease, or that it had ended before.
  func end(_ lease: Int, _ change: PoolChange, otherwise kind: PoolEvent.Kind) {
    let scope = owner(RecordingScope.current?.unfinished)
    let time = self.time
    let outcome = state.withLock { state in
      let isRunning = state.table.isRunning(lease)
      let change = isRunning ? change : PoolChange(kind, connection: change.connection, lease: lease)
      return enter(change, at: time, by: nil, scope: scope, in: &state)
    }
    publish(outcome)
  }

  @inline(__always)
  private func log(
    _ kind: EventKind, _ entry: LeaseEntry?, _ connection: Int, _ lease: Int, at time: UInt64,
    _ statistics: PoolStatistics, in scope: RecordingScope?, _ state: inout State
  ) -> Notice? {
    let event = StoredEvent(
      sequence: state.log.count + 1, time: time, kind: kind, connection: connection, lease: lease,
      statistics: statistics)
    return log(event, entry, in: scope, &state) {
      PoolEvent(
        sequence: event.sequence, time: time, pool: name, kind: kind.plain, connection: connection, lease: lease,
        statistics: statistics, detail: nil)
    }
  }
}

extension EventKind {
  fileprivate static var checkout: EventKind { EventKind(.checkout) }
  fileprivate static var checkin: EventKind { EventKind(.checkin) }
  fileprivate static var doubleCheckin: EventKind { EventKind(.doubleCheckin) }
}
