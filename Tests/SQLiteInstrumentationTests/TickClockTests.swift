import CSQLiteHooks
import DatabaseInstrumentation
import DatabaseSupport
import Dispatch
import Foundation
import TestSupport
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

  /// Where the kernel takes its time from the processor's counter, so does a thread.
  @Test(.needs(.interposition), .enabled(if: Self.kernelUsesCounter)) func theCounterIsUsed() {
    let end = monotonicNanoseconds() + 300_000_000
    var isUsed = false
    while !isUsed, monotonicNanoseconds() < end {
      _ = dbh_now()
      isUsed = dbh_clock_of_thread().window > 0
    }
    #expect(isUsed)
  }

  private static let kernelUsesCounter: Bool = {
    #if os(Linux) && arch(x86_64)
      let name = try? String(
        contentsOfFile: "/sys/devices/system/clocksource/clocksource0/current_clocksource", encoding: .utf8)
      return name == "tsc\n"
    #else
      return false
    #endif
  }()

  /// A counter of 2 GHz that was read together with the kernel's clock, and then again.
  private static let clock = dbh_tick_clock(ticks: 1_000, time: 5_000, rate: 1 << 31, window: 200_000)

  @Test(
    arguments: [
      (0, 0), (200_000, 100_000), (2_000_000, 1_000_500), (200_000_000, 100_150_000),
      // After long nothing is said.
      (7, 2_000_000_000),
    ] as [(UInt64, UInt64)])
  func agreesWithTheKernel(ticks: UInt64, time: UInt64) {
    withUnsafePointer(to: Self.clock) { #expect(dbh_agrees($0, $0.pointee.ticks + ticks, $0.pointee.time + time)) }
  }

  @Test(
    arguments: [
      // A rate that is wrong by 2 %, a counter that stood still, one that jumped, and one that went back.
      (2_000_000, 1_020_000), (0, 100_000), (4_000_000_000, 100_000), (1 << 40, 100_000), (UInt64.max - 500, 100_000),
    ] as [(UInt64, UInt64)])
  func disagreesWithTheKernel(ticks: UInt64, time: UInt64) {
    withUnsafePointer(to: Self.clock) { #expect(!dbh_agrees($0, $0.pointee.ticks &+ ticks, $0.pointee.time + time)) }
  }

  @Test func tellsTheTimeByTicks() {
    withUnsafePointer(to: Self.clock) {
      #expect(dbh_told_time($0, 0) == 5_000)
      #expect(dbh_told_time($0, 200_000) == 105_000)
    }
  }

  private func isRight() -> Bool {
    let before = monotonicNanoseconds()
    let now = dbh_now()
    let after = monotonicNanoseconds()
    return now + Self.tolerance >= before && now <= after + Self.tolerance
  }
}
