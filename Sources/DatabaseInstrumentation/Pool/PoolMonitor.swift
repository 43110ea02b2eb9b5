internal import DatabaseSupport

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
/// A lease belongs to the recording of the task that took it, and `.noLeaks` reads it there. Where the task is lost it belongs
/// to the recording in which the monitor was made, as long as no other one has used the pool; otherwise it is nobody's
/// failure, see `DatabaseLeakGuard`. A monitor never throws into its pool and never traps.
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
  /// Whether the pool may hand one connection to several callers at a time.
  public let sharesConnections: Bool

  let creator: RecordingScope?
  let making: PoolMaking
  /// Of connections that are known by an identifier of their client's.
  let connectionIDs = ConnectionNumbers<AnyConnectionID>()
  let identified = Locked(IdentifiedLeases())
  /// Of connections that pools behind this monitor know by an identifier: what removes one, and gives its number.
  let wrapped = Locked<[@Sendable (Any) -> Int?]>([])
  let heldTooLongAfter: Duration?
  /// The connections that it may have at one time.
  let capacity: Int
  let state: Locked<State>
  /// What the observer of the process keeps of the pool.
  let observation: (any Observation)?
  let clock: (@Sendable () -> UInt64)?

  struct State {
    var table: LeaseTable
    var log: EventLog
    var ended = LeaseEnds()
    var origins = OriginCache()
    var lastConnection = 0
    var lastLease = 0
    var users = PoolUsers()
    /// Whether somebody looks after leases that are held too long.
    var isWatching = false
    var listeners: [PoolListener] = []
  }

  /// A monitor of one pool, found in ``all`` as long as somebody keeps it.
  ///
  /// - Parameters:
  ///   - name: What messages and metrics call the pool.
  ///   - size: The connections that the pool keeps.
  ///   - maxOverflow: The connections that it may open beyond that.
  ///   - sharesConnections: Whether the pool may hand one connection to several callers at a time, as one does whose
  ///     connections pipeline their queries. In any other pool that is a fault, which `.noLeaks` and `.balancedCheckouts` find.
  ///   - heldTooLongAfter: How long a lease may have its connection before that is logged, with its line, and an event
  ///     `heldTooLong`: each lease once. In real time; `nil` for any time.
  ///   - eventLimit: The latest events to keep; what came before is counted exactly.
  public convenience init(
    name: String, size: PoolSize = .unlimited, maxOverflow: PoolSize = 0, sharesConnections: Bool = false,
    heldTooLongAfter: Duration? = nil, eventLimit: Int = 1_000
  ) {
    self.init(
      name: name, size: size, maxOverflow: maxOverflow, sharesConnections: sharesConnections,
      heldTooLongAfter: heldTooLongAfter, eventLimit: eventLimit, clock: nil)
  }

  /// - Parameter clock: The pool's own time; the monotonic clock when `nil`. Called under the pool's lock.
  package init(
    name: String, size: PoolSize, maxOverflow: PoolSize, sharesConnections: Bool = false,
    heldTooLongAfter: Duration? = nil, eventLimit: Int = 1_000, clock: (@Sendable () -> UInt64)?
  ) {
    self.name = name
    self.size = size
    self.maxOverflow = maxOverflow
    self.clock = clock
    self.sharesConnections = sharesConnections
    self.heldTooLongAfter = heldTooLongAfter
    isAutomatic = false
    capacity = size.adding(maxOverflow).limit ?? .max
    creator = RecordingScope.current?.unfinished
    making = PoolMaking.current(in: creator)
    observation = ProcessObserver.current?.poolCreated(name, size: size, maxOverflow: maxOverflow)
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
    sharesConnections = true
    heldTooLongAfter = nil
    capacity = .max
    creator = nil
    making = .ordinary
    observation = nil
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
  public var events: [PoolEvent] { state.withLock { $0.log.events(of: name) } }

  /// How many events there were, kept or not.
  public var eventCount: Int { state.withLock { $0.log.count } }

  /// How many events of a kind there were, whatever they carry.
  public func count(of kind: PoolEvent.Kind) -> Int { state.withLock { $0.log.count(of: kind) } }

  /// The open connections of the pool, detached ones included.
  public var connections: [PooledConnectionRecord] {
    state.withLock { $0.table.records }.sorted { $0.id < $1.id }
  }

  /// The leases that run, that took their connection along and did not close it, or that were dropped.
  public var outstandingLeases: [LeaseRecord] {
    let now = time
    return state.withLock { $0.table.outstanding.map { $0.record(of: name, at: now) } }
  }

  /// Calls `listener` after each event, outside of all locks.
  ///
  /// It may call back into the pool, and into others: of what it does there itself, on its thread or in tasks that it begins, it is
  /// not called again, while all other listeners are. A listener that keeps events in a table of the same pool would never end
  /// otherwise.
  public func addListener(_ listener: @escaping @Sendable (PoolEvent) -> Void) {
    state.withLock { $0.listeners.append(PoolListener(listener)) }
  }

  package var totals: LeaseTable.Totals { state.withLock { $0.table.totals } }

  package var time: UInt64 { clock?() ?? monotonicNanoseconds() }

  func record(of entry: LiveLease) -> LeaseRecord {
    let now = time
    return state.withLock { _ in entry.record(of: name, at: now) }
  }

  func newConnection() -> Int {
    state.withLock { state in
      state.lastConnection += 1
      return state.lastConnection
    }
  }

  func isDetached(_ connection: Int) -> Bool { state.withLock { $0.table.isDetached(connection) } }

  package func databaseConnection(_ id: UInt64?, of connection: Int) {
    state.withLock { $0.table.setDatabaseConnection(id, of: connection) }
    if let id, !isAutomatic { DirectConnections.shared.handOver(id) }
  }
}
