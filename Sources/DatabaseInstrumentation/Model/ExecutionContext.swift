/// Where in the process a statement ran.
public struct ExecutionContext: Sendable, Hashable {
  /// The system's number of the thread.
  public let threadID: Int
  /// Whether that was the main thread, or any thread on the main actor or the main queue.
  public let isMainThread: Bool

  /// Whether other tasks need the thread: one of Swift's cooperative pool, or an event loop of NIO.
  public let isSharedThread: Bool

  /// Whether neither of the two can be told for certain where it is false: Swift's runtime is not as it is known.
  package let isUncertain: Bool

  package init(threadID: Int, isMainThread: Bool, isSharedThread: Bool = false, isUncertain: Bool = false) {
    self.threadID = threadID
    self.isMainThread = isMainThread
    self.isSharedThread = isSharedThread
    self.isUncertain = isUncertain
  }
}
