/// The oracle of a pool: its connections and leases, and the statistics that follow from them. A pure value.
package struct LeaseTable: Sendable {
  package let size: PoolSize
  package let maxOverflow: PoolSize
  package private(set) var statistics = PoolStatistics()
  package private(set) var totals = Totals()
  private var connections = NumberTable<Connection>()
  /// The leases that run.
  private var leases = NumberTable<Lease>()
  /// Leases whose connection was closed under them, until their holder returns them.
  private var bereft = BereftLeases()
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
    /// Callers that had to wait and do not any more, other than those whose checkout failed.
    package var servedWaits = 0
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
    var entry: LiveLease?
    /// Whether its holder is giving it back and the pool has not said yet that it has it.
    var isReturning = false
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

  func has(_ connection: Int) -> Bool { connections.index(of: connection) != nil }

  func isDetached(_ connection: Int) -> Bool { connections[connection]?.state == .detached }

  /// Whether a lease has neither been returned nor ended otherwise, whatever became of its connection.
  func isRunning(_ lease: Int) -> Bool { leases.index(of: lease) != nil || bereft.contains(lease) }

  /// Whether a lease was left without its connection so long ago that nothing is known of it any more.
  func isForgotten(_ lease: Int) -> Bool { bereft.hasForgotten(lease) }

  package mutating func setDatabaseConnection(_ id: UInt64?, of connection: Int) {
    update(connection) { $0.record.databaseConnection = id }
  }

  /// What the monitor keeps of the leases that run, and of those whose connection was closed under them; in no order.
  var entries: [LiveLease] { leases.elements.compactMap(\.value.entry) + bereft.entries }

  /// Enters a checkout, as `.leased` does.
  ///
  /// - Parameter make: Makes what is kept of the lease, on the connection as it is now.
  /// - Returns: That; `nil` where the checkout did not fit.
  @inline(__always)
  mutating func begin(
    _ lease: Int, on connection: Int, at time: UInt64, _ make: (PooledConnectionRecord) -> LiveLease
  ) -> LiveLease? {
    let begun = enter(lease, on: connection, at: time, make)
    updateOverflow()
    return begun?.entry
  }

  /// Enters a return, as `.returned` does whose connection stays open.
  ///
  /// - Returns: What was kept of the lease; `nil` where the return did not fit.
  @inline(__always)
  mutating func endByReturn(_ lease: Int, at time: UInt64) -> LiveLease? {
    guard let ended = end(lease, at: time, becoming: .idle) else { return endBereft(lease, by: \.checkins) }
    totals.checkins += 1
    updateOverflow()
    return ended.entry
  }

  /// A lease without its connection ends after all; its connection's end counted as an invalidation until now.
  private mutating func endBereft(_ lease: Int, by total: WritableKeyPath<Totals, Int>) -> LiveLease? {
    guard let ended = bereft.remove(lease) else { return nil }
    totals.invalidations -= 1
    totals[keyPath: total] += 1
    return ended
  }

  /// Whether a connection is there and nobody has it, as it must be for the next checkout.
  @inline(__always)
  func isIdle(_ connection: Int) -> Bool {
    connections.index(of: connection).flatMap { connections.value(at: $0)?.state } == .idle
  }

  /// Those who have a connection, in their order.
  func holders(of connection: Int) -> [Holder] {
    leases.elements.filter { $0.value.connection == connection }.sorted { $0.number < $1.number }.map {
      Holder(lease: $0.number, entry: $0.value.entry, isReturning: $0.value.isReturning)
    }
  }

  struct Holder: Sendable {
    var lease: Int
    var entry: LiveLease?
    var isReturning: Bool
  }

  /// The pool handed out a connection that it had not told of, or that it had closed: it is there, then.
  mutating func reveal(_ connection: Int, at time: UInt64) {
    guard let known = connections[connection] else {
      apply(PoolChange(nil, .opened(began: time), connection: connection), at: time)
      return
    }
    guard known.state == .detached || known.state == .closing else { return }
    if known.state == .detached { update(connection) { $0.record.isDetached = false } }
    move(connection, to: .idle)
  }

  /// The holder of a lease begins to give it back.
  ///
  /// - Returns: Whether it has it, and is not giving it back already.
  mutating func beginReturn(_ lease: Int) -> Bool {
    guard let index = leases.index(of: lease) else { return bereft.contains(lease) }
    return leases.update(at: index) { lease in
      defer { lease.isReturning = true }
      return !lease.isReturning
    } ?? false
  }

  /// The pool did not take a lease back: its holder still has it.
  mutating func cancelReturn(_ lease: Int) {
    if let index = leases.index(of: lease) { _ = leases.update(at: index) { $0.isReturning = false } }
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
    _ change: PoolChange, at time: UInt64, _ make: (PooledConnectionRecord) -> LiveLease?
  ) -> (fits: Bool, entry: LiveLease?) {
    var entry: LiveLease?
    let fits = enter(change, at: time, make, &entry)
    updateOverflow()
    return (fits, entry)
  }

  private mutating func enter(
    _ change: PoolChange, at time: UInt64, _ make: (PooledConnectionRecord) -> LiveLease?, _ entry: inout LiveLease?
  ) -> Bool {
    func end(_ state: State, _ total: WritableKeyPath<Totals, Int>) -> Bool {
      guard let lease = change.lease else { return false }
      if let ended = self.end(lease, at: time, becoming: state) {
        entry = ended.entry
        totals[keyPath: total] += 1
        return true
      }
      // Its connection is gone already, and nothing is left of it to close.
      guard bereft.contains(lease) else { return false }
      entry = endBereft(lease, by: total)
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
      return end(closes ? .closing : .idle, \.checkins)
    case .invalidated: return end(.closing, \.invalidations)
    case .abandoned(let closes): return end(closes ? .closing : .idle, \.abandonments)
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
      guard end(.detached, \.detaches) else { return false }
      update(change.connection ?? -1) { $0.record.isDetached = true }
      if leavesEmptySlot { statistics.empty += 1 }
    case .detachedClosed:
      guard let id = change.connection, isDetached(id) else { return false }
      connections.remove(id)
      statistics.detachedOpen -= 1
      statistics.live -= 1
      totals.detachedCloses += 1
    case .waitBegan: beginWait()
    case .waitEnded:
      endWait()
      if change.kind == nil { totals.servedWaits += 1 }
    case .slotDropped: statistics.empty = max(0, statistics.empty - 1)
    }
    return true
  }

  @inline(__always)
  private mutating func enter(
    _ lease: Int, on id: Int, at time: UInt64, _ make: (PooledConnectionRecord) -> LiveLease?
  ) -> Lease? {
    guard let index = connections.index(of: id), leases.index(of: lease) == nil else { return nil }
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
      // The connection is gone, as when the server closes it; whoever has it has yet to return it.
      for (lease, of) in leases.elements where of.connection == id {
        leases.remove(lease)
        bereft.add(lease, of.entry)
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
