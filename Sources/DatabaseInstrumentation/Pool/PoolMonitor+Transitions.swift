internal import DatabaseSupport

/// The way of every transition: into the table, the log and the recording that it is of, and then, outside of all locks, to
/// metrics and listeners.
extension PoolMonitor {
  /// Enters a transition, and tells of it.
  ///
  /// - Parameter context: Who took a lease; for checkouts.
  /// - Returns: Whether it fitted the table.
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
    var measured = PoolMeasurement.nothing
    var statistics = PoolStatistics()
    /// What few transitions have.
    var notice: Notice?
  }

  /// An event that somebody listens to, and a lease that began without a task that tells whose it is.
  final class Notice: Sendable {
    private let event: PoolEvent
    private let listeners: [PoolListener]
    private let unattributed: LiveLease?

    init(_ event: PoolEvent, _ listeners: [PoolListener], unattributed: LiveLease?) {
      self.event = event
      self.listeners = listeners
      self.unattributed = unattributed
    }

    func tell() {
      for listener in listeners { listener.tell(event) }
      if let unattributed { UnattributedLeases.shared.add(unattributed) }
    }
  }

  /// Enters a transition; for pools that call it in their own critical section and publish outside of it.
  package func enter(_ change: PoolChange, at given: UInt64? = nil, by context: LeaseContext? = nil) -> Outcome {
    let time = given ?? self.time
    // A lease that is granted by another task's return belongs to who asked for it, not to who returned.
    let attribution = context.map(attribution(of:)) ?? attribution()
    return state.withLock { enter(change, at: time, by: context, attribution, in: &$0) }
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

  /// Enters a transition; call under the lock.
  ///
  /// - Parameters:
  ///   - context: Who took a lease; for checkouts.
  ///   - attribution: Whose the transition is, as far as the task tells.
  func enter(
    _ change: PoolChange, at time: UInt64, by context: LeaseContext?, _ attribution: Attribution,
    in state: inout State
  ) -> Outcome {
    let monotonic = monotonic(at: time)
    let entry = context.map {
      begin(
        change, on: state.table.identity(of: change.connection ?? 0), at: time, monotonic, by: $0.caller, $0.test,
        attribution, in: &state)
    }
    var outcome = Outcome()
    transition(change, at: time, monotonic, entry, attribution, in: &state, &outcome)
    return outcome
  }

  /// The monotonic clock at a time of the pool's clock that is now.
  func monotonic(at time: UInt64) -> UInt64 { clock == nil ? time : monotonicNanoseconds() }

  /// What is kept of a lease that is about to begin; call under the lock.
  @inline(__always)
  func begin(
    _ change: PoolChange, on known: LeaseTable.Identity, at time: UInt64, _ monotonic: UInt64, by caller: PoolCaller,
    _ test: String?, _ attribution: Attribution, in state: inout State
  ) -> LiveLease {
    state.note(attribution, beside: creator)
    let (lease, connection) = (change.lease ?? 0, change.connection ?? 0)
    state.lastLease = max(state.lastLease, lease)
    state.lastConnection = max(state.lastConnection, connection)
    return LiveLease(
      lease, on: connection, databaseConnection: known.databaseConnection, checkouts: known.checkouts + 1, at: time,
      began: monotonic, of: self, by: attribution.recording, isAssumed: attribution.isAssumed,
      test: attribution.isAssumed ? nil : test ?? attribution.user?.owningTest, from: state.origins.origin(of: caller))
  }

  /// The one way of all transitions. Inlined, since each checkout has two, and what they are is known where they are entered.
  ///
  /// - Parameter entry: What is kept of the lease that begins.
  @inline(__always)
  func transition(
    _ change: PoolChange, at time: UInt64, _ monotonic: UInt64, _ entry: LiveLease?, _ attribution: Attribution,
    in state: inout State, _ outcome: inout Outcome
  ) {
    let transition = state.table.apply(change, at: time, monotonic: monotonic, entry)
    let statistics = state.table.statistics
    outcome.fits = transition.fits
    outcome.statistics = statistics
    if transition.fits { outcome.measured = measured(change, transition, at: time) }
    let ended = transition.ended
    if let ended, !change.effect.isReturn {
      state.ended.add(ended.id, on: ended.connection, isReturn: false)
    }
    let begun = transition.fits ? entry : nil
    let isUnattributed = begun != nil && attribution.isUncertain && RecordingActivity.shared.isRecording
    guard let kind = change.kind else { return }
    outcome.kind = kind
    let sequence = state.log.count + 1
    let record = PoolEvent.Record(change, kind, sequence: sequence, time: time, statistics: statistics)
    let rest = record.rest(of: change, sequence: sequence, statistics: statistics)
    state.log.append(record, rest)
    if let ended, attribution.user == nil {
      // Whoever ends it, it is the lease of who took it.
      keep(record, rest, nil, Attribution(of: ended))
    } else {
      keep(record, rest, begun, attribution)
    }
    if isUnattributed || !state.listeners.isEmpty {
      outcome.notice = Notice(
        PoolEvent(pool: name, record: record, rest: rest), state.listeners, unattributed: isUnattributed ? begun : nil)
    }
  }

  @inline(__always)
  private func keep(
    _ event: PoolEvent.Record, _ rest: PoolEvent.Rest?, _ lease: LiveLease?, _ attribution: Attribution
  ) {
    guard let scope = attribution.recording, scope.role == .recording else { return }
    scope.store.pools.add(event, rest, lease, of: self, in: scope, isAssumed: attribution.isAssumed)
  }

  @inline(__always)
  private func measured(
    _ change: PoolChange, _ transition: LeaseTable.Transition, at time: UInt64
  ) -> PoolMeasurement {
    switch change.effect {
    case .opened(let began): .create(time &- began)
    case .leased(let asked): .wait(time &- asked)
    default: transition.ended.map { .use(time &- $0.checkedOutAt) } ?? .nothing
    }
  }

  /// Tells of a transition; call outside of all locks.
  package func publish(_ outcome: Outcome) {
    if let observation, outcome.kind != nil || outcome.measured.isSomething {
      ProcessObserver.current?.poolChanged(observation, outcome.kind, outcome.measured, outcome.statistics)
    }
    outcome.notice?.tell()
  }
}

extension PoolMonitor.Attribution {
  /// Of a lease that somebody took.
  init(of lease: LiveLease) { self.init(lease.isAssumed ? .creator : .task, lease.owner?.unfinished) }
}

extension PoolChange.Effect {
  fileprivate var isReturn: Bool { if case .returned = self { true } else { false } }
}

extension PoolMeasurement {
  fileprivate var isSomething: Bool { if case .nothing = self { false } else { true } }
}
