/// What no sound pool does at a checkout, and what it takes to keep the tables right all the same.
extension PoolMonitor {
  struct OddCheckout: Sendable {
    /// Returns that the pool had not reported when it handed the connection on.
    var before: [Outcome] = []
    /// What was wrong.
    var after: [Outcome] = []
    var violation: String?
    var holders: [LeaseTable.Holder] = []
  }

  /// The connection that is about to be handed out is not idle.
  @inline(never)
  func settle(_ connection: Int, at time: UInt64, in state: inout State) -> OddCheckout? {
    var odd = OddCheckout()
    for holder in state.table.holders(of: connection) {
      if holder.isReturning {
        var outcome = Outcome()
        enterReturn(holder.lease, connection, by: nil, at: time, Attribution(), in: &state, &outcome)
        odd.before.append(outcome)
      } else if !sharesConnections {
        odd.holders.append(holder)
      }
    }
    if !state.table.has(connection) {
      let isNew = connection > state.lastConnection || connection < 1
      odd.violation =
        "connection \(connection) of pool \"\(name)\" was handed out and "
        + (isNew ? "the pool had not told that it opened it" : "had been closed before")
      state.lastConnection = max(state.lastConnection, connection)
    } else if state.table.isDetached(connection) {
      odd.violation = "connection \(connection) of pool \"\(name)\" was handed out and had been detached before"
    }
    state.table.reveal(connection, at: time)
    return odd
  }

  /// Enters what was wrong with a checkout, after it.
  @inline(never)
  func note(
    _ found: inout OddCheckout, _ connection: Int, _ lease: Int, at time: UInt64, _ attribution: Attribution,
    in state: inout State
  ) {
    func add(_ kind: PoolEvent.Kind, _ explanation: PoolEventExplanation) {
      let change = PoolChange(kind, connection: connection, lease: lease, explanation: explanation)
      found.after.append(enter(change, at: time, by: nil, attribution, in: &state))
    }
    if let violation = found.violation { add(.usageViolation, PoolEventExplanation(violation)) }
    if !found.holders.isEmpty {
      let holders = found.holders + state.table.holders(of: connection).filter { $0.lease == lease }
      let leases = holders.map { (lease: $0.lease, origin: $0.entry?.origin) }
      add(.doubleCheckout, .holders(of: connection, leases))
    } else if !sharesConnections, state.table.statistics.leased > capacity {
      add(.usageViolation, PoolEventExplanation(excess(state.table.statistics.leased, "handed out")))
    }
  }

  /// A pool that tells of its connections has more of them than it may.
  func noteExcess(_ statistics: PoolStatistics) {
    let open = statistics.live - statistics.detachedOpen - statistics.closing
    guard open > capacity else { return }
    apply(PoolChange(.usageViolation, explanation: PoolEventExplanation(excess(open, "open"))))
  }

  private func excess(_ count: Int, _ what: String) -> String {
    let overflow = maxOverflow == 0 ? "" : " and an overflow of \(maxOverflow)"
    return "pool \"\(name)\" has a size of \(size)\(overflow), and \(count) of its connections are \(what)"
  }
}
