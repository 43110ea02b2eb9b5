import CSQLiteHooks
import DatabaseInstrumentation
import Dispatch
import Foundation
import Testing

/// The clock of statements is the monotonic one, however it is read.
struct TickClockTests {
  /// What it may be wrong by, in nanoseconds.
  private static let tolerance: UInt64 = 1_000

  private static let latest = Locked(UInt64(0))

  @Test func isBetweenReadingsOfTheMonotonicClock() {
    var wrong = 0
    // Long enough for its rate to be found, and to be set by the kernel's clock many times.
    let end = monotonicNanoseconds() + 300_000_000
    while monotonicNanoseconds() < end {
      for _ in 0..<100 where !isRight() { wrong += 1 }
    }
    #expect(wrong == 0)
  }

  @Test func isRightAfterTheThreadHasSlept() {
    for milliseconds in [0, 1, 5, 30, 1_200] {
      _ = dbh_now()
      Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000)
      #expect(isRight())
    }
  }

  /// What one thread has read is not later than what another one reads after it.
  @Test func threadsReadTheSame() async {
    let end = monotonicNanoseconds() + 200_000_000
    let wrong = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var wrong = 0
          while monotonicNanoseconds() < end {
            Self.latest.withLock { latest in
              let now = dbh_now()
              if now + Self.tolerance < latest { wrong += 1 }
              latest = max(latest, now)
            }
          }
          return wrong
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wrong == 0)
  }

  private func isRight() -> Bool {
    let before = monotonicNanoseconds()
    let now = dbh_now()
    let after = monotonicNanoseconds()
    return now + Self.tolerance >= before && now <= after + Self.tolerance
  }
}
