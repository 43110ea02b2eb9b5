/// The oracle of a pool: its connections and leases, and the statistics that follow from them. A pure value.
package struct LeaseTable: Sendable {
  package let size: PoolSize
  package let maxOverflow: PoolSize
  package private(set) var statistics = PoolStatistics()
  package private(set) var totals = Totals()
  private var connections = NumberTable<Connection>()
  /// The leases that run.
  private var leases = NumberTable<Lease>()
  /// What is kept of leases whose connection was closed under them: they were never returned.
  private var lost: [LeaseEntry] = []
  private static let lostLimit = 1_000
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

  private enum State: Sendable, Hashable {
    case idle
    case leased
    case detached
    case closing
  }

  private struct Lease: Sendable {
    var connection: Int
    /// What the monitor keeps of it.
    var entry: LeaseEntry?
  }

  private struct Connection: Sendable {
    var record: PooledConnectionRecord
    var state: State
    /// How many leases it has: more than one where a pool shares one connection.
    var leases = 0

    /// - Returns: Its state before; `nil` when it cannot be leased.
    mutating func begin(at time: UInt64) -> State? {
      let old = state
      guard old == .idle || old == .leased else { return nil }
      state = .leased
      leases += 1
      record.checkoutCount += 1
      record.checkedOutAt = time
      return old
    }

    /// - Returns: Whether it was the last lease.
    mutating func end(at time: UInt64, becoming state: State) -> Bool {
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

  /// The connections that are open, in no order.
  var records: [PooledConnectionRecord] { connections.elements.map(\.value.record) }

  func isDetached(_ connection: Int) -> Bool { connections[connection]?.state == .detached }

  func isRunning(_ lease: Int) -> Bool { leases.index(of: lease) != nil }

  package mutating func setDatabaseConnection(_ id: UInt64?, of connection: Int) {
    update(connection) { $0.record.databaseConnection = id }
  }

  /// What the monitor keeps of the leases that run, and of those whose connection was closed under them; in no order.
  var entries: [LeaseEntry] { leases.elements.compactMap(\.value.entry) + lost }

  /// Enters a checkout, as `.leased` does.
  ///
  /// - Parameter make: Makes what is kept of the lease, on the connection as it is now.
  /// - Returns: That; `nil` where the checkout did not fit.
  @inline(__always)
  mutating func begin(
    _ lease: Int, on connection: Int, at time: UInt64, _ make: (PooledConnectionRecord) -> LeaseEntry
  ) -> LeaseEntry? {
    let begun = enter(lease, on: connection, at: time, make)
    updateOverflow()
    return begun?.entry
  }

  /// Enters a return, as `.returned` does whose connection stays open.
  ///
  /// - Returns: What was kept of the lease; `nil` where the return did not fit.
  @inline(__always)
  mutating func endByReturn(_ lease: Int, at time: UInt64) -> LeaseEntry? {
    guard let ended = end(lease, at: time, becoming: .idle) else { return nil }
    totals.checkins += 1
    updateOverflow()
    return ended.entry
  }

  /// A caller waits, as `.waitBegan` says.
  mutating func beginWait() { statistics.waiting += 1 }

  /// A caller waits no longer, as `.waitEnded` says.
  mutating func endWait() { statistics.waiting = max(0, statistics.waiting - 1) }

  /// Enters a transition. What does not fit the tables is left out, so that a confused pool cannot break its monitor.
  ///
  /// - Returns: Whether it fitted.
  @discardableResult
  package mutating func apply(_ change: PoolChange, at time: UInt64) -> Bool {
    apply(change, at: time) { _ in nil }.fits
  }

  /// Enters a transition.
  ///
  /// - Parameter make: Makes what is kept of a lease that begins, on its connection as it is then.
  /// - Returns: Whether it fitted, and what is kept of the lease that began or ended.
  mutating func apply(
    _ change: PoolChange, at time: UInt64, _ make: (PooledConnectionRecord) -> LeaseEntry?
  ) -> (fits: Bool, entry: LeaseEntry?) {
    var entry: LeaseEntry?
    let fits = enter(change, at: time, make, &entry)
    updateOverflow()
    return (fits, entry)
  }

  private mutating func enter(
    _ change: PoolChange, at time: UInt64, _ make: (PooledConnectionRecord) -> LeaseEntry?, _ entry: inout LeaseEntry?
  ) -> Bool {
    func end(_ state: State) -> Bool {
      guard let ended = change.lease.flatMap({ self.end($0, at: time, becoming: state) }) else { return false }
      entry = ended.entry
      return true
    }
    switch change.effect {
    case .none: break
    case .openBegan:
      statistics.opening += 1
      if statistics.empty > 0 {
        statistics.empty -= 1
        reopenings += 1
      }
    case .opened:
      guard let id = change.connection else { return false }
      let connection = Connection(record: PooledConnectionRecord(id: id, createdAt: time), state: .idle)
      guard connections.insert(connection, for: id) else { return false }
      endOpening(leavesEmptySlot: false)
      totals.connects += 1
      statistics.idle += 1
      statistics.live += 1
    case .openFailed:
      endOpening(leavesEmptySlot: true)
    case .leased:
      guard let id = change.connection, let lease = change.lease else { return false }
      guard let begun = enter(lease, on: id, at: time, make) else { return false }
      entry = begun.entry
    case .returned(let closes):
      guard end(closes ? .closing : .idle) else { return false }
      totals.checkins += 1
    case .invalidated:
      guard end(.closing) else { return false }
      totals.invalidations += 1
    case .abandoned(let closes):
      guard end(closes ? .closing : .idle) else { return false }
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
      guard end(.detached) else { return false }
      update(change.connection ?? -1) { $0.record.isDetached = true }
      totals.detaches += 1
      if leavesEmptySlot { statistics.empty += 1 }
    case .detachedClosed:
      guard let id = change.connection, isDetached(id) else { return false }
      connections.remove(id)
      statistics.detachedOpen -= 1
      statistics.live -= 1
      totals.detachedCloses += 1
    case .waitBegan: beginWait()
    case .waitEnded: endWait()
    case .slotDropped: statistics.empty = max(0, statistics.empty - 1)
    }
    return true
  }

  @inline(__always)
  private mutating func enter(
    _ lease: Int, on id: Int, at time: UInt64, _ make: (PooledConnectionRecord) -> LeaseEntry?
  ) -> Lease? {
    guard let index = connections.index(of: id), !isRunning(lease) else { return nil }
    let begun = connections.update(at: index) { connection in
      connection.begin(at: time).map { (state: $0, record: connection.record) }
    }
    guard let (state, record) = begun ?? nil else { return nil }
    let entered = Lease(connection: id, entry: make(record))
    leases.insert(entered, for: lease)
    if state == .idle { statistics.idle -= 1 }
    totals.leases += 1
    statistics.leased += 1
    return entered
  }

  private mutating func end(_ lease: Int, at time: UInt64, becoming state: State) -> Lease? {
    guard let ended = leases.remove(lease), let index = connections.index(of: ended.connection) else { return nil }
    statistics.leased -= 1
    if connections.update(at: index, { $0.end(at: time, becoming: state) }) == true { count(state, 1) }
    return ended
  }

  private mutating func update(_ id: Int, _ body: (inout Connection) -> Void) {
    if let index = connections.index(of: id) { _ = connections.update(at: index, body) }
  }

  private mutating func move(_ id: Int, to state: State) {
    guard let connection = connections[id] else { return }
    count(connection.state, -1)
    update(id) { $0.state = state }
    count(state, 1)
  }

  private mutating func remove(_ id: Int, _ connection: Connection, leavesEmptySlot: Bool) {
    if connection.state == .leased {
      // A pool that closes what is leased: the lease is over.
      for (lease, of) in leases.elements where of.connection == id {
        leases.remove(lease)
        if let entry = of.entry, lost.count < Self.lostLimit { lost.append(entry) }
        statistics.leased -= 1
        totals.invalidations += 1
      }
    }
    count(connection.state, -1)
    connections.remove(id)
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
