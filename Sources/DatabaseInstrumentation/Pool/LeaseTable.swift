/// The oracle of a pool: its connections and leases, and the statistics that follow from them.
///
/// A pure value: a change goes in, a transition comes out, and what does not fit is left out, so that a confused pool cannot break
/// its monitor.
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
  /// Leases that took their connection along, by that.
  private var detached: [Int: LiveLease] = [:]
  /// Leases that were dropped, kept for the report.
  private var dropped: [LiveLease] = []
  private var vacant = VacantSlots()

  private static let droppedLimit = 1_000

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

  /// What a change came to.
  package struct Transition: Sendable {
    /// Whether it fitted the tables.
    package var fits = true
    var ended: LiveLease?

    static let misfit = Transition(fits: false)
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
  }

  package init(size: PoolSize, maxOverflow: PoolSize) {
    self.size = size
    self.maxOverflow = maxOverflow
  }

  /// Enters a transition.
  ///
  /// - Parameters:
  ///   - time: Of the pool's clock.
  ///   - monotonic: The same moment by the monotonic clock.
  ///   - entry: What is kept of the lease that begins.
  @inline(__always)
  @discardableResult
  package mutating func apply(
    _ change: PoolChange, at time: UInt64, monotonic: UInt64 = 0, _ entry: LiveLease? = nil
  ) -> Transition {
    let transition = enter(change, at: time, monotonic, entry)
    if transition.fits {
      vacant.apply(change.effect)
      statistics.opening = vacant.opening
      statistics.empty = vacant.empty
    }
    statistics.overflow = size.limit.map { max(0, statistics.slots - $0) } ?? 0
    return transition
  }

  @inline(__always)
  private mutating func enter(
    _ change: PoolChange, at time: UInt64, _ monotonic: UInt64, _ entry: LiveLease?
  ) -> Transition {
    switch change.effect {
    case .none, .openBegan, .openFailed, .slotDropped: break
    case .opened:
      guard let id = change.connection else { return .misfit }
      let connection = Connection(record: PooledConnectionRecord(id: id, createdAt: time), state: .idle)
      guard connections.insert(connection, for: id) else { return .misfit }
      totals.connects += 1
      statistics.idle += 1
      statistics.live += 1
    case .leased: return begin(change.lease, on: change.connection, at: time, entry)
    case .returned(let closes): return end(change.lease, as: .returned, closes ? .closing : .idle, at: time, monotonic)
    case .invalidated: return end(change.lease, as: .invalidated, .closing, at: time, monotonic)
    case .abandoned(let closes):
      return end(change.lease, as: .abandoned, closes ? .closing : .idle, at: time, monotonic)
    case .discarded:
      guard let id = change.connection, connections[id]?.state == .idle else { return .misfit }
      move(id, to: .closing)
    case .closed:
      guard let id = change.connection, let connection = connections[id], connection.state != .detached else {
        return .misfit
      }
      remove(id, connection)
      totals.closes += 1
    case .detached:
      let transition = end(change.lease, as: .detached, .detached, at: time, monotonic)
      if transition.fits { update(change.connection) { $0.record.isDetached = true } }
      return transition
    case .detachedClosed:
      guard let id = change.connection, isDetached(id) else { return .misfit }
      connections.remove(id)
      statistics.detachedOpen -= 1
      statistics.live -= 1
      totals.detachedCloses += 1
      detached.removeValue(forKey: id)?.settle(.detachedAndClosed)
    case .detachedDropped:
      guard let entry = change.connection.flatMap({ detached.removeValue(forKey: $0) }) else { break }
      entry.settle(.abandoned)
      keepDropped(entry)
    case .waitBegan: beginWait()
    case .waitEnded:
      endWait()
      if change.kind == nil { totals.servedWaits += 1 }
    }
    return Transition()
  }

  /// A caller waits, as `.waitBegan` says.
  mutating func beginWait() { statistics.waiting += 1 }

  /// A caller waits no longer, as `.waitEnded` says.
  mutating func endWait() { statistics.waiting = max(0, statistics.waiting - 1) }

  @inline(__always)
  private mutating func begin(
    _ lease: Int?, on id: Int?, at time: UInt64, _ entry: LiveLease?
  ) -> Transition {
    guard let lease, let id, let index = connections.index(of: id), leases.index(of: lease) == nil else {
      return .misfit
    }
    let before = connections.update(at: index) { connection -> State in
      let before = connection.state
      guard before == .idle || before == .leased else { return before }
      connection.state = .leased
      connection.leases += 1
      connection.record.checkoutCount += 1
      connection.record.checkedOutAt = time
      return before
    }
    guard before == .idle || before == .leased else { return .misfit }
    if before == .idle { statistics.idle -= 1 }
    leases.insert(Lease(connection: id, entry: entry), for: lease)
    totals.leases += 1
    statistics.leased += 1
    return Transition()
  }

  /// - Parameter state: What becomes of the connection.
  @inline(__always)
  private mutating func end(
    _ lease: Int?, as end: LeaseRecord.State, _ state: State, at time: UInt64, _ monotonic: UInt64
  ) -> Transition {
    guard let lease else { return .misfit }
    var end = end
    let entry: LiveLease?
    if let ended = leases.remove(lease) {
      entry = ended.entry
      statistics.leased -= 1
      let isLast = connections.index(of: ended.connection).flatMap { index in
        connections.update(at: index) { connection in
          connection.leases -= 1
          connection.record.checkedInAt = time
          if connection.leases == 0 { connection.state = state }
          return connection.leases == 0
        }
      }
      if isLast == true { count(state, 1) }
    } else {
      // Its connection is gone already, which counted as an invalidation until now; nothing is left of it to close.
      guard bereft.contains(lease) else { return .misfit }
      entry = bereft.remove(lease)
      totals.invalidations -= 1
      if end == .detached { end = .detachedAndClosed }
    }
    entry?.end(end, at: time, monotonic: monotonic)
    switch end {
    case .returned: totals.checkins += 1
    case .invalidated, .leased: totals.invalidations += 1
    case .detachedAndClosed: totals.detaches += 1
    case .detached:
      totals.detaches += 1
      if let entry { detached[entry.connection] = entry }
    case .abandoned:
      totals.abandonments += 1
      if let entry { keepDropped(entry) }
    }
    return Transition(ended: entry)
  }

  private mutating func keepDropped(_ entry: LiveLease) {
    if dropped.count < Self.droppedLimit { dropped.append(entry) }
  }

  private mutating func update(_ id: Int?, _ body: (inout Connection) -> Void) {
    if let id, let index = connections.index(of: id) { _ = connections.update(at: index, body) }
  }

  private mutating func move(_ id: Int, to state: State) {
    guard let connection = connections[id] else { return }
    count(connection.state, -1)
    update(id) { $0.state = state }
    count(state, 1)
  }

  private mutating func remove(_ id: Int, _ connection: Connection) {
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
  }

  private mutating func count(_ state: State, _ difference: Int) {
    switch state {
    case .idle: statistics.idle += difference
    case .closing: statistics.closing += difference
    case .detached: statistics.detachedOpen += difference
    case .leased: break
    }
  }
}

