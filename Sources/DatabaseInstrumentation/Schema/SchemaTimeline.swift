/// What a connection said of its tables, and from when on.
package struct SchemaTimeline: Sendable {
  private struct Entry: Sendable {
    /// Nanoseconds of the monotonic clock.
    var since: UInt64
    /// `nil`: what is known of the database.
    var facts: SchemaFacts?
  }

  /// Nearly every connection says one thing.
  private var first: Entry?
  private var later: [Entry] = []

  /// A connection whose tables change all the time forgets what they were in between.
  private static let limit = 1_000

  /// - Parameter since: Nanoseconds of the monotonic clock.
  /// - Returns: Whether it says something else than before.
  mutating func add(_ facts: SchemaFacts?, since: UInt64) -> Bool {
    if first != nil, latest === facts { return false }
    if first == nil {
      first = Entry(since: since, facts: facts)
    } else {
      if later.count >= Self.limit { later.removeFirst() }
      later.append(Entry(since: since, facts: facts))
    }
    return true
  }

  /// What a statement found that began at `time`; what came first holds for what was before it. `nil`: what is known of the
  /// database.
  func facts(at time: UInt64) -> SchemaFacts? { (later.last { $0.since <= time } ?? first)?.facts }

  /// What was said last.
  var latest: SchemaFacts? { (later.last ?? first)?.facts }
}
