internal import CStatementLog

/// Exact counts of executions of one shape that were not kept one by one.
package struct DroppedStatements: Sendable {
  package var count = 0
  package var failures = 0
  package var rowsReturned = 0
  package var rowsChanged = 0
  /// Those that ran on the main thread.
  package var onMainThread: UInt32 = 0
  /// Those that ran on another thread that other tasks need.
  package var onSharedThread: UInt32 = 0
  /// Those whose thread is known.
  package var withThread: UInt32 = 0
  /// Those whose source does not tell what became of a transaction.
  package var withoutCounters: UInt32 = 0
  /// Those that changed one row or none.
  package var ofSingleRows: UInt32 = 0

  package init() {}

  /// An execution began.
  mutating func add(_ statement: StatementBeginning) {
    count += 1
    if statement.flags.contains(.mainThread) { onMainThread &+= 1 }
    if statement.flags.contains(.sharedThread) { onSharedThread &+= 1 }
    if statement.thread != 0 { withThread &+= 1 }
    if statement.flags.isDisjoint(with: [.hasCounters, .knowsTransaction]) { withoutCounters &+= 1 }
  }

  /// An execution ended.
  mutating func add(_ counts: StatementCounts, isFailure: Bool) {
    if isFailure { failures += 1 }
    rowsReturned += Int(counts.rowsReturned)
    rowsChanged += Int(max(0, counts.rowsChanged))
    if !isFailure, counts.rowsChanged == 0 || counts.rowsChanged == 1 { ofSingleRows &+= 1 }
  }

  package mutating func add(_ other: DroppedStatements) {
    count += other.count
    failures += other.failures
    rowsReturned += other.rowsReturned
    rowsChanged += other.rowsChanged
    onMainThread &+= other.onMainThread
    onSharedThread &+= other.onSharedThread
    withThread &+= other.withThread
    withoutCounters &+= other.withoutCounters
    ofSingleRows &+= other.ofSingleRows
  }
}

/// Executions of one shape on one connection that were not kept one by one.
package struct DroppedShape: Sendable {
  /// Index of the connection in the evidence.
  package var connection: Int32
  package var shape: UInt32
  package var statements: DroppedStatements
}
