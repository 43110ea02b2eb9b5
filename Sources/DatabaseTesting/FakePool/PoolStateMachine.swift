internal import DatabaseInstrumentation

/// A connection pool as a pure value: each input changes it and leaves transitions and actions in its output.
///
/// It knows no clock, no task and no connection: numbers stand for them. The shell carries the actions out and hands their
/// outcome back as the next input.
struct PoolStateMachine: Sendable {
  let name: String
  let options: FakePoolOptions
  /// Whether the shell runs a hook on each connection before it is handed out.
  let hasCheckoutHook: Bool

  var now: UInt64 = 0
  var vacant = VacantSlots()
  var output = Output()
  var connections: [Int: Connection] = [:]
  /// Connections that may be handed out, the one that has been idle longest first; with SQLAlchemy's semantics also slots whose
  /// connection is gone, as ``emptySlot``, which wait for their turn there.
  var idle: [Int] = []
  var leases: [Int: Lease] = [:]
  /// Leases that are over, and where they were returned: the latest ones.
  var ended = LeaseEnds(count: 1_024)
  var requests: [Int: Request] = [:]
  /// Requests that wait, the oldest first.
  var queue: [Int] = []
  var operations: [Int: Operation] = [:]
  var phase = Phase.open
  /// Grows with each pool-wide invalidation: connections of an older one are replaced.
  var generation = 0
  var hasConnected = false
  private var lastNumber = 0
  private var lastConnection = 0
  private var lastLease = 0

  struct Connection: Sendable {
    var openedAt: UInt64
    var generation: Int
    var isSoftInvalid = false
    var checkouts = 0
    var state = State.busy
    /// More than one only where all leases share one connection.
    var leases = 0

    enum State: Sendable { case idle, busy, leased, closing, detached, detachedClosing }
  }

  struct Lease: Sendable {
    var connection: Int
    var context: LeaseContext?
    var since: UInt64
    var isReturning = false
    var isAbandoned = false
  }

  struct Request: Sendable {
    var id: Int
    var asked: UInt64
    var deadline: UInt64
    var timeout: Duration
    var context: LeaseContext?
    var attempts = 0
  }

  enum Phase: Sendable, Hashable {
    case open
    case draining(deadline: UInt64)
    case closed
  }

  enum Operation: Sendable {
    case open(request: Int?, began: UInt64)
    case ping(connection: Int, request: Int)
    case hook(connection: Int, request: Int)
    case reset(lease: Int, connection: Int)
    case close(connection: Int, then: AfterClose)
    case resetDetached(connection: Int)
    case closeDetached(connection: Int)
  }

  enum AfterClose: Sendable {
    /// Thrown away while it was leased or idle: its slot stays, empty, where it is within the size.
    case emptySlot
    case freeSlot
    case reopen(request: Int)
    case fail(request: Int, PoolCheckoutFailure, String, leavesEmptySlot: Bool)
  }

  enum Action: Sendable {
    case open(Int)
    case ping(Int, connection: Int)
    case hook(Int, connection: Int)
    case reset(Int, connection: Int)
    case close(Int, connection: Int)
    case grant(request: Int, lease: Int, connection: Int)
    case fail(request: Int, PoolCheckoutFailure, String)
    /// The pool is closed; these leases are still out.
    case drained([Int])
  }

  struct Output: Sendable {
    var changes: [(change: PoolChange, time: UInt64, context: LeaseContext?)] = []
    var actions: [Action] = []
  }

  init(name: String, options: FakePoolOptions, hasCheckoutHook: Bool = false) {
    self.name = name
    self.options = options
    self.hasCheckoutHook = hasCheckoutHook
  }

  /// Transitions and actions since the last call.
  mutating func takeOutput() -> Output {
    defer { output = Output() }
    return output
  }

  mutating func emit(
    _ kind: PoolEvent.Kind?, _ effect: PoolChange.Effect = .none, connection: Int? = nil, lease: Int? = nil,
    context: LeaseContext? = nil, explanation: PoolEventExplanation? = nil
  ) {
    let change = PoolChange(kind, effect, connection: connection, lease: lease, explanation: explanation)
    vacant.apply(effect)
    output.changes.append((change, now, context))
  }

  mutating func begin(_ operation: Operation) -> Int {
    lastNumber += 1
    operations[lastNumber] = operation
    return lastNumber
  }

  mutating func nextConnection() -> Int {
    lastConnection += 1
    return lastConnection
  }

  mutating func nextLease() -> Int {
    lastLease += 1
    return lastLease
  }

  /// Capacity in use: connections that are opened or open, detached ones apart.
  var usedSlots: Int {
    vacant.opening + connections.values.count { $0.state != .detached && $0.state != .detachedClosing }
  }

  /// Whether another connection may be opened now.
  var hasCapacity: Bool { options.effectiveSize.adding(options.effectiveOverflow).allows(usedSlots + 1) }

  /// Whether one more connection may stay in the pool.
  var hasRoomForIdle: Bool { options.mode != .none && phase == .open && options.effectiveSize.allows(keptCount + 1) }

  /// Stands in `idle` for a slot without a connection.
  static let emptySlot = 0

  var keepsPlaces: Bool { options.semantics == .sqlAlchemy }

  /// The connections and slots that the pool keeps.
  var keptCount: Int { keepsPlaces ? idle.count : idle.count + vacant.empty }

  /// A slot whose connection is gone has come into the pool: with SQLAlchemy's semantics it takes its place behind the others.
  mutating func keepEmptySlot() { if keepsPlaces { idle.append(Self.emptySlot) } }
}
