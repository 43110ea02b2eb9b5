internal import CSQLiteHooks

/// Threads that others need while a query makes them wait.
enum SharedThread {
  /// Whether the current thread is one.
  static var isCurrent: Bool { dbh_is_event_loop_thread() || isCooperative }

  /// Whether a task runs on a thread of Swift's cooperative pool: neither on the main actor nor on an actor with an executor
  /// of its own, and with no preference for another executor.
  ///
  /// A queue's `sync` stays on the thread of its caller, and so does the task.
  static var isCooperative: Bool {
    let isOnAnyExecutor = withUnsafeCurrentTask { task in task.map { $0.unownedTaskExecutor == nil } ?? false }
    return isOnAnyExecutor && dbh_has_default_executor()
  }
}
