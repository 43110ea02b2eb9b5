/// Who takes a lease, found out in the task that asks for it.
package struct LeaseContext: Sendable {
  package var origin: CheckoutOrigin?
  /// The recording of the task, which may be over by the time of the lease.
  package var owner: RecordingScope?
  package var test: String?
  /// Tells the task from all others that run.
  package var task: Int?

  /// Of the current task. While anything is recorded the stack tells who called the line, and where it is not given the line.
  ///
  /// - Parameter poolFile: A file that asks on behalf of somebody else.
  package static func current(site: CheckoutSite?, poolFile: StaticString? = nil) -> LeaseContext {
    let current = RecordingScope.current
    let owner = current?.unfinished ?? current
    let origin = site.map { CheckoutOrigin.site($0, stack: PoolStacks.capture()) } ?? stack(poolFile: poolFile)
    return LeaseContext(
      origin: origin, owner: owner, test: owner?.runningTest ?? CurrentTest.name,
      task: withUnsafeCurrentTask { $0?.hashValue })
  }

  /// The stack of the current task, while anything is recorded: also where it is nobody's task.
  ///
  /// - Parameter site: The line where the stack has none outside of the pool's file.
  static func stack(poolFile: StaticString?, otherwise site: CheckoutSite? = nil) -> CheckoutOrigin? {
    RecordingActivity.shared.isRecording
      ? .stack(StackTrace.capture(), poolFile: poolFile, otherwise: site) : nil
  }
}
