/// Who takes a lease, found out in the task that asks for it.
package struct LeaseContext: Sendable {
  package var origin: CheckoutOrigin?
  package var owner: RecordingScope?
  package var test: String?

  /// Of the current task. Where the line is not given, the stack tells it, in tests.
  ///
  /// - Parameter poolFile: A file that asks on behalf of somebody else.
  package static func current(site: CheckoutSite?, poolFile: StaticString? = nil) -> LeaseContext {
    let owner = RecordingScope.current?.unfinished
    let origin = site.map(CheckoutOrigin.site) ?? stack(in: owner, poolFile: poolFile)
    return LeaseContext(origin: origin, owner: owner, test: owner?.runningTest ?? CurrentTest.name)
  }

  static func stack(in scope: RecordingScope?, poolFile: StaticString?) -> CheckoutOrigin? {
    scope == nil ? nil : .stack(StackTrace.capture(), poolFile: poolFile)
  }
}
