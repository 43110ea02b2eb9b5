internal import DatabaseInstrumentation
internal import DatabaseSupport

extension PoolStateMachine {
  /// Closes the pool: idle connections now, leased ones when they come back.
  ///
  /// - Parameter grace: How long to wait for leases; they are named when it is over.
  mutating func close(grace: Duration?) {
    guard phase == .open else { return }
    let (deadline, overflows) = now.addingReportingOverflow(grace?.nanoseconds ?? 0)
    phase = grace == nil ? .closed : .draining(deadline: overflows ? .max : deadline)
    for request in requests.keys.sorted() { fail(request, .poolClosed, "Pool \"\(name)\" was closed.") }
    let closing = idle.filter { $0 != Self.emptySlot }
    idle = []
    for id in closing { discard(id, then: .freeSlot) }
    dropEmptySlots()
    if grace == nil { output.actions.append(.drained(leases.keys.sorted())) } else { checkDrained() }
  }

  mutating func checkDrained() {
    guard case .draining = phase, leases.isEmpty else { return }
    phase = .closed
    output.actions.append(.drained([]))
  }

  /// The time and order of the next timer.
  var nextTimer: (deadline: UInt64, request: Int)? {
    var next: (deadline: UInt64, request: Int)?
    if case .draining(let deadline) = phase { next = (deadline, .max) }
    for request in requests.values where next.map({ (request.deadline, request.id) < $0 }) ?? true {
      next = (request.deadline, request.id)
    }
    return next
  }

  /// Fires the next timer that is due by `time`, with the clock at its deadline.
  ///
  /// - Returns: Whether there was one; otherwise the clock is at `time`.
  mutating func fireTimer(until time: UInt64) -> Bool {
    guard let next = nextTimer, next.deadline <= time, next.deadline < .max else {
      now = max(now, time)
      return false
    }
    now = max(now, next.deadline)
    if next.request == .max {
      phase = .closed
      output.actions.append(.drained(leases.keys.sorted()))
    } else {
      failByTimeout(next.request)
      serveWaiters()
    }
    return true
  }
}
