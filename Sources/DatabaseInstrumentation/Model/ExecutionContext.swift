/// Where in the process a statement ran.
public struct ExecutionContext: Sendable, Hashable {
  /// The system's number of the thread.
  public let threadID: Int
  /// Whether that was the main thread.
  public let isMainThread: Bool

  /// Whether other tasks need the thread: one of Swift's cooperative pool, or an event loop of NIO.
  public let isSharedThread: Bool

  package init(threadID: Int, isMainThread: Bool, isSharedThread: Bool = false) {
    self.threadID = threadID
    self.isMainThread = isMainThread
    self.isSharedThread = isSharedThread
  }
}
