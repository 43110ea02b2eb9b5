/// A suite of tests while it runs, as the tests inside of it know it.
///
/// What no test of a suite can be told to have done may still be told to have been done by one of them.
package final class RecordedSuite: Sendable {
  /// The innermost suite around the current task, of those that ask for something.
  @TaskLocal package static var current: RecordedSuite?

  private let parent: RecordedSuite?

  /// A suite inside of the current one.
  package init() { parent = Self.current }

  /// Whether it is `suite` or inside of it.
  func isInside(_ suite: RecordedSuite) -> Bool {
    var candidate: RecordedSuite? = self
    while let current = candidate {
      if current === suite { return true }
      candidate = current.parent
    }
    return false
  }

  /// The innermost suite that both are, or are inside of.
  func commonAncestor(with other: RecordedSuite) -> RecordedSuite? {
    var candidate: RecordedSuite? = self
    while let current = candidate, !other.isInside(current) { candidate = current.parent }
    return candidate
  }
}
