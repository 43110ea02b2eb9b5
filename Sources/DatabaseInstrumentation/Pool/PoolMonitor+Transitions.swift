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
    var event: PoolEvent.Record?
    var statistics: PoolStatistics
    var measured = PoolMeasurement.nothing
    var listeners: [PoolListener] = []
    /// A lease that began.
    var began: LiveLease?
    /// Whether no task tells whose it is.
    var isUnattributed = false
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
  ///   - given: Whose the transition is, as far as the task tells.
  func enter(
    _ change: PoolChange, at time: UInt64, by context: LeaseContext?, _ given: Attribution, in state: inout State
  ) -> Outcome {
    var attribution = given
    if context != nil { state.note(attribution, beside: creator) }
    let origin = context.flatMap { state.origins.origin(of: $0.caller) }
    let monotonic = clock == nil ? time : monotonicNanoseconds()
    let transition = state.table.apply(change, at: time, monotonic: monotonic) { record in
      LiveLease(
        change.lease ?? 0, on: record.id, databaseConnection: record.databaseConnection,
        checkouts: record.checkoutCount, at: time, began: monotonic, of: self, by: given.scope,
        isAssumed: given.isAssumed, test: given.isAssumed ? nil : context?.test ?? given.test, from: origin)
    }
    var outcome = Outcome(fits: transition.fits, statistics: state.table.statistics)
    if let began = transition.began {
      state.lastLease = max(state.lastLease, began.id)
      state.lastConnection = max(state.lastConnection, began.connection)
      outcome.began = began
      outcome.isUnattributed = attribution.isUncertain && RecordingActivity.shared.isRecording
    } else if let ended = transition.ended {
      outcome.measured = .use(time &- ended.checkedOutAt)
      // Whoever ends it, it is the lease of who took it.
      if attribution.user == nil {
        (attribution.scope, attribution.isAssumed) = (ended.owner?.unfinished, ended.isAssumed)
      }
    }
    if transition.fits {
      switch change.effect {
      case .opened(let began): outcome.measured = .create(time &- began)
      case .leased(let asked): outcome.measured = .wait(time &- asked)
      case .invalidated, .abandoned, .detached:
        if let ended = transition.ended { state.ended.add(ended.id, on: ended.connection, isReturn: false) }
      default: break
      }
    }
    guard let kind = change.kind else { return outcome }
    let event = PoolEvent.Record(
      change, kind, sequence: state.log.count + 1, time: time, statistics: outcome.statistics)
    state.log.append(event)
    if let scope = attribution.scope, scope.role == .recording {
      scope.store.pools.add(event, transition.began, of: self, in: scope, isAssumed: attribution.isAssumed)
    }
    outcome.event = event
    outcome.listeners = state.listeners
    return outcome
  }

  /// Tells of a transition; call outside of all locks.
  package func publish(_ outcome: Outcome) {
    if let observation, outcome.event != nil || outcome.measured.isSomething {
      ProcessObserver.current?.poolChanged(observation, outcome.event?.kind, outcome.measured, outcome.statistics)
    }
    if let event = outcome.event, !outcome.listeners.isEmpty {
      let event = PoolEvent(pool: name, record: event)
      for listener in outcome.listeners { listener.tell(event) }
    }
    if let began = outcome.began, outcome.isUnattributed { UnattributedLeases.shared.add(began) }
  }
}

extension PoolMeasurement {
  fileprivate var isSomething: Bool { if case .nothing = self { false } else { true } }
}
