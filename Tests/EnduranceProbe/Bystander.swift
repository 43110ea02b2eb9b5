import DatabaseTesting
import Foundation
import TestSupport

/// A recording on a thread of its own that is open for a whole round, and sends two queries of its own.
final class Bystander: @unchecked Sendable {  // `recording` is read once the thread has said that it is there.
  private let mayGo = DispatchSemaphore(value: 0)
  private let hasBegun = DispatchSemaphore(value: 0)
  private let isDone = DispatchSemaphore(value: 0)
  private var recording: Recording?

  init() throws {
    let database = try withoutDatabaseRecording { try SQLiteDatabase() }
    Thread.detachNewThread { [self] in
      recording = recordDatabase {
        _ = try? database.rows("SELECT 1")
        hasBegun.signal()
        mayGo.wait()
        _ = try? database.rows("SELECT 2")
      }
      isDone.signal()
    }
    hasBegun.wait()
  }

  /// Ends it: it has seen nothing of others.
  func check() throws {
    mayGo.signal()
    isDone.wait()
    guard let recording, recording.statements.count == 2, recording.leases.isEmpty, !recording.isBlind else {
      throw Wrong("a recording beside others saw \(recording.map { "\($0)" } ?? "nothing")")
    }
  }

  deinit { mayGo.signal() }
}
