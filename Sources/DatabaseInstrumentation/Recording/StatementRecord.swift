package import CStatementLog

/// One execution of a statement as it is kept while a recording runs. What it has is said where its layout is, in `CStatementLog.h`.
package typealias StatementRecord = dsl_record

extension dsl_flags {
  /// As for every option set, without its generic calls, which a debug build does not specialise: it is asked of each statement.
  package func contains(_ other: dsl_flags) -> Bool { rawValue & other.rawValue == other.rawValue }
}

extension StatementRecord {
  package typealias Flags = dsl_flags

  /// Of `duration`.
  package static let unknown = UInt64.max

  package init(start: UInt64, shape: UInt32, scope: UInt32) {
    self = dsl_make_record(start, shape, scope)
  }

  package var keys: KeyHashes { KeyHashes(keyWords, counts: keyCounts) }

  mutating func take(_ values: ValueHashes) {
    parameters = values.parameters
    keyWords = values.keys.words
    keyCounts = values.keys.counts
    if values.hasUnknown { flags.insert(.unknownValues) }
  }

  /// Rows that were read, where the source can tell and the statement ended.
  package var knownRows: Int? {
    guard duration != Self.unknown, flags.contains(.hasCounters) || flags.contains(.knowsRows) else { return nil }
    return Int(rowsReturned)
  }
}

/// What a source tells when a statement begins.
package struct StatementBeginning {
  package var shape: UInt32
  /// Nanoseconds of the monotonic clock; 0: when its record is written.
  package var start: UInt64
  package var thread: UInt32
  package var flags: StatementRecord.Flags
  package var transaction: UInt32
  /// The statement that is open around this one.
  package var parent: StatementSlot?
  package var isRead: Bool
  /// Whether nobody asks where further executions come from.
  package var hasOneSite = false

  package init(
    shape: UInt32, start: UInt64, thread: UInt32, flags: StatementRecord.Flags, transaction: UInt32,
    parent: StatementSlot?, isRead: Bool
  ) {
    self.shape = shape
    self.start = start
    self.thread = thread
    self.flags = flags
    self.transaction = transaction
    self.parent = parent
    self.isRead = isRead
  }
}

/// What a source tells in numbers when a statement ended.
package typealias StatementCounts = dsl_ending

/// What a source tells when a statement ended; a statement that goes on after a schema change ends twice.
package struct StatementOutcome: Sendable {
  package var counts: StatementCounts
  package var error: StatementError?

  package var duration: UInt64 { counts.duration }

  /// Rows that were read, where the source can tell.
  package var knownRows: UInt32? { counts.hasRows ? counts.rowsReturned : nil }

  package init(_ counts: StatementCounts, error: StatementError?) {
    self.counts = counts
    self.error = error
  }

  /// Of a source that tells neither rows nor cost.
  package init(duration: UInt64, error: StatementError? = nil) {
    counts = StatementCounts()
    counts.duration = duration
    counts.hasDuration = true
    counts.rowsChanged = -1
    counts.endsInAutocommit = true
    self.error = error
  }
}

/// Where the record of a statement is.
package struct StatementSlot: @unchecked Sendable {  // The log touches the record, under its lock.
  package let log: StatementLog
  package let scope: UInt32
  package let shape: UInt32
  /// Without a record past the limit of details: counted only.
  package var kept: dsl_slot
  /// Whether a source may write further executions by itself: no call site of them is wanted.
  package var isSettled = false

  package init(log: StatementLog, scope: UInt32, shape: UInt32, kept: dsl_slot) {
    self.log = log
    self.scope = scope
    self.shape = shape
    self.kept = kept
  }
}
