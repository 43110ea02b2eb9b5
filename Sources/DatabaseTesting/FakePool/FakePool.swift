public import DatabaseInstrumentation
internal import DatabaseSupport

/// A connection pool for tests, which can be told to fail, to hang and to run out of time.
///
/// ```swift
/// let pool = FakePool(driver: FakePoolDriver(open: { StubConnection() }), options: FakePoolOptions(size: 1))
/// pool.script(.open, .fail("connection refused"))
/// await #expect(throws: PoolCheckoutError.self) { try await bank.transfer(using: pool) }
/// #expect(pool.statistics.leased == 0)
/// ```
///
/// Time is virtual: nothing times out before ``advance(by:)``. Statements of real connections are recorded, and leases that
/// are not returned fail `.noLeaks` at the line of their checkout. With `DATABASE_TESTING_DISABLE_POOLING=1` in the
/// environment a queue keeps no connection: each checkout opens one.
public final class FakePool<Connection: Sendable>: Sendable {
  /// Events, statistics and leases of the pool.
  public let monitor: PoolMonitor
  /// How it behaves.
  public let options: FakePoolOptions

  let driver: FakePoolDriver<Connection>
  let state: Locked<State>
  private let clock: VirtualClock
  private let creator: RecordingScope?
  /// Set by `deinit` alone.
  nonisolated(unsafe) private var isGoing = false

  struct State {
    var machine: PoolStateMachine
    var objects: [Int: Connection] = [:]
    var callers: [Int: Caller] = [:]
    var cancelled: Set<Int> = []
    /// Functions of the driver that have not ended yet.
    var suspended = 0
    /// Whether somebody looks after callers that wait in real time, and whether one was told of.
    var watch = RealWait.unwatched
    /// Leases that are known by their number alone.
    var lent: [Int: Lease] = [:]
    var lastRequest = 0
    var script = FaultScript()
    var observers:
      [(condition: (PoolStatistics, FaultScript) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    var drained: [CheckedContinuation<[Int], Never>] = []
  }

  enum Caller {
    case waiting(CheckedContinuation<Lease, any Error>)
    case immediate
    case answered(Result<Lease, any Error>)
  }

  /// A pool in front of a driver.
  ///
  /// - Parameters:
  ///   - driver: Opens and closes connections.
  ///   - options: How the pool behaves. What makes no sense is thrown by each checkout.
  ///   - name: What messages and metrics call it.
  public init(
    driver: FakePoolDriver<Connection>, options: FakePoolOptions = FakePoolOptions(), name: String = "fake"
  ) {
    Runner.tellTestNames
    if DatabaseLeakGuard.isWanted { DatabaseLeakGuard.install() }
    var options = options
    if options.mode == .queue, PoolingSwitch.isOff { options.mode = .none }
    self.options = options
    self.driver = driver
    let clock = VirtualClock()
    self.clock = clock
    creator = RecordingScope.current?.unfinished
    monitor = PoolMonitor(
      name: name, size: options.effectiveSize, maxOverflow: options.effectiveOverflow,
      sharesConnections: options.mode == .static, clock: { clock.now })
    state = Locked(
      State(
        machine: PoolStateMachine(
          name: name, options: options, hasCheckoutHook: driver.willCheckOut != nil)))
  }

  deinit {
    isGoing = true
    perform { $0.machine.close(grace: nil) }
  }

  /// The pool now.
  public var statistics: PoolStatistics { monitor.statistics }

  /// The latest events, oldest first.
  public var events: [PoolEvent] { monitor.events }

  /// Virtual time since the pool was made.
  public var now: Duration { .nanoseconds(Int64(clamping: clock.now)) }

  /// Has the next operations of a kind go as told, one after the other; then they go well again.
  public func script(_ operation: FakePoolOperation, _ faults: FakePoolFault...) {
    state.withLock { $0.script.add(faults, for: operation) }
  }

  /// Waits until an operation of a kind hangs, as ``script(_:_:)`` told it to.
  public func reached(_ operation: FakePoolOperation) async {
    await until { _, script in script.hungCount(operation) > 0 }
  }

  /// Waits until the statistics are as wanted; returns at once when they are.
  ///
  /// ```swift
  /// await pool.until { $0.waiting == 2 }
  /// ```
  public func until(_ condition: @escaping @Sendable (PoolStatistics) -> Bool) async {
    await until { statistics, _ in condition(statistics) }
  }

  /// Lets the oldest hanging operation of a kind go on.
  ///
  /// - Parameters:
  ///   - operation: Which.
  ///   - outcome: How it ends; `.hang` is the same as `.ok` here.
  /// - Throws: ``PoolUsageError`` when none hangs.
  public func release(_ operation: FakePoolOperation, _ outcome: FakePoolFault = .ok) throws {
    guard let action = state.withLock({ $0.script.release(operation) }) else {
      throw violation(
        "no \(operation.rawValue) of pool \"\(monitor.name)\" hangs: script one with .hang, and wait for it")
    }
    run([execute(action, outcome == .hang ? .ok : outcome)])
  }

  /// Lets virtual time go by: timers that are due fire in order before it returns.
  ///
  /// - Throws: ``PoolUsageError`` for a negative duration.
  public func advance(by duration: Duration) throws {
    guard duration >= .zero else { throw violation("time cannot go back by \(duration)") }
    let target = state.withLock { $0.machine.now.addingReportingOverflow(duration.nanoseconds) }
    let end = target.overflow ? UInt64.max : target.partialValue
    while perform({ $0.machine.fireTimer(until: end) }) {}
  }

  /// A connection of the pool is gone: none that is open now is used again.
  public func invalidateAll(reason: String? = nil) {
    perform { $0.machine.invalidateAll(reporter: nil, reason: reason) }
  }

  /// Closes the pool: idle connections now, leased ones when they come back. A second time does nothing.
  ///
  /// - Returns: The leases that are still out.
  @discardableResult
  public func close() -> [LeaseRecord] {
    perform { $0.machine.close(grace: nil) }
    return monitor.outstandingLeases.filter { $0.state == .leased }
  }

  /// Closes the pool and waits, in virtual time, until its leases came back.
  ///
  /// - Parameter grace: How long to wait at most.
  /// - Returns: The leases that were still out at the deadline.
  @discardableResult
  public func close(grace: Duration) async -> [LeaseRecord] {
    let open = state.withLock { $0.machine.phase == .open }
    guard open else { return monitor.outstandingLeases.filter { $0.state == .leased } }
    let ids = await withCheckedContinuation { continuation in
      perform { state in
        state.drained.append(continuation)
        state.machine.close(grace: grace)
        if state.machine.phase == .closed, state.machine.output.actions.isEmpty {
          state.machine.output.actions.append(.drained([]))
        }
      }
    }
    return monitor.outstandingLeases.filter { ids.contains($0.id) }
  }
}

extension FakePool {
  private func until(_ condition: @escaping @Sendable (PoolStatistics, FaultScript) -> Bool) async {
    await withCheckedContinuation { continuation in
      let isMet = state.withLock { state in
        if condition(monitor.statistics, state.script) { return true }
        state.observers.append((condition, continuation))
        return false
      }
      if isMet { continuation.resume() }
    }
  }

