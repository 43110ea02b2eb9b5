import DatabaseSupport
import DatabaseTesting

/// Tasks that share a pool, and leases that are not returned.
struct PoolProgram {
  private struct Stub: Sendable {}

  private let seed: UInt64

  init(seed: UInt64) { self.seed = seed }

  func play() async throws -> Run.Done {
    var generator = SeededGenerator(seed: seed)
    let size = Int.random(in: 1...4, using: &generator)
    let rounds = (0..<Int.random(in: 1...6, using: &generator)).map { _ in Int.random(in: 0...12, using: &generator) }
    let leaks = max(0, Int.random(in: -4...size, using: &generator))
    let pool = FakePool(
      driver: FakePoolDriver(open: { Stub() }), options: FakePoolOptions(size: PoolSize(size)), name: "endurance")
    let kept = Locked<[FakePool<Stub>.Lease]>([])
    let recording = try await recordDatabase {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for count in rounds {
          group.addTask {
            for _ in 0..<count { try await pool.withConnection { _ in await Task.yield() } }
          }
        }
        try await group.waitForAll()
      }
      for _ in 0..<leaks {
        let lease = try await pool.checkout()
        kept.withLock { $0.append(lease) }
      }
    }
    let taken = rounds.reduce(0, +) + leaks
    if recording.leases.count != taken { throw Wrong("\(taken) leases were taken, recorded \(recording.leases.count)") }
    let found = taken == 0 ? [] : recording.check(.noLeaks)
    if found.count != leaks || found.contains(where: { $0.kind != .leak }) {
      throw Wrong("\(leaks) leases leaked: \(found.map(\.message))")
    }
    if pool.statistics.leased != leaks { throw Wrong("the pool lends \(pool.statistics)") }
    for lease in kept.withLock({ $0 }) { try lease.checkin() }
    if pool.statistics.leased != 0 { throw Wrong("the pool still lends \(pool.statistics)") }
    return Run.Done(programs: 1, leases: taken, leaks: leaks)
  }
}
