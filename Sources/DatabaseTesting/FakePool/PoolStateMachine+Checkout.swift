internal import DatabaseInstrumentation
internal import DatabaseSupport

extension PoolStateMachine {
  /// A caller wants a connection; answered by `grant` or `fail`, now or later.
  ///
  /// - Parameter isCancelled: Whether its task was cancelled before it asked.
  mutating func checkout(request id: Int, timeout: Duration, context: LeaseContext?, isCancelled: Bool = false) {
    let (sum, overflows) = now.addingReportingOverflow(timeout.nanoseconds)
    let request = Request(
      id: id, asked: now, deadline: overflows ? .max : sum, timeout: timeout, context: context)
    requests[id] = request
    if phase != .open { return fail(id, .poolClosed, "Pool \"\(name)\" is closed.") }
    if isCancelled { return fail(id, .cancelled, "The task was cancelled before it asked pool \"\(name)\".") }
    if options.mode == .exclusive, let holder = leases.min(by: { $0.key < $1.key }) {
      return fail(
        id, .exclusive,
        "Pool \"\(name)\" allows one lease at a time. It is held by:\n  \(held(holder.key, holder.value))")
    }
    if queue.isEmpty, serve(id) { return }
    if timeout == .zero { return failByTimeout(id) }
    if let limit = options.queueLimit, queue.count >= limit {
      return fail(id, .queueFull, "\(limit.counted("caller")) may wait for pool \"\(name)\", and that many do.")
    }
    queue.append(id)
    emit(.waitBegan, .waitBegan)
  }

  /// The caller's task was cancelled.
  mutating func cancel(request id: Int) {
    guard requests[id] != nil else { return }
    fail(id, .cancelled, "The task was cancelled while it waited for pool \"\(name)\".")
    serveWaiters()
  }

  /// Hands what is free to those who wait, the oldest first.
  mutating func serveWaiters() {
    while let first = queue.first, phase == .open {
      guard canServe else { return }
      queue.removeFirst()
      emit(nil, .waitEnded)
      _ = serve(first)
    }
  }

  private var canServe: Bool { !idle.isEmpty || isSharing || hasCapacity }

  /// Whether a connection that is leased may be leased again.
  private var isSharing: Bool { options.mode == .static && connections.values.contains { $0.state == .leased } }

  private mutating func serve(_ request: Int) -> Bool {
    if isSharing, let shared = connections.first(where: { $0.value.state == .leased })?.key {
      grant(request, shared)
      return true
    }
    if !idle.isEmpty {
      let id = options.reuse == .fifo ? idle.removeFirst() : idle.removeLast()
      if id == Self.emptySlot {
        open(for: request)
        return true
      }
      connections[id]?.state = .busy
      use(id, for: request)
      return true
    }
    guard hasCapacity else { return false }
    open(for: request)
    return true
  }

  mutating func open(for request: Int?) {
    emit(nil, .openBegan)
    let operation = begin(.open(request: request, began: now))
    output.actions.append(.open(operation))
  }

  private mutating func use(_ id: Int, for request: Int) {
    guard let connection = connections[id] else { return }
    let isTooOld = options.recycleAfter.map { now - connection.openedAt > $0.nanoseconds } ?? false
    if isTooOld || connection.isSoftInvalid || connection.generation < generation {
      return discard(id, then: .reopen(request: request))
    }
    guard options.checksBeforeUse, connection.checkouts > 0 else { return ready(id, for: request) }
    emit(.ping, connection: id)
    let operation = begin(.ping(connection: id, request: request))
    output.actions.append(.ping(operation, connection: id))
  }

  /// An idle connection leaves the pool.
  mutating func discard(_ id: Int, then: AfterClose, saying kind: PoolEvent.Kind? = nil) {
    connections[id]?.state = .closing
    emit(kind, .discarded, connection: id)
    close(id, then: then)
  }

  mutating func close(_ id: Int, then: AfterClose) {
    let operation = begin(.close(connection: id, then: then))
    output.actions.append(.close(operation, connection: id))
  }

  private mutating func ready(_ id: Int, for request: Int) {
    guard hasCheckoutHook else { return grant(request, id) }
    let operation = begin(.hook(connection: id, request: request))
    output.actions.append(.hook(operation, connection: id))
  }

  private mutating func grant(_ request: Int, _ id: Int) {
    guard let asked = requests.removeValue(forKey: request) else { return offer(id) }
    let lease = nextLease()
    leases[lease] = Lease(connection: id, context: asked.context, since: now)
    connections[id]?.state = .leased
    connections[id]?.checkouts += 1
    connections[id]?.leases += 1
    emit(.checkout, .leased(asked: asked.asked), connection: id, lease: lease, context: asked.context)
    output.actions.append(.grant(request: request, lease: lease, connection: id))
  }

  /// A connection that nobody has: to the oldest waiter, back into the pool, or closed.
  mutating func offer(_ id: Int) {
    if phase != .open { return discard(id, then: .freeSlot) }
    if queue.isEmpty && !hasRoomForIdle { return discard(id, then: .freeSlot) }
    connections[id]?.state = .idle
    idle.append(id)
    serveWaiters()
  }

