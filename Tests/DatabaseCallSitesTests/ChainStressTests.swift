import DatabaseSupport

#if os(Linux) && arch(x86_64) && canImport(Glibc)
  import CCallStacks
  import Foundation
  import TestSupport
  import Testing

  @testable import DatabaseCallSites
  @testable import DatabaseInstrumentation

  /// Stacks of tasks that are created, cancelled, moved between executors and torn down on eight threads: for the sanitizers above
  /// all.
  @Suite(.needs(.chains)) struct ChainStressTests {
    @Test func aHundredThousandCaptures() async {
      let wanted = 100_000
      let seen = Seen()
      let threads = EightThreads()
      await recording {
        await withTaskExecutorPreference(threads) {
          await withTaskGroup(of: Void.self) { group in
            for number in 0..<32 {
              group.addTask {
                let worker = Worker(seen: seen, number: number)
                while seen.count < wanted { await worker.round() }
              }
            }
          }
        }
      }
      threads.stop()
      #expect(seen.count >= wanted)
      #expect(seen.wrong == 0)
      // As many as there are places in this file, and depths of the recursion.
      #expect(seen.places < 2_000)
      #expect(dcs_is_learning())
    }
  }

  private final class Seen: Sendable {
    private let state = Locked((count: 0, wrong: 0, places: Set<UInt64>()))

    var count: Int { state.withLock { $0.count } }
    var wrong: Int { state.withLock { $0.wrong } }
    var places: Int { state.withLock { $0.places.count } }

    /// Captures the caller, which is asynchronous: somebody awaits it, and created its task.
    @inline(never) func add() {
      let stack = StackTrace.capture()
      let identity = dcs_identity()
      let isWhole = stack.isComplete || stack.words.count == StackTrace.depth
      let isRight = !stack.synchronous.isEmpty && !stack.awaiting.isEmpty && isWhole
      state.withLock { state in
        state.count += 1
        if !isRight { state.wrong += 1 }
        state.places.insert(identity)
      }
    }
  }

  private struct Worker {
    let seen: Seen
    let number: Int

    @concurrent func round() async {
      seen.add()
      await Task.yield()
      seen.add()
      await children()
      await hops()
      await cancelled()
      await continued()
      await descend(number % 24)
      try? await torn()
    }

    @concurrent private func step() async {
      seen.add()
      if number % 2 == 0 { await Task.yield() }
      seen.add()
    }

    @concurrent private func children() async {
      async let one: Void = step()
      async let other: Void = step()
      _ = await (one, other)
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<4 { group.addTask { await step() } }
      }
    }

    @concurrent private func hops() async {
      await Self.plain.use(seen)
      await Self.custom.use(seen)
      await Task { @MainActor in seen.add() }.value
      await Task.detached { await step() }.value
    }

    @concurrent private func cancelled() async {
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            try? await Task.sleep(for: .microseconds(20))
            await step()
          }
        }
        group.cancelAll()
      }
      let task = Task { await step() }
      task.cancel()
      await task.value
      // Nobody waits for this one: it may be the last that holds itself.
      Task { await step() }
    }

    @concurrent private func continued() async {
      await withCheckedContinuation { continuation in DispatchQueue.global().async { continuation.resume() } }
      seen.add()
    }

    @concurrent private func descend(_ depth: Int) async {
      if depth == 0 { await step() } else { await descend(depth - 1) }
      if depth % 8 == 7 { seen.add() }
    }

    @concurrent private func torn() async throws {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await step() }
        group.addTask {
          await step()
          throw CancellationError()
        }
        try await group.waitForAll()
      }
    }

    private static let plain = PlainUser()
    private static let custom = CustomUser()
  }

  private actor PlainUser {
    func use(_ seen: Seen) {
      seen.add()
    }
  }

  private actor CustomUser {
    private let executor = QueueExecutor()

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func use(_ seen: Seen) async {
      seen.add()
      await Task.yield()
      seen.add()
    }
  }

  private final class EightThreads: TaskExecutor, @unchecked Sendable {  // The condition guards the jobs.
    private let condition = NSCondition()
    private var jobs: [UnownedJob] = []
    private var isStopped = false

    init() {
      for _ in 0..<8 { Thread { self.work() }.start() }
    }

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      condition.withLock { jobs.append(job) }
      condition.signal()
    }

    func stop() {
      condition.withLock { isStopped = true }
      condition.broadcast()
    }

    private func work() {
      while let job = next() { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    private func next() -> UnownedJob? {
      condition.withLock {
        while jobs.isEmpty && !isStopped { condition.wait() }
        return jobs.isEmpty ? nil : jobs.removeFirst()
      }
    }
  }
#endif
