import CSQLiteForTests
import DatabaseTesting
import Dispatch
import Foundation
import TestSupport
import Testing

/// What a recording counts is what the test itself counted.
///
/// `DATABASE_TESTING_STATEMENTS=1000000` runs as many statements; `Tests/run` does.
@Suite struct ExactnessTests {
  private static let statements =
    ProcessInfo.processInfo.environment["DATABASE_TESTING_STATEMENTS"].flatMap { Int($0) } ?? 40_000

  @Test func eightThreadsAreCountedExactly() throws {
    let texts = [
      "SELECT id FROM author WHERE id = ?", "SELECT id FROM book WHERE authorId = ?", "SELECT count(*) FROM setting",
      "INSERT OR REPLACE INTO setting (key) VALUES (?)", "UPDATE setting SET value = 'x' WHERE key = ?",
      "DELETE FROM setting WHERE key = ?",
    ]
    let (threads, each) = (8, Self.statements / 8)
    let recorder = LockedCounts()
    let shops = try withoutDatabaseRecording { try (0..<threads).map { _ in try Shop() } }
    let recording = withDatabaseRecorder { recording -> Recording in
      DispatchQueue.concurrentPerform(iterations: threads) { thread in
        // The task is lost on these threads: each one takes it up again.
        recording.bind {
          let prepared = texts.compactMap { try? shops[thread].database.prepare($0) }
          var counts = [Int](repeating: 0, count: texts.count)
          var state = UInt64(thread) &* 7919 &+ 1
          for number in 0..<each {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let choice = Int(state >> 33) % texts.count
            sqlite3_bind_int64(prepared[choice], 1, Int64(number % 50))
            while sqlite3_step(prepared[choice]) == SQLITE_ROW {}
            sqlite3_reset(prepared[choice])
            counts[choice] += 1
          }
          for statement in prepared { sqlite3_finalize(statement) }
          recorder.add(counts)
        }
      }
      return recording.recording
    }
    for (text, count) in zip(texts, recorder.counts) {
      #expect(recording.statements.matching(text).count == count, "\(text)")
    }
    #expect(recording.statements.count == threads * each)
    // Threads that find room for one more statement at the same time each keep theirs.
    let kept = threads * each - recording.droppedCount
    #expect(kept <= DatabaseRecorder.defaultDetailLimit + threads)
    #expect(!recording.isBlind)
  }
}

private final class LockedCounts: @unchecked Sendable {  // Touched under its lock alone.
  private let lock = NSLock()
  private(set) var counts: [Int] = []

  func add(_ more: [Int]) {
    lock.lock()
    defer { lock.unlock() }
    counts = counts.isEmpty ? more : zip(counts, more).map(+)
  }
}
