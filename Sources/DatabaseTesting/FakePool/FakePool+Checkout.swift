public import DatabaseInstrumentation
internal import DatabaseSupport

extension FakePool {
  /// Takes a connection; waits until one is free.
  ///
  /// - Parameters:
  ///   - timeout: How long it may take, in virtual time; the pool's when `nil`, zero to fail at once.
  ///   - fileID: Where the lease is taken, as the next four; the place of the call.
  ///   - filePath: Its file.
  ///   - line: Its line.
  ///   - column: Its column.
  ///   - function: Its function.
  /// - Returns: The lease, which is given back with ``Lease/checkin(fileID:filePath:line:column:function:)``.
  /// - Throws: ``PoolCheckoutError`` when there is none to have, ``PoolUsageError`` for a negative timeout.
  public func checkout(
    timeout: Duration? = nil, fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line,
    column: UInt = #column, function: StaticString = #function
  ) async throws -> Lease {
    let site = CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function)
    return try await take(timeout, site)
  }

  /// Takes a connection on behalf of a line that is passed on; waits until one is free.
  ///
  /// - Throws: As ``checkout(timeout:fileID:filePath:line:column:function:)``.
  public func checkout(timeout: Duration? = nil, at site: CheckoutSite) async throws -> Lease {
    try await take(timeout, site)
  }

  /// Takes a connection as a lease that cannot be copied.
  ///
  /// - Throws: As ``checkout(timeout:fileID:filePath:line:column:function:)``.
  public func checkoutUnique(
    timeout: Duration? = nil, fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line,
    column: UInt = #column, function: StaticString = #function
  ) async throws -> UniqueLease {
    let site = CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function)
    return UniqueLease(try await take(timeout, site))
  }

  /// Takes a connection in code that cannot wait; fails at once where it would have to.
  ///
  /// - Throws: ``PoolCheckoutError`` when there is none to have now.
  public func checkoutImmediately(
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    function: StaticString = #function
  ) throws -> Lease {
    try checkoutImmediately(
      at: CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function))
  }

  /// Takes a connection in code that cannot wait, on behalf of a line that is passed on.
  ///
  /// Where the app's own leases are numbers, ``lend(poolFile:)`` does the rest as well.
  ///
  /// - Parameters:
  ///   - site: The line. When `nil` it is found in recordings: the innermost line of the call stack that is outside of the
  ///     file that calls this.
  ///   - poolFile: That file.
  /// - Throws: ``PoolCheckoutError`` when there is none to have now.
  public func checkoutImmediately(at site: CheckoutSite?, poolFile: StaticString = #filePath) throws -> Lease {
    try check(timeout: .zero)
    var context = LeaseContext.current(site: site, poolFile: poolFile)
    context.task = withUnsafeCurrentTask { $0?.hashValue }
    let request = newRequest()
    perform { state in
      state.callers[request] = .immediate
      state.machine.checkout(request: request, timeout: .zero, context: context)
    }
    // An open that hangs, or that suspends, leaves the caller without an answer.
    if !isAnswered(request), state.withLock({ $0.suspended > 0 }) {
      perform { $0.machine.cancel(request: request) }
      state.withLock { _ = $0.callers.removeValue(forKey: request) }
      throw violation(
        """
        a function of the driver of pool "\(monitor.name)" suspends, and checkoutImmediately() cannot wait for it: use \
        checkout(), or functions that do not suspend
        """)
    }
    if !isAnswered(request) { perform { $0.machine.cancel(request: request) } }
    let caller = state.withLock { $0.callers.removeValue(forKey: request) }
    guard case .answered(let result) = caller else {
      throw PoolCheckoutError(
        failure: .timeout, underlying: nil, description: "Pool \"\(monitor.name)\" gave no answer.")
    }
    return try result.get()
  }

  /// Lends a connection to `body` and gives it back, also when `body` throws.
  ///
  /// - Throws: What `body` throws, or ``PoolCheckoutError``.
  public func withConnection<R>(
    timeout: Duration? = nil, _ body: (Connection) async throws -> R, fileID: StaticString = #fileID,
    filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column, function: StaticString = #function
  ) async throws -> R {
    let site = CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function)
    let lease = try await take(timeout, site)
    do {
      let result = try await body(lease.connection)
      giveBack(lease, site)
      return result
    } catch {
      giveBack(lease, site)
      throw error
    }
  }

  /// Lends a connection in code that cannot wait.
  ///
  /// - Throws: What `body` throws, or ``PoolCheckoutError``.
  public func withConnectionImmediately<R>(
    _ body: (Connection) throws -> R, fileID: StaticString = #fileID, filePath: StaticString = #filePath,
    line: UInt = #line, column: UInt = #column, function: StaticString = #function
  ) throws -> R {
    let site = CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function)
    let lease = try checkoutImmediately(at: site)
    defer { giveBack(lease, site) }
    return try body(lease.connection)
  }

  /// Gives a lease back.
  ///
  /// - Throws: ``PoolUsageError`` for a lease of another pool, and for the second return.
  public func checkin(
    _ lease: Lease, fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line,
    column: UInt = #column, function: StaticString = #function
  ) throws {
    guard lease.pool === self else {
      throw violation(
        """
        lease \(lease.id) of pool \"\(lease.pool.monitor.name)\" was returned to pool \"\(monitor.name)\": \
        return it where it came from
        """)
    }
    try lease.checkin(fileID: fileID, filePath: filePath, line: line, column: column, function: function)
  }

  private func giveBack(_ lease: Lease, _ site: CheckoutSite) {
    // A lease that `body` returned itself is noted as such; one that it invalidated is over.
    _ = perform { $0.machine.checkin(lease: lease.id, site: site) }
  }

  private func take(_ timeout: Duration?, _ site: CheckoutSite) async throws -> Lease {
    let timeout = timeout ?? options.timeout
    try check(timeout: timeout)
    var asking = LeaseContext.current(site: site)
    asking.task = withUnsafeCurrentTask { $0?.hashValue }
    let context = asking
    let request = newRequest()
    defer { state.withLock { _ = $0.cancelled.remove(request) } }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        perform { state in
          state.callers[request] = .waiting(continuation)
          let isCancelled = state.cancelled.remove(request) != nil || Task.isCancelled
          state.machine.checkout(request: request, timeout: timeout, context: context, isCancelled: isCancelled)
        }
        watchRealWaits()
      }
    } onCancel: {
      perform { state in
        // Before the request is known the cancellation is kept for it.
        if state.callers[request] == nil { state.cancelled.insert(request) }
        state.machine.cancel(request: request)
      }
    }
  }

  private func check(timeout: Duration) throws {
    if let problem = options.problem { throw violation("pool \"\(monitor.name)\" cannot work: \(problem)") }
    guard timeout >= .zero else {
      throw violation("a timeout of \(timeout) is in the past; write .zero to fail at once")
    }
  }

  private func newRequest() -> Int {
    state.withLock { state in
      state.lastRequest += 1
      return state.lastRequest
    }
  }

  private func isAnswered(_ request: Int) -> Bool {
    state.withLock { state in
      if case .answered = state.callers[request] { return true }
      return false
    }
  }
}
