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

  private static let executors = CheckExecutors()

  private static func check() -> Bool {
    let main = dcs_main_executor()
    guard main.identity != nil, main.isEqual(to: MainActor.sharedUnownedExecutor) else { return false }
    guard dcs_is_in_task() == isInTask else { return false }
    let answers = executors.run {
      let before = isSeenOutsideOfTheActor
      let inside = await OwnActor(executors: executors).isSeen
      return (before, inside, isSeenOutsideOfTheActor)
    }
    // What ran around it is as before.
    guard dcs_is_in_task() == isInTask, let answers else { return false }
    return answers.0 && answers.1 && answers.2
  }

  private static var isInTask: Bool { withUnsafeCurrentTask { $0 != nil } }

  /// Whether the runtime says that a task runs, which prefers its executor, and on no serial one.
  private static var isSeenOutsideOfTheActor: Bool {
    let current = dcs_current_executor()
    return dcs_is_in_task() && current.identity == nil && current.implementation == 0
      && dcs_preferred_executor().identity == Unmanaged.passUnretained(executors.ofTasks).toOpaque()
  }

  private actor OwnActor {
    private let executors: CheckExecutors

    init(executors: CheckExecutors) { self.executors = executors }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executors.ofActors.asUnownedSerialExecutor() }

    /// Whether the runtime says that its executor is the current one.
    var isSeen: Bool {
      let current = dcs_current_executor()
      return dcs_is_in_task() && current.implementation != 0 && current.isEqual(to: unownedExecutor)
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
