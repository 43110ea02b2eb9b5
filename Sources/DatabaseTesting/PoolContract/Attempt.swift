internal import DatabaseInstrumentation
internal import DatabaseSupport

/// Work that may never end, and is then left behind.
final class Attempt<R: Sendable>: Sendable {
  private let state = Locked(State())
  private let task = Locked<Task<Void, Never>?>(nil)

  private struct State {
    var hasBegun = false
    var result: Result<R, any Error>?
    var waiters: [Int: CheckedContinuation<Result<R, any Error>?, Never>] = [:]
    var lastWaiter = 0
  }

  init(_ body: @escaping @Sendable () async throws -> R) {
    let work = Task {
      state.withLock { $0.hasBegun = true }
      let result: Result<R, any Error>
      do { result = .success(try await body()) } catch { result = .failure(error) }
      let waiters = state.withLock { state in
        state.result = result
        defer { state.waiters = [:] }
        return state.waiters.values
      }
      for waiter in waiters { waiter.resume(returning: result) }
    }
    task.withLock { $0 = work }
  }

  var hasBegun: Bool { state.withLock { $0.hasBegun } }

  var isDone: Bool { state.withLock { $0.result != nil } }

  /// What it came to, if it succeeded by now.
  var success: R? { state.withLock { try? $0.result?.get() } }

  func cancel() { task.withLock { $0 }?.cancel() }

  /// - Returns: `nil` when it did not end in time.
  func value(within patience: Duration) async throws -> R? {
    let result = await withCheckedContinuation { continuation in
      let (known, number) = state.withLock { state -> (Result<R, any Error>?, Int) in
        if let result = state.result { return (result, 0) }
        state.lastWaiter += 1
        state.waiters[state.lastWaiter] = continuation
        return (nil, state.lastWaiter)
      }
      if let known { return continuation.resume(returning: known) }
      Task {
        try? await Task.sleep(for: patience)
        self.state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(returning: nil)
      }
    }
    return try result?.get()
  }
}
