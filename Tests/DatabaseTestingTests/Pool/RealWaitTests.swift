import DatabaseSupport
import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

/// A caller that nobody will serve: virtual time does not end its wait.
struct RealWaitTests {
  @Test func aNestedCheckoutIsTold() async throws {
    let pool = stubPool(size: 1, overflow: 0)
    let line = #line + 3
    let task = Task {
      try await RealWaitPatience.$current.withValue(.milliseconds(20)) {
        let outer = try await pool.checkout()
        defer { try? outer.checkin() }
        _ = try await pool.checkout()
      }
    }
    while pool.state.withLock({ $0.watch != .told }) { try await Task.sleep(for: .milliseconds(2)) }
    let message = pool.state.withLock { state in state.machine.describeWait(of: state.machine.queue[0]) }
    #expect(
      message == """
        Pool "main" (size 1, overflow 0): a caller has waited for some real seconds. Time is virtual: nothing times out \
        before advance(by:). It asked at RealWaitTests.swift:\(line + 2) in \(#function).
        Its connections are held by:
          lease 1 on connection 1, for 0 ns, at RealWaitTests.swift:\(line) in \(#function), of \(#function)
          this task waits for a lease that it holds itself: lease 1
        """)
    task.cancel()
    await #expect(throws: PoolCheckoutError.self) { try await task.value }
  }

  /// Somebody else has it: nothing is said of the task itself.
  @Test func aCallerThatWaitsForAnotherTask() async throws {
    let pool = stubPool(size: 1, overflow: 0)
    let held = try await pool.checkout()
    let waiter = await pool.waiter()
    let message = pool.state.withLock { state in state.machine.describeWait(of: state.machine.queue[0]) }
    #expect(!message.contains("holds itself"))
    #expect(message.contains("lease 1 on connection 1"))
    try held.checkin()
    try await waiter.value.checkin()
  }

  @Test func whoIsServedInTimeIsNotTold() async throws {
    let pool = stubPool(size: 1, overflow: 0)
    try await RealWaitPatience.$current.withValue(.milliseconds(20)) {
      for _ in 1...3 {
        let held = try await pool.checkout()
        let waiter = await pool.waiter()
        try held.checkin()
        try await waiter.value.checkin()
      }
    }
    // It looks as long as anybody waits, and not for ever.
    while pool.state.withLock({ $0.watch == .watched }) { try await Task.sleep(for: .milliseconds(2)) }
    #expect(pool.state.withLock { $0.watch == .unwatched })
  }
}