  mutating func fail(_ request: Int, _ failure: PoolCheckoutFailure, _ message: String) {
    guard requests.removeValue(forKey: request) != nil else { return }
    var effect = PoolChange.Effect.none
    if let index = queue.firstIndex(of: request) {
      queue.remove(at: index)
      effect = .waitEnded
    }
    emit(.checkoutFailed(failure), effect)
    output.actions.append(.fail(request: request, failure, message))
  }

  mutating func failByTimeout(_ id: Int) {
    guard let request = requests[id] else { return }
    let within = request.timeout == .zero ? "at once" : "within \(request.timeout.readable)"
    var lines = [
      "Pool \"\(name)\" (size \(options.size), overflow \(options.maxOverflow)) gave no connection \(within)."
    ]
    if !leases.isEmpty {
      lines[0] += " Its connections are held by:"
      lines += holders
    }
    fail(id, .timeout, lines.joined(separator: "\n"))
  }

  /// Who has what, a line for each of the first ten.
  var holders: [String] {
    HeldLease.lines(leases.sorted { $0.key < $1.key }.map { held($0.key, $0.value) }).map { "  " + $0 }
  }

  private func held(_ id: Int, _ lease: Lease) -> HeldLease {
    HeldLease(
      id, on: lease.connection, since: lease.since, until: now, by: lease.context?.caller, of: lease.context?.test)
  }
}

/// How an operation of the driver ended.
enum OperationOutcome: Sendable {
  case ok
  case failed(String)
  /// The driver opened a connection, but it could not be set up.
  case setupFailed(String)
  /// A hook found the connection dead: another one may do.
  case disconnected(String)
}

extension PoolStateMachine {
  /// The shell carried an action out.
  ///
  /// - Returns: The number of the connection, where one was opened.
  mutating func complete(_ number: Int, _ outcome: OperationOutcome) -> Int? {
    guard let operation = operations.removeValue(forKey: number) else { return nil }
    var opened: Int?
    switch operation {
    case .open(let request, let began): opened = completeOpen(request, began: began, outcome)
    case .ping(let id, let request): completePing(id, request, outcome)
    case .hook(let id, let request): completeHook(id, request, outcome)
    case .reset(let lease, let id): completeReset(lease, id, outcome)
    case .close(let id, let then): completeClose(id, then)
    case .resetDetached(let id): completeDetachedReset(id)
    case .closeDetached(let id):
      connections[id] = nil
      emit(.closeDetached, .detachedClosed, connection: id)
    }
    return opened
  }

  private mutating func completeOpen(_ request: Int?, began: UInt64, _ outcome: OperationOutcome) -> Int? {
    if case .failed(let why) = outcome {
      let empty = vacant.empty
      emit(.connectFailed, .openFailed)
      if keepsPlaces, vacant.empty > empty {
        emit(.checkin)
        if hasRoomForIdle { keepEmptySlot() } else { emit(nil, .slotDropped) }
      }
      if phase == .open { trimEmptySlots() } else { dropEmptySlots() }
      if let request { fail(request, .openFailed, "Pool \"\(name)\" could not open a connection: \(why)") }
      serveWaiters()
      return nil
    }
    let id = nextConnection()
    if !hasConnected {
      hasConnected = true
      emit(.firstConnect)
    }
    connections[id] = Connection(openedAt: now, generation: generation)
    emit(.connect, .opened(began: began), connection: id)
    if case .setupFailed(let why) = outcome {
      let then = request.map {
        AfterClose.fail(
          request: $0, .openFailed, "Pool \"\(name)\" could not set a connection up: \(why)", leavesEmptySlot: false)
      }
      discard(id, then: then ?? .freeSlot)
    } else if let request, let asked = requests[request], phase == .open {
      if keepsPlaces, asked.attempts >= 2 {
        // SQLAlchemy opens one more after the last attempt, and gives up only then.
        giveUp(request, id, "disconnected")
      } else {
        ready(id, for: request)
      }
    } else {
      offer(id)
    }
    return id
  }

  private mutating func completePing(_ id: Int, _ request: Int, _ outcome: OperationOutcome) {
    if case .ok = outcome {
      if requests[request] != nil, phase == .open { ready(id, for: request) } else { offer(id) }
      return
    }
    emit(.pingFailed, connection: id)
    generation += 1
    requests[request]?.attempts += 1
    discard(id, then: .reopen(request: request), saying: .invalidate("ping failed"))
  }

  private mutating func completeHook(_ id: Int, _ request: Int, _ outcome: OperationOutcome) {
    let why: String
    var mayRetry = false
    switch outcome {
    case .ok: return grant(request, id)
    case .disconnected(let reason):
      why = reason
      mayRetry = (requests[request]?.attempts ?? 2) < (keepsPlaces ? 2 : 1)
    case .failed(let reason), .setupFailed(let reason): why = reason
    }
    if options.semantics == .sqlAlchemy { emit(.checkout, connection: id) }
    requests[request]?.attempts += 1
    if mayRetry {
      discard(id, then: .reopen(request: request), saying: .invalidate(why))
    } else {
      giveUp(request, id, why)
    }
  }

  private mutating func giveUp(_ request: Int, _ id: Int, _ why: String) {
    let message = "A hook of pool \"\(name)\" rejected the connection: \(why)"
    // What the hook says is for its caller: it may quote anything.
    discard(
      id, then: .fail(request: request, .rejected, message, leavesEmptySlot: true),
      saying: .invalidate("rejected by a hook"))
  }
}
