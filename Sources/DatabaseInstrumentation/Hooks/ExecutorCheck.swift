internal import CCallStacks

/// Whether the functions by which Swift's runtime tells of tasks and executors say what they are known to say.
///
/// They are no public interface, so they are tried once, before the first recording: on a task with executors of its own, run to its end
/// on the current thread. Where an answer differs, no statement is said to have run on the main actor or on a shared thread, nor not to.
package enum ExecutorCheck {
  /// Whether they do.
  package static let hasPassed: Bool = {
    let passed = check()
    dcs_set_knows_executors(passed)
    return passed
  }()

  /// Kept for good, since a runtime that is not as it is known may come back to them.
  private static let executor = OwnTaskExecutor()
  private static let actor = OwnActor()

  private static func check() -> Bool {
    let main = dcs_main_executor()
    guard main.identity != nil, main.isEqual(to: MainActor.sharedUnownedExecutor) else { return false }
    guard dcs_is_in_task() == isInTask else { return false }
    let answers = Locked((before: false, inside: false, after: false))
    let task = Task(executorPreference: executor) {
      let before = isSeenOutsideOfTheActor
      let inside = await actor.isSeen
      let after = isSeenOutsideOfTheActor
      answers.withLock { $0 = (before, inside, after) }
    }
    OwnJobs.shared.run()
    task.cancel()
    // What ran around it is as before.
    return dcs_is_in_task() == isInTask && answers.withLock { $0.before && $0.inside && $0.after }
  }

  private static var isInTask: Bool { withUnsafeCurrentTask { $0 != nil } }

  /// Whether the runtime says that a task runs, which prefers its executor, and on no serial one.
  private static var isSeenOutsideOfTheActor: Bool {
    let current = dcs_current_executor()
    return dcs_is_in_task() && current.identity == nil && current.implementation == 0
      && dcs_preferred_executor().identity == Unmanaged.passUnretained(executor).toOpaque()
  }

  private actor OwnActor {
    private static let executor = OwnSerialExecutor()

    nonisolated var unownedExecutor: UnownedSerialExecutor { Self.executor.asUnownedSerialExecutor() }

    /// Whether the runtime says that its executor is the current one.
    var isSeen: Bool {
      let current = dcs_current_executor()
      return dcs_is_in_task() && current.implementation != 0 && current.isEqual(to: unownedExecutor)
    }
  }

  private final class OwnTaskExecutor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) { OwnJobs.shared.add(.ofTask(UnownedJob(job), asUnownedTaskExecutor())) }
  }

  private final class OwnSerialExecutor: SerialExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
      OwnJobs.shared.add(.ofActor(UnownedJob(job), asUnownedSerialExecutor()))
    }
  }

  /// The jobs of the task and of the actor, until they are run.
  private final class OwnJobs: Sendable {
    static let shared = OwnJobs()

    enum Job: Sendable {
      case ofTask(UnownedJob, UnownedTaskExecutor)
      case ofActor(UnownedJob, UnownedSerialExecutor)
    }

    private let jobs = Locked<[Job]>([])

    func add(_ job: Job) { jobs.withLock { $0.append(job) } }

    func run() {
      while let next = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
        switch next {
        case .ofTask(let job, let executor): job.runSynchronously(on: executor)
        case .ofActor(let job, let executor): job.runSynchronously(on: executor)
        }
      }
    }
  }
}

extension dcs_executor {
  /// Both words are the same.
  fileprivate func isEqual(to executor: UnownedSerialExecutor) -> Bool {
    guard MemoryLayout<UnownedSerialExecutor>.size == MemoryLayout<(UInt, UInt)>.size else { return false }
    let words = unsafeBitCast(executor, to: (UInt, UInt).self)
    return UInt(bitPattern: identity) == words.0 && implementation == words.1
  }
}
