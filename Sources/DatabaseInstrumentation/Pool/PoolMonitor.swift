/// What a connection pool does: its leases and connections, an ordered log of events, statistics and metrics.
///
/// A pool that is not known to this package reports through ``observer``, or is wrapped in a ``MonitoredPool``:
///
/// ```swift
/// let monitor = PoolMonitor(name: "main", size: 5)
/// let connection = monitor.observer.connected()
/// let lease = monitor.observer.checkedOut(connection)
/// monitor.observer.checkedIn(lease)
/// monitor.statistics.leased       // 0
/// ```
///
/// A lease belongs to the recording of the task that took it, and where the task is lost to the recording in which the
/// monitor was made; `.noLeaks` reads it there. A monitor never throws into its pool and never traps.
public final class PoolMonitor: Sendable {
  /// What messages and metrics call the pool.
  public let name: String
  /// The connections that the pool keeps.
  public let size: PoolSize
  /// The connections that it may open beyond that.
  public let maxOverflow: PoolSize
  /// Whether the toolkit made it, for the connections of one database that no pool told of.
  ///
  /// It has an event for each connection that opens and closes, no leases and no metrics: SQLite does not tell who uses a
  /// connection, so an open one counts as idle.
  public let isAutomatic: Bool

  let creator: RecordingScope?
  private let state: Locked<State>
  private let metrics: PoolMetrics
  private let clock: (@Sendable () -> UInt64)?

  private struct State {
    var table: LeaseTable
    var log: EventLog
    var entries: [Int: LeaseEntry] = [:]
    var leaks: [LeaseEntry] = []
    var detached: [Int: LeaseEntry] = [:]
    var lastConnection = 0
    var lastLease = 0
    var listeners: [@Sendable (PoolEvent) -> Void] = []
  }

  /// Leases that were dropped, and are kept for the report.
  private static let leakLimit = 1_000

  /// A monitor of one pool, found in ``all`` as long as somebody keeps it.
  ///
  /// - Parameters:
  ///   - name: What messages and metrics call the pool.
  ///   - size: The connections that the pool keeps.
  ///   - maxOverflow: The connections that it may open beyond that.
  ///   - eventLimit: The latest events to keep; what came before is counted exactly.
  public convenience init(
    name: String, size: PoolSize = .unlimited, maxOverflow: PoolSize = 0, eventLimit: Int = 1_000
  ) {
    self.init(name: name, size: size, maxOverflow: maxOverflow, eventLimit: eventLimit, clock: nil)
  }

  /// - Parameter clock: The pool's own time; the monotonic clock when `nil`. Called under the pool's lock.
  package init(
    name: String, size: PoolSize, maxOverflow: PoolSize, eventLimit: Int = 1_000,
    clock: (@Sendable () -> UInt64)?
  ) {
    self.name = name
    self.size = size
    self.maxOverflow = maxOverflow
    self.clock = clock
    isAutomatic = false
    creator = RecordingScope.current?.unfinished
    metrics = PoolMetrics(pool: name, size: size, maxOverflow: maxOverflow)
    state = Locked(State(table: LeaseTable(size: size, maxOverflow: maxOverflow), log: EventLog(limit: eventLimit)))
    PoolRegistry.shared.add(self)
    if let creator { creator.store.pools.add(self, in: creator) }
  }

  /// The monitor of a database's own connections. No recording has it: what a test opens and does not close tells
  /// `.closedConnections` from the connections themselves.
  init(databaseNamed name: String) {
    self.name = name
    size = .unlimited
    maxOverflow = 0
    clock = nil
    isAutomatic = true
    creator = nil
    metrics = PoolMetrics(pool: name, size: size, maxOverflow: maxOverflow)
    state = Locked(State(table: LeaseTable(size: size, maxOverflow: maxOverflow), log: EventLog(limit: 1_000)))
    PoolRegistry.shared.add(self)
  }

  /// The monitors of the process that somebody still keeps, or whose pool has a lease that never ended; and one
  /// for each SQLite database with connections that no pool told of, see ``isAutomatic``.
  public static var all: [PoolMonitor] { PoolRegistry.shared.monitors }

  /// What a pool calls.
  public var observer: PoolObserver { PoolObserver(monitor: self) }

  /// The pool now.
  public var statistics: PoolStatistics { state.withLock { $0.table.statistics } }

  /// The latest events, oldest first.
  public var events: [PoolEvent] { state.withLock { $0.log.events }.map { $0.event(of: name) } }

  /// How many events there were, kept or not.
  public var eventCount: Int { state.withLock { $0.log.count } }

