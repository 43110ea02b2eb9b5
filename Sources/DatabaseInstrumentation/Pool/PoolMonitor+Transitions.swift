internal import DatabaseSupport

extension PoolMonitor {
  /// Enters a transition into tables and log, and tells metrics and listeners.
  ///
  /// - Parameter context: Who took a lease; for checkouts.
  /// - Returns: Whether it fitted the tables.
  @discardableResult
  package func apply(_ change: PoolChange, at given: UInt64? = nil, by context: LeaseContext? = nil) -> Bool {
    let outcome = enter(change, at: given, by: context)
    publish(outcome)
    return outcome.fits
  }

  /// What is to be told once all locks are let go.
  package struct Outcome: Sendable {
    var fits = true
    var kind: EventKind?
    var statistics = PoolStatistics()
    var measured = PoolMeasurement.nothing
    /// Only where somebody listens.
    var notice: Notice?
    /// A lease that began without telling whose it is.
    var unattributed: LiveLease?
  }

  /// An event, and who is to hear of it.
  final class Notice: Sendable {
    private let event: PoolEvent
    private let listeners: [PoolListener]

    init(_ event: PoolEvent, _ listeners: [PoolListener]) {
      self.event = event
      self.listeners = listeners
    }

    func tell() { for listener in listeners { listener.tell(event) } }
  }

  /// Enters a transition; for pools that call it in their own critical section and publish outside of it.
  package func enter(_ change: PoolChange, at given: UInt64? = nil, by context: LeaseContext? = nil) -> Outcome {
    let time = given ?? self.time
    // A lease that is granted by another task's return belongs to who asked for it, not to who returned.
    let attribution = context.map(attribution(of:)) ?? attribution()
    return state.withLock { state in
      if context != nil { state.note(attribution, beside: creator) }
      return enter(change, at: time, by: context, attribution, in: &state)
    }
  }

  /// Enters a connection that was opened, under the next number, to be published outside of the caller's locks.
  func enterConnection(took: Duration = .zero) -> (number: Int, outcomes: [Outcome]) {
    let number = newConnection()
    let now = time
    var outcomes = number == 1 ? [enter(PoolChange(.firstConnect), at: now)] : []
    outcomes.append(enter(PoolChange(nil, .openBegan), at: now))
    let opened = PoolChange(.connect, .opened(began: now &- took.nanoseconds), connection: number)
    outcomes.append(enter(opened, at: now))
    return (number, outcomes)
  }

  package func publish(_ outcome: Outcome) {
    if let kind = outcome.kind {
      tellMetrics(kind, outcome.measured, outcome.statistics)
    } else if case .nothing = outcome.measured {
      // Nothing happened that anyone would count.
    } else {
      tellMetrics(nil, outcome.measured, outcome.statistics)
    }
    outcome.notice?.tell()
    if let lease = outcome.unattributed { UnattributedLeases.shared.add(lease) }
  }

  func tellMetrics(_ kind: EventKind?, _ measured: PoolMeasurement, _ statistics: PoolStatistics) {
    if let observation { ProcessObserver.current?.poolChanged(observation, kind, measured, statistics) }
  }

  func enter(
    _ change: PoolChange, at time: UInt64, by context: LeaseContext?, _ attribution: Attribution,
    in state: inout State
  ) -> Outcome {
    var outcome = Outcome()
    let (fits, entry) = state.table.apply(change, at: time) { record in
      begin(change.lease ?? 0, on: record, at: time, by: context, attribution, in: &state.leases)
    }
    outcome.fits = fits
    outcome.statistics = state.table.statistics
    if fits { note(change, entry, at: time, in: &state, &outcome) }
    let begun = if case .leased = change.effect { entry } else { nil as LiveLease? }
    if let begun {
      if change.kind == nil, let scope = attribution.scope { scope.store.pools.add(begun, in: scope) }
      if attribution.isUncertain, RecordingActivity.shared.isRecording {
        begun.share()
        outcome.unattributed = begun
      }
    }
    guard let kind = change.kind else { return outcome }
    outcome.kind = EventKind(kind)
    let event = StoredEvent(
      sequence: state.log.count + 1, time: time, kind: EventKind(kind), connection: change.connection,
      lease: change.lease, statistics: outcome.statistics, isExplained: kind.hasText || change.explanation != nil)
    outcome.notice = log(event, begun, attribution, &state) {
      PoolEvent(
        sequence: event.sequence, time: time, pool: name, kind: kind, connection: change.connection,
        lease: change.lease, statistics: outcome.statistics, explanation: change.explanation)
    }
    return outcome
  }

