/// The oracle of a pool: its connections and leases, and the statistics that follow from them. A pure value.
package struct LeaseTable: Sendable {
  package let size: PoolSize
  package let maxOverflow: PoolSize
  package private(set) var statistics = PoolStatistics()
  package private(set) var totals = Totals()
  package private(set) var connections: [Int: Connection] = [:]
  /// The connection of each lease that runs, or whose detached connection is open.
  package private(set) var leases: [Int: Int] = [:]
  /// Openings that use a slot which was empty, to be given back if they fail.
  private var reopenings = 0

  /// Whatever happened since the pool began, each counted once.
  package struct Totals: Sendable, Hashable {
    package var connects = 0
    package var closes = 0
    package var detachedCloses = 0
    package var leases = 0
    package var checkins = 0
    package var detaches = 0
    package var invalidations = 0
    package var abandonments = 0
  }

  package enum State: Sendable, Hashable {
    case idle
    case leased
    case detached
    case closing
  }

  package struct Connection: Sendable {
    package var record: PooledConnectionRecord
    package var state: State
    /// How many leases it has: more than one where a pool shares one connection.
    package var leases = 0

    fileprivate mutating func begin(at time: UInt64) {
      state = .leased
      leases += 1
      record.checkoutCount += 1
      record.checkedOutAt = time
    }

    /// - Returns: Whether it was the last lease.
    fileprivate mutating func end(at time: UInt64, becoming state: State) -> Bool {
      leases -= 1
      record.checkedInAt = time
      guard leases == 0 else { return false }
      self.state = state
      return true
    }
  }

  package init(size: PoolSize, maxOverflow: PoolSize) {
    self.size = size
    self.maxOverflow = maxOverflow
  }

  package mutating func setDatabaseConnection(_ id: UInt64?, of connection: Int) {
    connections[connection]?.record.databaseConnection = id
  }

  /// Enters a transition. What does not fit the tables is left out, so that a confused pool cannot break its monitor.
  ///
  /// - Returns: Whether it fitted.
  @discardableResult
  package mutating func apply(_ change: PoolChange, at time: UInt64) -> Bool {
    let fits = enter(change, at: time)
    updateOverflow()
    return fits
  }

  private mutating func enter(_ change: PoolChange, at time: UInt64) -> Bool {
    switch change.effect {
    case .none: break
    case .openBegan:
      statistics.opening += 1
      if statistics.empty > 0 {
        statistics.empty -= 1
        reopenings += 1
      }
    case .opened:
      guard let id = change.connection, connections[id] == nil else { return false }
      endOpening(leavesEmptySlot: false)
      connections[id] = Connection(record: PooledConnectionRecord(id: id, createdAt: time), state: .idle)
      totals.connects += 1
      statistics.idle += 1
      statistics.live += 1
    case .openFailed:
      endOpening(leavesEmptySlot: true)
    case .leased:
      guard let id = change.connection, let lease = change.lease else { return false }
      return begin(lease, on: id, at: time)
    case .returned(let closes):
      guard let lease = change.lease, end(lease, at: time, becoming: closes ? .closing : .idle) else { return false }
      totals.checkins += 1
    case .invalidated:
      guard let lease = change.lease, end(lease, at: time, becoming: .closing) else { return false }
      totals.invalidations += 1
    case .abandoned(let closes):
      guard let lease = change.lease, end(lease, at: time, becoming: closes ? .closing : .idle) else { return false }
      totals.abandonments += 1
    case .discarded:
      guard let id = change.connection, connections[id]?.state == .idle else { return false }
      move(id, to: .closing)
    case .closed(let leavesEmptySlot):
      guard let id = change.connection, let connection = connections[id], connection.state != .detached else {
        return false
      }
      remove(id, connection, leavesEmptySlot: leavesEmptySlot)
      totals.closes += 1
    case .detached(let leavesEmptySlot):
      guard let lease = change.lease, end(lease, at: time, becoming: .detached) else { return false }
      connections[change.connection ?? -1]?.record.isDetached = true
      totals.detaches += 1
      if leavesEmptySlot { statistics.empty += 1 }
    case .detachedClosed:
      guard let id = change.connection, connections[id]?.state == .detached else { return false }
      connections[id] = nil
      statistics.detachedOpen -= 1
      statistics.live -= 1
      totals.detachedCloses += 1
    case .waitBegan: statistics.waiting += 1
    case .waitEnded: statistics.waiting = max(0, statistics.waiting - 1)
    case .slotDropped: statistics.empty = max(0, statistics.empty - 1)
    }
    return true
  }

  // One look-up for each table: a checkout and its return pay for every further one.

  private mutating func begin(_ lease: Int, on id: Int, at time: UInt64) -> Bool {
    guard let index = connections.index(forKey: id) else { return false }
    let state = connections.values[index].state
    guard state == .idle || state == .leased else { return false }
    if let other = leases.updateValue(id, forKey: lease) {
      leases[lease] = other
      return false
    }
    connections.values[index].begin(at: time)
    if state == .idle { statistics.idle -= 1 }
    totals.leases += 1
    statistics.leased += 1
    return true
  }

  private mutating func end(_ lease: Int, at time: UInt64, becoming state: State) -> Bool {
    guard let id = leases.removeValue(forKey: lease), let index = connections.index(forKey: id) else { return false }
    statistics.leased -= 1
    if connections.values[index].end(at: time, becoming: state) { count(state, 1) }
    return true
  }

  private mutating func move(_ id: Int, to state: State) {
    guard let connection = connections[id] else { return }
    count(connection.state, -1)
    connections[id]?.state = state
    count(state, 1)
  }

  private mutating func remove(_ id: Int, _ connection: Connection, leavesEmptySlot: Bool) {
    if connection.state == .leased {
      // A pool that closes what is leased: the lease is over.
      for (lease, owner) in leases where owner == id {
        leases[lease] = nil
        statistics.leased -= 1
        totals.invalidations += 1
      }
    }
    count(connection.state, -1)
    connections[id] = nil
    statistics.live -= 1
    if leavesEmptySlot { statistics.empty += 1 }
  }

  private mutating func count(_ state: State, _ difference: Int) {
    switch state {
    case .idle: statistics.idle += difference
    case .closing: statistics.closing += difference
    case .detached: statistics.detachedOpen += difference
    case .leased: break
    }
  }

  private mutating func endOpening(leavesEmptySlot: Bool) {
    guard statistics.opening > 0 else { return }
    statistics.opening -= 1
    guard reopenings > 0 else { return }
    reopenings -= 1
    if leavesEmptySlot { statistics.empty += 1 }
  }

  private mutating func updateOverflow() {
    statistics.overflow = size.limit.map { max(0, statistics.slots - $0) } ?? 0
  }
}