  /// How many events of a kind there were, whatever they carry.
  public func count(of kind: PoolEvent.Kind) -> Int { state.withLock { $0.log.count(of: kind) } }

  /// The open connections of the pool, detached ones included.
  public var connections: [PooledConnectionRecord] {
    state.withLock { $0.table.connections.values.map(\.record) }.sorted { $0.id < $1.id }
  }

  /// The leases that run, that took their connection along and did not close it, or that were dropped.
  public var outstandingLeases: [LeaseRecord] {
    let now = time
    return state.withLock { state in
      (Array(state.entries.values) + state.detached.values + state.leaks).map { $0.record(at: now) }
    }.sorted { $0.id < $1.id }
  }

  /// Calls `listener` after each event, outside of all locks; it may call back into the pool.
  public func addListener(_ listener: @escaping @Sendable (PoolEvent) -> Void) {
    state.withLock { $0.listeners.append(listener) }
  }

  package var totals: LeaseTable.Totals { state.withLock { $0.table.totals } }

  package var time: UInt64 { clock?() ?? monotonicNanoseconds() }

  func record(of entry: LeaseEntry) -> LeaseRecord {
    let now = time
    return state.withLock { _ in entry.record(at: now) }
  }

  func synchronized<R>(_ body: () -> R) -> R { state.withLock { _ in body() } }

  func newConnection() -> Int {
    state.withLock { state in
      state.lastConnection += 1
      return state.lastConnection
    }
  }

  func isRunning(_ lease: Int) -> Bool { state.withLock { $0.table.leases[lease] != nil } }

  func isDetached(_ connection: Int) -> Bool {
    state.withLock { $0.table.connections[connection]?.state == .detached }
  }

  package func databaseConnection(_ id: UInt64?, of connection: Int) {
    state.withLock { $0.table.setDatabaseConnection(id, of: connection) }
    if let id, !isAutomatic { DirectConnections.shared.handOver(id) }
  }

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
    var fits: Bool
    var kind: PoolEvent.Kind?
    /// Only where somebody listens.
    var event: PoolEvent?
    var use: UInt64?
    var create: UInt64?
    var wait: UInt64?
    var statistics: PoolStatistics
    var listeners: [@Sendable (PoolEvent) -> Void]
  }

  /// Enters a transition; for pools that call it in their own critical section and publish outside of it.
  package func enter(_ change: PoolChange, at given: UInt64? = nil, by context: LeaseContext? = nil) -> Outcome {
    let time = given ?? self.time
    let scope = owner(context)
    return state.withLock { enter(change, at: time, by: context, scope: scope, in: &$0) }
  }

  /// A lease that is granted by another task's return belongs to who asked for it, not to who returned.
  private func owner(_ context: LeaseContext?) -> RecordingScope? {
    if isAutomatic { return nil }
    return (context == nil ? RecordingScope.current : context?.owner)?.unfinished ?? creator?.unfinished
  }

  /// Enters a lease that begins now, under the next number.
  func checkOut(_ connection: Int, waited: UInt64, by context: LeaseContext) -> Int {
    let time = self.time
    let scope = owner(context)
    let (lease, outcome) = state.withLock { state in
      state.lastLease += 1
      let lease = state.lastLease
      let change = PoolChange(.checkout, .leased(asked: time &- waited), connection: connection, lease: lease)
      return (lease, enter(change, at: time, by: context, scope: scope, in: &state))
    }
    publish(outcome)
    return lease
  }

  /// Enters the end of a lease, or that it had ended before.
  func end(_ lease: Int, _ change: PoolChange, otherwise kind: PoolEvent.Kind) {
    let time = self.time
    let scope = owner(nil)
    let outcome = state.withLock { state in
      let isRunning = state.table.leases[lease] != nil
      let change = isRunning ? change : PoolChange(kind, connection: change.connection, lease: lease)
      return enter(change, at: time, by: nil, scope: scope, in: &state)
    }
    publish(outcome)
  }

  @inline(__always)
  private func enter(
    _ change: PoolChange, at time: UInt64, by context: LeaseContext?, scope: RecordingScope?, in state: inout State
  ) -> Outcome {
    let fits = state.table.apply(change, at: time)
    let statistics = state.table.statistics
    var outcome = Outcome(fits: fits, kind: change.kind, statistics: statistics, listeners: state.listeners)
    if fits { note(change, at: time, in: &state, scope: scope, context, &outcome) }
    if let kind = change.kind {
      let event = StoredEvent(
        sequence: state.log.count + 1, time: time, kind: kind, connection: change.connection, lease: change.lease,
        statistics: statistics, detail: change.detail)
      state.log.append(event, kind)
      if let scope, scope.role == .recording { scope.store.pools.add(event, of: name, in: scope) }
      if !state.listeners.isEmpty { outcome.event = event.event(of: name) }
    }
    return outcome
  }

  package func publish(_ outcome: Outcome) {
    let measured = PoolMetrics.Measured(use: outcome.use, create: outcome.create, wait: outcome.wait)
    if !isAutomatic, outcome.kind != nil || !measured.isEmpty {
      metrics.record(outcome.kind, measured, outcome.statistics)
    }
    if let event = outcome.event { for listener in outcome.listeners { listener(event) } }
  }

  private func note(
    _ change: PoolChange, at time: UInt64, in state: inout State, scope: RecordingScope?, _ context: LeaseContext?,
    _ outcome: inout Outcome
  ) {
    func end(_ to: LeaseRecord.State) -> LeaseEntry? {
      guard let lease = change.lease, let entry = state.entries.removeValue(forKey: lease) else { return nil }
      entry.state = to
      entry.endedAt = time
      entry.ended = monotonicNanoseconds()
      outcome.use = time &- entry.checkedOutAt
      return entry
    }
    switch change.effect {
    case .opened(let began): outcome.create = time &- began
    case .leased(let asked):
      outcome.wait = time &- asked
      guard let lease = change.lease, let id = change.connection, let record = state.table.connections[id]?.record
      else { return }
      state.lastLease = max(state.lastLease, lease)
      state.lastConnection = max(state.lastConnection, id)
      let entry = LeaseEntry(
        id: lease, connection: id, checkoutCount: record.checkoutCount, checkedOutAt: time,
        began: scope == nil ? 0 : monotonicNanoseconds(), origin: context?.origin, owner: scope,
        test: context?.test ?? scope?.owningTest, monitor: self,
        databaseConnection: record.databaseConnection)
      state.entries[lease] = entry
      if let scope, scope.role == .recording { scope.store.pools.add(entry) }
    case .returned: _ = end(.returned)
    case .invalidated: _ = end(.invalidated)
    case .abandoned:
      if let entry = end(.abandoned), state.leaks.count < Self.leakLimit { state.leaks.append(entry) }
    case .detached:
      if let entry = end(.detached), let id = change.connection { state.detached[id] = entry }
    case .detachedClosed:
      guard let id = change.connection, let entry = state.detached.removeValue(forKey: id) else { return }
      entry.state = .detachedAndClosed
    case .none where change.kind == .detachedAbandoned:
      guard let id = change.connection, let entry = state.detached.removeValue(forKey: id) else { return }
      entry.state = .abandoned
      if state.leaks.count < Self.leakLimit { state.leaks.append(entry) }
    default: break
    }
  }
}

