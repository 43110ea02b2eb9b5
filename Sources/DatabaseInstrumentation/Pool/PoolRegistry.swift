internal import DatabaseSupport

/// Every monitor of the process.
final class PoolRegistry: Sendable {
  static let shared = PoolRegistry()

  private struct Weak: Sendable { weak let monitor: PoolMonitor? }

  private let known = Locked<[Weak]>([])

  func add(_ monitor: PoolMonitor) {
    known.withLock { known in
      if known.count >= 64, known.count.nonzeroBitCount == 1 { known.removeAll { $0.monitor == nil } }
      known.append(Weak(monitor: monitor))
    }
  }

  var monitors: [PoolMonitor] { known.withLock { $0.compactMap(\.monitor) } }
}
