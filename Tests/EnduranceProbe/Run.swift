import CSQLiteForTests
import DatabaseSupport
import DatabaseTesting
import Foundation

/// The rounds of one process.
struct Run {
  private let seed: UInt64
  private var number: UInt64 = 0
  private var done = Done()
  private var memory = MemoryWatch()

  /// What was looked at, in all.
  struct Done {
    var programs = 0
    var statements = 0
    var failures = 0
    var leases = 0
    var leaks = 0
    var forks = 0
    var kills = 0

    mutating func add(_ other: Done) {
      programs += other.programs
      statements += other.statements
      failures += other.failures
      leases += other.leases
      leaks += other.leaks
    }
  }

  init(seed: UInt64) { self.seed = seed }

  mutating func go(on seconds: Double) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    var round = 0
    while ContinuousClock.now < end {
      try await playRound()
      if round % 8 == 3 { try playForked() }
      if round % 16 == 7 { try playKilled() }
      memory.add(allocatedBytes())
      round += 1
    }
    print(
      """
      \(round) rounds: \(done.programs) programs, \(done.statements) statements, \(done.failures) of them failed; \(done.leases) leases, \
      \(done.leaks) of them leaked; \(done.forks) forks, \(done.kills) kills; \(memory)
      """)
    if let growth = memory.growth { throw Wrong("memory grows: \(growth)") }
  }

  private mutating func next() -> UInt64 {
    number += 1
    return seed &+ number
  }

  /// Programs at once beside one that does nearly nothing, which must not see the others.
  private mutating func playRound() async throws {
    let file = try SharedFile()
    let seeds = (0..<8).map { _ in next() }
    let bystander = try Bystander()
    let all = try await withThrowingTaskGroup(of: Done.self) { group in
      for (index, seed) in seeds.enumerated() {
        group.addTask {
          do {
            switch index % 4 {
            case 0: return try await PoolProgram(seed: seed).play()
            case 1: return try await onThread { try StatementProgram(seed: seed, file: file).play() }
            case 2: return try await StatementProgram(seed: seed, file: file).playAwaiting()
            default: return try StatementProgram(seed: seed, file: nil).play()
            }
          } catch {
            throw Wrong("program of seed \(seed), kind \(index % 4): \(error)")
          }
        }
      }
      return try await group.reduce(into: Done()) { $0.add($1) }
    }
    done.add(all)
    try bystander.check()
  }

  private mutating func playForked() throws {
    #if os(Linux)
      try ForkingProcess(seed: next()).play()
      done.forks += 1
    #endif
  }

  private mutating func playKilled() throws {
    #if os(Linux)
      try KilledProcess(seed: next()).play()
      done.kills += 1
    #endif
  }
}

struct Wrong: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}

/// Runs `body` on a thread of its own, which no task has.
func onThread<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
  }
}
