internal import DatabaseSupport
internal import Synchronization

/// Leases that no task tells the test of, while recordings run: nobody's failure, and everybody's note.
package final class UnattributedLeases: Sendable {
  package static let shared = UnattributedLeases()

  private struct Member: Sendable {
    let entry: LiveLease
    var isReported = false
  }

  private let members = Locked<ContiguousArray<Member>>([])
  private static let limit = 1_000

  /// Keeps a lease; call outside of its monitor's lock.
  func add(_ entry: LiveLease) {
    members.withLock { members in
      if members.count >= Self.limit {
        // Those that came back are of no interest; of the others the oldest are given up.
        members.removeAll { $0.entry.record?.isLeak != true }
        if members.count >= Self.limit { members.removeFirst(Self.limit / 2) }
      }
      members.append(Member(entry: entry))
    }
  }

  /// Those that were taken while `scope` ran and that did not come back until now.
  package func leaks(during scope: RecordingScope) -> [LeaseRecord] {
    let entries = members.withLock { $0.map(\.entry) }
    guard !entries.isEmpty else { return [] }
    let end = min(scope.end.pointee.load(ordering: .acquiring), monotonicNanoseconds())
    return entries.filter { scope.start <= $0.began && $0.began <= end && !$0.isCreators }
      .compactMap(\.record).filter(\.isLeak)
  }

  /// Those that one of the tests of `suite` has taken, since no other test used the pool.
  ///
  /// Each is told once, to the innermost suite that it can be told to.
  package func takeLeaks(of suite: RecordedSuite) -> [LeaseRecord] {
    let entries = members.withLock { members in members.filter { !$0.isReported }.map(\.entry) }
    let found = entries.filter { entry in
      !entry.isCreators && entry.monitor?.suiteOfUsers?.isInside(suite) == true
    }.compactMap(\.record).filter(\.isLeak)
    members.withLock { members in
      for index in members.indices where found.contains(where: { $0.entry === members[index].entry }) {
        members[index].isReported = true
      }
    }
    return found
  }
}

extension LiveLease {
  /// Whether it is taken to be the pool's creator's, and nobody else has used the pool since.
  package var isCreators: Bool { isAssumed && monitor?.isUsedByOthers == false }
}