/// Who takes a lease, found out in the task that asks for it.
package struct LeaseContext: Sendable {
  package var origin: CheckoutOrigin?
  package var owner: RecordingScope?
  package var test: String?

  /// Of the current task. Where the line is not given, the stack tells it, in tests.
  ///
  /// - Parameter poolFile: A file that asks on behalf of somebody else.
  package static func current(site: CheckoutSite?, poolFile: StaticString? = nil) -> LeaseContext {
    let owner = RecordingScope.current?.unfinished
    var origin = site.map(CheckoutOrigin.site)
    if origin == nil, owner != nil { origin = .stack(StackTrace.capture(maximumDepth: 32), poolFile: poolFile) }
    return LeaseContext(origin: origin, owner: owner, test: CurrentTest.name)
  }
}

/// How the test framework calls the running test, where a test framework is there to ask.
package enum CurrentTest {
  /// A closure that is a generic value itself is wrapped once more at each access, until calling it overflows the stack.
  private struct Provider: Sendable { var name: (@Sendable () -> String?)? }

  private static let provider = Locked(Provider())

  package static var name: String? { provider.withLock { $0.name }?() }

  package static func provide(_ name: @escaping @Sendable () -> String?) { provider.withLock { $0.name = name } }
}

/// Every monitor of the process.
final class PoolRegistry: Sendable {
  static let shared = PoolRegistry()

  private struct Weak: Sendable { weak let monitor: PoolMonitor? }

  private let known = Locked<[Weak]>([])

  func add(_ monitor: PoolMonitor) {
    known.withLock { known in
      if known.count >= 64, known.count.nonzeroBitCount == 1 { known.removeAll { $0.monitor == nil } }
      known.append(Weak(monitor: monitor))
    }
  }

  var monitors: [PoolMonitor] { known.withLock { $0.compactMap(\.monitor) } }
}