  /// Notes and makes the error of a wrong use.
  func violation(_ message: String, lease: Int? = nil) -> PoolUsageError {
    perform { $0.machine.emit(.usageViolation, lease: lease, explanation: PoolEventExplanation(message)) }
    return PoolUsageError(message + ".")
  }

  /// One input to the state machine, and all that follows from it.
  @discardableResult
  func perform<R>(_ body: (inout State) -> R) -> R {
    let (result, step) = state.withLock { state in
      let result = body(&state)
      return (result, collect(&state))
    }
    run([step])
    return result
  }

  /// What is to be done outside of the lock after one input.
  struct Step {
    var outcomes: [PoolMonitor.Outcome] = []
    var actions: [PoolStateMachine.Action] = []
    var resumptions: [() -> Void] = []
  }

  /// Under the lock: the monitor's tables change together with the pool's.
  private func collect(_ state: inout State) -> Step {
    let output = state.machine.takeOutput()
    var step = Step()
    clock.now = state.machine.now
    for (change, time, context) in output.changes {
      step.outcomes.append(monitor.enter(change, at: time, by: context))
      if case .opened = change.effect, let id = change.connection, let object = state.objects[id] {
        monitor.databaseConnection(driver.identity(object), of: id)
      }
    }
    for action in output.actions {
      switch action {
      case .grant(let request, let id, let connection):
        guard let object = state.objects[connection] else { continue }
        answer(
          request, .success(Lease(id: id, connectionID: connection, connection: object, pool: self)), &state, &step)
      case .fail(let request, let failure, let message):
        let error = PoolCheckoutError(failure: failure, underlying: nil, description: message)
        answer(request, .failure(error), &state, &step)
      case .drained(let leases):
        for continuation in state.drained { step.resumptions.append { continuation.resume(returning: leases) } }
        state.drained = []
      default: step.actions.append(action)
      }
    }
    notifyObservers(&state, &step)
    return step
  }

  private func notifyObservers(_ state: inout State, _ step: inout Step) {
    guard !state.observers.isEmpty else { return }
    let statistics = monitor.statistics
    let script = state.script
    for observer in state.observers where observer.condition(statistics, script) {
      step.resumptions.append { observer.continuation.resume() }
    }
    state.observers.removeAll { $0.condition(statistics, script) }
  }

  private func answer(_ request: Int, _ result: Result<Lease, any Error>, _ state: inout State, _ step: inout Step) {
    switch state.callers[request] {
    case .waiting(let continuation):
      state.callers[request] = nil
      step.resumptions.append { continuation.resume(with: result) }
    case .immediate: state.callers[request] = .answered(result)
    case .answered, nil: break
    }
  }

