internal import DatabaseInstrumentation
internal import DatabaseSupport
internal import Dispatch
internal import Synchronization

/// Asynchronous functions that mostly do not suspend, called from code that cannot wait.
enum Immediately {
  /// Runs `body` on the calling thread until it suspends for the first time.
  ///
  /// - Parameter later: Called with what it came to, where it did suspend.
  /// - Returns: What it came to; `nil` where it suspended.
  static func run<R: Sendable>(
    _ body: @escaping @Sendable () async throws -> R, later: @escaping @Sendable (Result<R, any Error>) -> Void
  ) -> Result<R, any Error>? {
    let outcome = Outcome<R>()
    Task(executorPreference: FirstJobExecutor()) {
      let result: Result<R, any Error>
      do { result = .success(try await body()) } catch { result = .failure(error) }
      if outcome.finish(result) { later(result) }
    }
    return outcome.leave()
  }

  private final class Outcome<R: Sendable>: Sendable {
    private let state = Locked<(result: Result<R, any Error>?, hasLeft: Bool)>((nil, false))

    /// - Returns: Whether the caller no longer waits for it.
    func finish(_ result: Result<R, any Error>) -> Bool {
      state.withLock { state in
        state.result = result
        return state.hasLeft
      }
    }

    func leave() -> Result<R, any Error>? {
      state.withLock { state in
        state.hasLeft = true
        return state.result
      }
    }
  }

  /// Runs what it is given first at once, where it is given, and what comes after a suspension on a queue of the system.
  private final class FirstJobExecutor: TaskExecutor {
    private let hasRun = Atomic<Bool>(false)

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      if !hasRun.exchange(true, ordering: .relaxed) { return job.runSynchronously(on: asUnownedTaskExecutor()) }
      DispatchQueue.global().async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
  }
}