/// What there is now.
extension LeaseTable {
  /// The connections that are open, in no order.
  var records: [PooledConnectionRecord] { connections.elements.map(\.value.record) }

  func has(_ connection: Int) -> Bool { connections.index(of: connection) != nil }

  /// What a lease has to know of its connection before it begins.
  struct Identity: Sendable {
    /// Whether it is there and nobody has it, as it must be for the next checkout.
    var isIdle = false
    var checkouts = 0
    /// The number of the database connection behind it.
    var databaseConnection: UInt64?
  }

  @inline(__always)
  func identity(of connection: Int) -> Identity {
    guard let index = connections.index(of: connection), let known = connections.value(at: index) else {
      return Identity()
    }
    return Identity(
      isIdle: known.state == .idle, checkouts: known.record.checkoutCount,
      databaseConnection: known.record.databaseConnection)
  }

  func isDetached(_ connection: Int) -> Bool { connections[connection]?.state == .detached }

  /// Whether a lease has neither been returned nor ended otherwise, whatever became of its connection.
  func isRunning(_ lease: Int) -> Bool { leases.index(of: lease) != nil || bereft.contains(lease) }

  /// Whether a lease was left without its connection so long ago that nothing is known of it any more.
  func isForgotten(_ lease: Int) -> Bool { bereft.hasForgotten(lease) }

  /// What the monitor keeps of the leases that run, and of those whose connection was closed under them; in their order.
  var running: [LiveLease] { (leases.elements.compactMap(\.value.entry) + bereft.entries).sorted { $0.id < $1.id } }

  /// The same, and of those that took their connection along or were dropped.
  var outstanding: [LiveLease] { (running + detached.values + dropped).sorted { $0.id < $1.id } }

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
}

/// What a pool does not tell as a transition.
extension LeaseTable {
  mutating func setDatabaseConnection(_ id: UInt64?, of connection: Int) {
    update(connection) { $0.record.databaseConnection = id }
  }

  /// The pool handed out a connection that it had not told of, or that it had closed: it is there, then.
  mutating func reveal(_ connection: Int, at time: UInt64) {
    guard let known = connections[connection] else {
      apply(PoolChange(nil, .opened(began: time), connection: connection), at: time)
      return
    }
    guard known.state == .detached || known.state == .closing else { return }
    if known.state == .detached {
      update(connection) { $0.record.isDetached = false }
      detached.removeValue(forKey: connection)?.settle(.returned)
    }
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
}