  /// Carries out what the machine wants, and what follows from that, in order.
  private func run(_ steps: [Step?]) {
    var pending = steps.compactMap(\.self)
    while !pending.isEmpty {
      let step = pending.removeFirst()
      for outcome in step.outcomes { monitor.publish(outcome) }
      for resumption in step.resumptions { resumption() }
      for action in step.actions {
        if let next = execute(action, nil) { pending.append(next) }
      }
    }
  }

  /// - Parameter fault: How it goes; asked of the script when `nil`.
  /// - Returns: What follows; `nil` where it hangs, or where a function of the driver suspends, after which it goes on by itself.
  private func execute(_ action: PoolStateMachine.Action, _ fault: FakePoolFault?) -> Step? {
    let driver = driver
    switch action {
    case .open(let number):
      guard let fault = fault ?? scripted(.open, action) else { return nil }
      return open(number, fault)
    case .ping(let number, let connection):
      guard let fault = fault ?? scripted(.ping, action) else { return nil }
      return attempt(number, connection, fault) { try await driver.ping($0) }
    case .reset(let number, let connection):
      guard let fault = fault ?? scripted(.reset, action) else { return nil }
      let policy = options.reset
      return attempt(number, connection, fault) { try await driver.reset($0, policy) }
    case .close(let number, let connection):
      guard let fault = fault ?? scripted(.close, action) else { return nil }
      let object = state.withLock { $0.objects.removeValue(forKey: connection) }
      guard case .ok = fault, let object else { return complete(number, .ok) }
      return perform(number, { await driver.close(object) }) { _ in (.ok, nil) }
    case .hook(let number, let connection):
      return attempt(number, connection, .ok) { try await driver.willCheckOut?($0) }
    case .grant, .fail, .drained: return nil
    }
  }

  /// - Returns: `nil` when it hangs.
  private func scripted(_ operation: FakePoolOperation, _ action: PoolStateMachine.Action) -> FakePoolFault? {
    let (fault, step) = state.withLock { state -> (FakePoolFault, Step) in
      var step = Step()
      let fault = state.script.next(operation)
      if fault == .hang {
        state.script.hang(operation, action)
        notifyObservers(&state, &step)
      }
      return (fault, step)
    }
    for resumption in step.resumptions { resumption() }
    return fault == .hang ? nil : fault
  }

  private func attempt(
    _ number: Int, _ connection: Int, _ fault: FakePoolFault,
    _ body: @escaping @Sendable (Connection) async throws -> Void
  ) -> Step? {
    if case .fail(let why) = fault { return complete(number, .failed(why)) }
    guard let object = state.withLock({ $0.objects[connection] }) else { return complete(number, .ok) }
    return perform(number, { try await body(object) }) { result in
      do {
        try result.get()
        return (.ok, nil)
      } catch is FakePoolDisconnected {
        return (.disconnected("disconnected"), nil)
      } catch {
        return (.failed("\(error)"), nil)
      }
    }
  }

  private func open(_ number: Int, _ fault: FakePoolFault) -> Step? {
    if case .fail(let why) = fault { return complete(number, .failed(why)) }
    let (driver, creator) = (driver, creator)
    // Whoever happens to need it: a connection belongs to the recording in which its pool was made.
    return perform(
      number,
      { () async throws -> (Connection, OperationOutcome) in
        try await RecordingScope.$current.withValue(creator?.unfinished) {
          let object = try await driver.open()
          do { try await driver.setUp(object) } catch { return (object, .setupFailed("\(error)")) }
          return (object, .ok)
        }
      },
      { result in
        switch result {
        case .success(let (object, outcome)): (outcome, object)
        case .failure(let error): (.failed("\(error)"), nil)
        }
      })
  }

  /// Calls a function of the driver, and goes on at once where it does not suspend.
  private func perform<R: Sendable>(
    _ number: Int, _ body: @escaping @Sendable () async throws -> R,
    _ outcome: @escaping @Sendable (Result<R, any Error>) -> (OperationOutcome, Connection?)
  ) -> Step? {
    if isGoing {
      // Nothing may keep the pool any more, and it has nothing to do but to close what it has.
      _ = Immediately.run(body) { _ in }
      return complete(number, .ok)
    }
    state.withLock { $0.suspended += 1 }
    let result = Immediately.run(body) { result in
      self.state.withLock { $0.suspended -= 1 }
      let (outcome, opened) = outcome(result)
      self.run([self.complete(number, outcome, opened: opened)])
    }
    guard let result else { return nil }
    state.withLock { $0.suspended -= 1 }
    let (outcome, opened) = outcome(result)
    return complete(number, outcome, opened: opened)
  }

  private func complete(_ number: Int, _ outcome: OperationOutcome, opened: Connection? = nil) -> Step {
    state.withLock { state in
      if let id = state.machine.complete(number, outcome), let opened { state.objects[id] = opened }
      return collect(&state)
    }
  }
}

/// The time of one pool.
final class VirtualClock: Sendable {
  private let nanoseconds = Locked<UInt64>(0)

  var now: UInt64 {
    get { nanoseconds.withLock { $0 } }
    set { nanoseconds.withLock { $0 = newValue } }
  }
}
