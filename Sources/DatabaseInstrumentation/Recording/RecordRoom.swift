internal import Synchronization

/// How many records one tree of recordings may keep, and how many of them its logs have set apart.
///
/// A log sets room apart for some records at a time: threads that shared one counter would wait for it at each statement.
final class RecordRoom: Sendable {
  private let limit: Int
  private let claimed = Atomic<Int>(0)
  /// Whether logs get room for one record at a time, so that none of it is lost to them.
  private let isTight = Atomic<Bool>(false)

  /// Small enough for a log of a few statements, of which there may be thousands.
  private static let smallestClaim = 8
  private static let largestClaim = 64

  init(limit: Int) {
    self.limit = limit
  }

  /// Sets room apart for one log: the more it has used, the more it gets.
  ///
  /// - Returns: For how many records; 0 where there is none left.
  func claim(after used: Int) -> Int {
    let wanted =
      isTight.load(ordering: .sequentiallyConsistent) ? 1 : min(Self.largestClaim, max(Self.smallestClaim, used))
    var known = claimed.load(ordering: .relaxed)
    while known < limit {
      let granted = min(wanted, limit - known)
      let (isDone, now) = claimed.weakCompareExchange(
        expected: known, desired: known + granted, ordering: .relaxed)
      if isDone { return granted }
      known = now
    }
    return 0
  }

  /// A log does not need what it set apart.
  func giveBack(_ count: Int) {
    if count > 0 { claimed.wrappingSubtract(count, ordering: .relaxed) }
  }

  /// Whether a log may get some.
  var hasSome: Bool { claimed.load(ordering: .relaxed) < limit }

  /// From now on nobody sets apart more than is used at once.
  func tighten() { isTight.store(true, ordering: .sequentiallyConsistent) }
}
