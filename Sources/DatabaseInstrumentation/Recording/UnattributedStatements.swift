internal import DatabaseSupport
internal import Synchronization

/// A statement that belongs to no recording although one was running.
package struct UnattributedStatement: Sendable {
  package enum Reason: Sendable {
    /// Neither its task nor its connection belongs to a recording.
    case noTask
    /// The recording of its task or connection had ended.
    case afterTheRecording
    /// It carries no task, and several recordings use its database.
    case sharedConnection
    /// A log message told of it without a task, while several recordings ran that may use what logs.
    case sharedLog
  }

  package var shape: UInt32
  package var connection: ConnectionInfo
  /// Nanoseconds of the monotonic clock.
  package var time: UInt64
  package var reason: Reason
  /// What is known of its database's tables.
  package var schema: SchemaFacts

  /// Its shape, as its database understands it.
  package var shown: StatementShape { ShapeTable.shared[shape].shown(in: schema) }
}

/// Counts such statements for the process, and keeps the latest as evidence for recordings that saw nothing.
package final class UnattributedStatements: Sendable {
  package static let shared = UnattributedStatements()

  private let total = Atomic<Int>(0)
  private let latest = Locked<[UnattributedStatement]>([])

  private static let keptCount = 64

  /// What ran while recordings did, at most twice the limit of one: what is older is gone.
  private let intervals = Locked<[UnattributedInterval]>([])

  package var count: Int {
    total.load(ordering: .relaxed)
  }

  func add(_ statement: UnattributedStatement) {
    // A program that only sends telemetry has no recording that a statement could belong to.
    guard RecordingActivity.shared.isRecording else { return }
    let number = total.wrappingAdd(1, ordering: .relaxed).oldValue
    latest.withLock { latest in
      if latest.count < Self.keptCount {
        latest.append(statement)
      } else {
        latest[number % Self.keptCount] = statement
      }
    }
  }

  /// The latest ones of an interval, oldest first.
  package func samples(from start: UInt64, to end: UInt64) -> [UnattributedStatement] {
    latest.withLock { $0.filter { $0.time >= start && $0.time <= end } }.sorted { $0.time < $1.time }
  }

  /// The intervals whose statements are kept now.
  package var kept: [UnattributedInterval] { intervals.withLock { $0 } }

  /// The scope that keeps a statement for recordings that may be meant.
  ///
  /// - Parameter isOfOne: Whether no more than one tree of recordings may be.
  func scope(isOfOne: Bool) -> RecordingScope? {
    guard RecordingActivity.shared.isRecording else { return nil }
    return intervals.withLock { intervals in
      if intervals.last?.isFull != false { intervals = intervals.suffix(1) + [UnattributedInterval()] }
      return isOfOne ? intervals.last?.ofOne : intervals.last?.all
    }
  }

  /// The last recording of the process ended.
  func endInterval() {
    intervals.withLock { intervals in
      // Another one may have begun meanwhile.
      if !RecordingActivity.shared.isRecording { intervals = [] }
    }
  }
}

/// Statements that no recording takes, one by one, with what is known of each.
package struct UnattributedInterval: Sendable {
  let all: RecordingScope
  /// Inside of it: those that can only be of one tree of recordings that runs, or of none.
  let ofOne: RecordingScope

  private static let limit = 10_000

  fileprivate init() {
    all = RecordingScope(role: .unattributed, parent: nil, detailLimit: Self.limit)
    ofOne = RecordingScope(role: .unattributed, parent: all, detailLimit: 0)
  }

  fileprivate var isFull: Bool { !all.store.room.hasSome }
}
