internal import Dispatch

/// An executor that an app may write for its actors: a queue.
package final class QueueExecutor: SerialExecutor {
  private let queue = DispatchQueue(label: "an executor of the app")

  package init() {}

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let executor = asUnownedSerialExecutor()
    queue.async { job.runSynchronously(on: executor) }
  }
}

/// One for its tasks.
package final class QueueTaskExecutor: TaskExecutor {
  private let queue = DispatchQueue(label: "a task executor of the app")

  package init() {}

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let executor = asUnownedTaskExecutor()
    queue.async { job.runSynchronously(on: executor) }
  }
}
