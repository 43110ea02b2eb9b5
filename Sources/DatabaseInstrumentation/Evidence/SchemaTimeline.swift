/// What a connection said of its tables, and from when on.
package struct SchemaTimeline: Sendable {
  private var entries: [(since: UInt64, facts: SchemaFacts)] = []

  /// A connection whose tables change all the time forgets what they were first.
  private static let limit = 1_000

  /// - Parameter since: Nanoseconds of the monotonic clock.
  /// - Returns: Whether it says something else than before.
  mutating func add(_ facts: SchemaFacts, since: UInt64) -> Bool {
    if entries.last?.facts === facts { return false }
    if entries.count >= Self.limit { entries.removeFirst() }
    entries.append((since, facts))
    return true
  }

  /// What a statement found that began at `time`; what came first holds for what was before it.
  func facts(at time: UInt64) -> SchemaFacts? { (entries.last { $0.since <= time } ?? entries.first)?.facts }

  /// What was said last.
  var latest: SchemaFacts? { entries.last?.facts }
}
