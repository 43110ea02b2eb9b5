internal import DatabaseInstrumentation

extension PoolStateMachine {
  /// Which of the invariants I1 to I8 does not hold, in words; empty when all do.
  ///
  /// - Parameters:
  ///   - s: What the table of leases says that all transitions were entered into.
  ///   - t: Its totals.
  func brokenInvariants(_ s: PoolStatistics, _ t: LeaseTable.Totals) -> [String] {
    var broken: [String] = []
    func require(_ holds: Bool, _ name: String) {
      if !holds { broken.append("\(name): \(s) \(t)") }
    }
    if options.mode != .static { require(s.live == s.idle + s.leased + s.detachedOpen + s.closing, "I1") }
    require(t.connects == t.closes + t.detachedCloses + s.live, "I2")
    require(t.leases == t.checkins + t.detaches + t.invalidations + t.abandonments + s.leased, "I3")
    if options.mode != .static {
      require(options.effectiveSize.allows(keptCount), "I4 idle")
      require(
        options.effectiveSize.adding(options.effectiveOverflow).allows(s.slots - (keepsPlaces ? s.empty : 0)),
        "I4 slots")
    }
    if !queue.isEmpty { require(idle.isEmpty && !hasCapacity, "I5") }
    var owners: [Int: Int] = [:]
    for id in idle where id != Self.emptySlot { owners[id, default: 0] += 1 }
    for lease in leases.values { owners[lease.connection, default: 0] += 1 }
    for (id, connection) in connections where connection.state == .detached { owners[id, default: 0] += 1 }
    if options.mode != .static { require(owners.values.allSatisfy { $0 == 1 }, "I6") }
    require(owners.keys.allSatisfy { connections[$0] != nil }, "I6 closed")
    let counts = [s.idle, s.empty, s.leased, s.overflow, s.live, s.waiting, s.detachedOpen, s.opening, s.closing]
    require(counts.allSatisfy { $0 >= 0 }, "I8")
    // What the pool has and what the table says are kept apart, and must agree.
    require(s.leased == leases.count, "leases")
    require(s.waiting == queue.count, "waiting")
    require(connections.count == s.live, "live")
    if keepsPlaces { require(idle.count { $0 == Self.emptySlot } <= s.empty, "empty slots") }
    require(s.empty == vacant.empty && s.opening == vacant.opening, "vacant")
    if options.mode != .static { require(s.slots == usedSlots + vacant.empty, "slots") }
    require(s.idle == connections.values.count { $0.state == .idle || $0.state == .busy }, "idle")
    return broken
  }
}
