/// Who takes a lease, found out in the task that asks for it.
package struct LeaseContext: Sendable {
  package var caller: PoolCaller
  /// The recording of the task, which may be over by the time of the lease.
  package var owner: RecordingScope?
  package var test: String?
  /// Tells the task from all others that run, for a pool that asks.
  package var task: Int?

  /// Of the current task.
  ///
  /// - Parameters:
  ///   - site: The line; when `nil` the stack tells it, in recordings.
  ///   - poolFile: A file that asks on behalf of somebody else, when `site` is `nil`.
  ///   - fallback: The line where the stack has none outside of that file.
  package static func current(
    site: CheckoutSite?, poolFile: StaticString? = nil, otherwise fallback: CheckoutSite? = nil
  ) -> LeaseContext {
    let current = RecordingScope.current
    let owner = current.flatMap { $0.isFinished ? $0.unfinished ?? $0 : $0 }
    // To ask the test framework takes longer than all the rest: a recording mostly knows.
    let test = if let owner { owner.runningTest } else { CurrentTest.name }
    return LeaseContext(
      caller: PoolCaller(site: site, poolFile: poolFile, otherwise: fallback), owner: owner, test: test)
  }
}
