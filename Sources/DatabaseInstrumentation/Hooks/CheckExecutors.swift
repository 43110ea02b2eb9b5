internal import DatabaseSupport

/// Runs asynchronous code to its end on the current thread, for the checks of Swift's runtime: they cannot wait for another thread.
///
/// Kept for good, since a runtime that is not as it is known may come back to its executors.
final class CheckExecutors: Sendable {
  let ofTasks: OwnTaskExecutor
  let ofActors: OwnSerialExecutor

  private let jobs: Jobs

  init() {
    jobs = Jobs()
    ofTasks = OwnTaskExecutor(jobs: jobs)
    ofActors = OwnSerialExecutor(jobs: jobs)
  }

  /// Runs `body` in a task that prefers an executor of this one.
  ///
  /// - Returns: What it returned; `nil` if it waits for something that does not come.
  func run<R: Sendable>(_ body: @escaping @Sendable @concurrent () async -> R) -> R? {
    let result = Locked<R?>(nil)
    let task = Task(executorPreference: ofTasks) {
      let value = await body()
      result.withLock { $0 = value }
    }
    jobs.run()
    task.cancel()
    return result.withLock { $0 }
  }

  final class OwnTaskExecutor: TaskExecutor {
    private let jobs: Jobs

    fileprivate init(jobs: Jobs) { self.jobs = jobs }

    func enqueue(_ job: consuming ExecutorJob) { jobs.add(.ofTask(UnownedJob(job), asUnownedTaskExecutor())) }
  }

  final class OwnSerialExecutor: SerialExecutor {
    private let jobs: Jobs

    fileprivate init(jobs: Jobs) { self.jobs = jobs }

    func enqueue(_ job: consuming ExecutorJob) { jobs.add(.ofActor(UnownedJob(job), asUnownedSerialExecutor())) }
  }

  /// The jobs of the task and of the actors, until they are run.
  fileprivate final class Jobs: Sendable {
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
