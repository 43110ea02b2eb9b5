import DatabaseSupport
import Dispatch
import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

/// A listener may use the pool that it listens to, as one does that keeps events in a table.
struct PoolListenerTests {
  @Test func aListenerIsNotToldOfWhatItDoesItself() throws {
    let pool = stubPool(size: 2)
    let own = Locked<[String]>([])
    let others = Locked<[String]>([])
    pool.monitor.addListener { event in
      own.withLock { $0.append(event.kind.name) }
      try? pool.withConnectionImmediately { _ in }
    }
    pool.monitor.addListener { event in others.withLock { $0.append(event.kind.name) } }
    try pool.withConnectionImmediately { _ in }
    #expect(own.withLock { $0 } == ["firstConnect", "connect", "checkout", "reset", "checkin"])
    // Five that the first one is told of, and what it does at each.
    #expect(others.withLock { $0.filter { $0 == "checkout" }.count } == 6)
    #expect(others.withLock { $0.filter { $0 == "checkin" }.count } == 6)
    try pool.withConnectionImmediately { _ in }
    #expect(own.withLock { $0.count } == 8)
  }

  @Test func twoThatUseThePoolAreEachToldOfTheOther() throws {
    let pool = stubPool(size: 3)
    let told = Locked([0, 0])
    for index in 0...1 {
      pool.monitor.addListener { event in
        guard event.kind == .checkin else { return }
        told.withLock { $0[index] += 1 }
        try? pool.withConnectionImmediately { _ in }
      }
    }
    try pool.withConnectionImmediately { _ in }
    // Of the test's return, and of the other one's.
    #expect(told.withLock { $0 } == [2, 2])
  }

  /// Of two pools, each of whose listeners uses the other one.
  @Test func aCircleOfPoolsEnds() throws {
    let (first, second) = (stubPool(name: "first"), stubPool(name: "second"))
    let told = Locked(0)
    for (pool, other) in [(first, second), (second, first)] {
      pool.monitor.addListener { _ in
        told.withLock { $0 += 1 }
        try? other.withConnectionImmediately { _ in }
      }
    }
    try first.withConnectionImmediately { _ in }
    #expect(told.withLock { $0 } < 100)
  }

  /// In a task that the listener begins it is its own doing as well.
  @Test func aTaskOfAListenerIsItsOwnDoing() async throws {
    let pool = stubPool(size: 2)
    let told = Locked(0)
    let done = AsyncStream<Void>.makeStream()
    pool.monitor.addListener { event in
      guard event.kind == .checkin else { return }
      told.withLock { $0 += 1 }
      Task {
        try? await pool.withConnection { _ in }
        done.continuation.yield()
      }
    }
    try pool.withConnectionImmediately { _ in }
    for await _ in done.stream { break }
    #expect(told.withLock { $0 } == 1)
  }

  /// Another task that uses the pool meanwhile is told of.
  @Test func whatOthersDoMeanwhileIsTold() throws {
    let pool = stubPool(size: 4)
    let threads = Locked<[String: Int]>([:])
    pool.monitor.addListener { event in
      guard event.kind == .checkin else { return }
      threads.withLock { $0[event.kind.name, default: 0] += 1 }
      try? pool.withConnectionImmediately { _ in }
    }
    DispatchQueue.concurrentPerform(iterations: 50) { _ in try? pool.withConnectionImmediately { _ in } }
    #expect(threads.withLock { $0["checkin"] } == pool.monitor.count(of: .checkin) - 50)
  }
}
