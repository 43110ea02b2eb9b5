internal import Synchronization

/// Whether the tests of a suite saw anything: a suite of which none did may be one that nothing watches.
package final class SuiteTally: Sendable {
  /// Of the outermost suite around the current task that asks for something of queries.
  @TaskLocal package static var current: SuiteTally?

  private let count = Atomic<Int>(0)
  private let seen = Atomic<Bool>(false)

  package init() {}

  /// A recording of one of its tests ended.
  func note(_ recording: Recording) {
    count.wrappingAdd(1, ordering: .relaxed)
    if !hasSeenStatements, recording.hasStatements { seen.store(true, ordering: .relaxed) }
  }

  /// How many recordings of its tests ended so far.
  var recordings: Int { count.load(ordering: .relaxed) }

  /// Whether one of them saw a statement.
  var hasSeenStatements: Bool { seen.load(ordering: .relaxed) }
}
