/// Where in the process a statement ran.
public struct ExecutionContext: Sendable, Hashable {
  /// The system's number of the thread.
  public let threadID: Int
  /// Whether that was the main thread.
  public let isMainThread: Bool

  package init(threadID: Int, isMainThread: Bool) {
    self.threadID = threadID
    self.isMainThread = isMainThread
  }
}