  /// Logs an event here and in the recording, which keeps `lease`, too.
  ///
  /// - Parameter whole: The event as it is told and, where it does not fit in less, kept.
  @inline(__always)
  func log(
    _ event: StoredEvent, _ lease: LiveLease?, _ attribution: Attribution, _ state: inout State,
    whole: () -> PoolEvent
  ) -> Notice? {
    state.log.append(event, whole: whole)
    if let scope = attribution.scope, scope.role == .recording {
      var event = event
      event.isAssumed = attribution.isAssumed
      scope.store.pools.add(event, lease, of: self, in: scope, source: &state.source, whole: whole)
    }
    return state.listeners.isEmpty ? nil : Notice(whole(), state.listeners)
  }

  private func begin(
    _ lease: Int, on record: PooledConnectionRecord, at time: UInt64, by context: LeaseContext?,
    _ attribution: Attribution, in leases: inout LiveLeases
  ) -> LiveLease {
    let entry = leases.make()
    entry.begin(
      lease, on: record, at: time, began: monotonic(at: time), of: self, by: attribution.scope,
      isAssumed: attribution.isAssumed, test: test(context?.test, in: attribution),
      from: leases.shared(context?.origin))
    return entry
  }

  /// - Parameter entry: What is kept of the lease that began or ended.
  private func note(
    _ change: PoolChange, _ entry: LiveLease?, at time: UInt64, in state: inout State, _ outcome: inout Outcome
  ) {
    func end(_ to: LeaseRecord.State) {
      guard let entry else { return }
      entry.end(to, at: time, monotonic: monotonic(at: time))
      outcome.measured = .use(time &- entry.checkedOutAt)
      if to != .returned { state.leases.ended.add(entry.id, .otherwise) }
      switch to {
      case .abandoned: state.leases.keepLeak(entry)
      case .detached: state.leases.keepDetached(entry, on: entry.connection)
      default: state.leases.recycle(entry)
      }
    }
    switch change.effect {
    case .opened(let began): outcome.measured = .create(time &- began)
    case .leased(let asked):
      outcome.measured = .wait(time &- asked)
      state.lastLease = max(state.lastLease, change.lease ?? 0)
      state.lastConnection = max(state.lastConnection, change.connection ?? 0)
    case .returned: end(.returned)
    case .invalidated: end(.invalidated)
    case .abandoned: end(.abandoned)
    case .detached: end(state.table.isDetached(entry?.connection ?? -1) ? .detached : .detachedAndClosed)
    case .detachedClosed:
      if let id = change.connection { state.leases.settle(detached: id, as: .detachedAndClosed) }
    case .none where change.kind == .detachedAbandoned:
      if let id = change.connection { state.leases.settle(detached: id, as: .abandoned) }
    default: break
    }
  }

  /// The name of the test that a lease is taken in, kept once in a recording.
  ///
  /// - Returns: `nil` where no task tells: the creator's test is not known to have done it.
  func test(_ name: String?, in attribution: Attribution) -> String? {
    if attribution.isAssumed { return nil }
    guard let name else { return attribution.scope?.owningTest }
    return attribution.scope.map { $0.store.pools.shared(name) } ?? name
  }

  /// The monotonic clock at a time of the pool's clock that is now.
  func monotonic(at time: UInt64) -> UInt64 { clock == nil ? time : monotonicNanoseconds() }
}
