/// One execution of a statement as it is kept while a recording runs: 112 bytes, no references.
package struct StatementRecord: Sendable {
  /// Its place in the order of the whole recording tree.
  package var sequence: UInt64 = 0
  /// Nanoseconds of the monotonic clock.
  package var start: UInt64
  /// Nanoseconds; `unknown` while it runs, and where the source cannot know.
  package var duration: UInt64 = Self.unknown
  /// Tells the values apart; 0: unknown, or the answer depends on more than them.
  package var parameters: UInt64 = 0
  /// The sequence number of the statement that was open around this one, plus 1; 0: none.
  package var parent: UInt64 = 0
  package var shape: UInt32
  package var scope: UInt32
  /// Index into the store's stacks, plus 1; 0: not captured.
  package var stack: UInt32 = 0
  package var transaction: UInt32 = 0
  package var rowsReturned: UInt32 = 0
  package var rowsChanged: Int32 = -1
  package var steps: UInt32 = 0
  package var fullScanSteps: UInt32 = 0
  package var sorts: UInt32 = 0
  package var automaticIndexRows: UInt32 = 0
  package var thread: UInt32 = 0
  /// Index into the store's errors, plus 1; 0: none.
  package var error: UInt32 = 0
  /// Index into the store's declared loads, plus 1; 0: none was declared.
  package var load: UInt32 = 0
  package var flags: Flags = []
  /// How many values each column of its key is compared with, as in `KeyHashes`.
  package var keyCounts: UInt16 = 0
  /// Tell the values of its key apart.
  package var keyWords: (UInt32, UInt32, UInt32) = (0, 0, 0)
  /// Changes with each commit to the databases of its connection, as this one knew of it when it ended; 0: unknown.
  package var version: UInt32 = 0

  package static let unknown = UInt64.max

  package init(start: UInt64, shape: UInt32, scope: UInt32) {
    self.start = start
    self.shape = shape
    self.scope = scope
  }

  package struct Flags: OptionSet, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
      self.rawValue = rawValue
    }

    /// Ran on the main thread, the main actor or the main queue.
    package static let mainThread = Flags(rawValue: 1)
    /// Began outside of a transaction.
    package static let autocommit = Flags(rawValue: 2)
    /// Belongs to its scope because its connection does, not because its task does.
    package static let viaConnection = Flags(rawValue: 4)
    /// The source can tell rows, changes and cost.
    package static let hasCounters = Flags(rawValue: 8)
    /// Reset before its last row.
    package static let unfinished = Flags(rawValue: 16)
    /// Could not be prepared: it never ran.
    package static let notPrepared = Flags(rawValue: 32)
    /// Left its connection outside of a transaction.
    package static let endsInAutocommit = Flags(rawValue: 64)
    /// The source tells of transactions, and of that around this statement, though not what the statement cost.
    package static let knowsTransaction = Flags(rawValue: 0x80)
    /// Whether it ran on the main actor or on a shared thread cannot be told: Swift's runtime is not as it is known.
    package static let unknownExecutor = Flags(rawValue: 0x100)
    /// Ran on a thread that other tasks need.
    package static let sharedThread = Flags(rawValue: 0x200)
    /// A value was too large to be told apart from others, or was told in a way that others are told in as well.
    package static let unknownValues = Flags(rawValue: 0x400)
    /// The source can tell rows, though not what the statement cost.
    package static let knowsRows = Flags(rawValue: 0x1000)
    /// The source can tell the rows that were changed, though not what the statement cost.
    package static let knowsChanges = Flags(rawValue: 0x2000)
    /// A log message told of it, and nobody how it ended.
    package static let fromLog = Flags(rawValue: 0x4000)
    /// Only the span of an ORM told of it, and those are not there for all that it sends.
    package static let fromORM = Flags(rawValue: 0x8000)
    /// Its text inserts one row at most.
    package static let insertsOneRow = Flags(rawValue: 0x800)
  }
}

extension StatementRecord {
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
package struct StatementCounts: Sendable {
  package var duration: UInt64
  package var rowsReturned: UInt32
  package var rowsChanged: Int32
  package var steps: UInt32
  package var fullScanSteps: UInt32
  package var sorts: UInt32
  package var automaticIndexRows: UInt32
  package var transaction: UInt32
  package var isUnfinished: Bool
  package var endsInAutocommit: Bool
  /// Whether `rowsReturned` is known.
  package var hasRows: Bool
  /// Whether `duration` is known.
  package var hasDuration: Bool
  package var version: UInt32 = 0

  package init(
    duration: UInt64, rowsReturned: UInt32, rowsChanged: Int32, steps: UInt32, fullScanSteps: UInt32, sorts: UInt32,
    automaticIndexRows: UInt32, transaction: UInt32, isUnfinished: Bool, endsInAutocommit: Bool
  ) {
    self.duration = duration
    self.rowsReturned = rowsReturned
    self.rowsChanged = rowsChanged
    self.steps = steps
    self.fullScanSteps = fullScanSteps
    self.sorts = sorts
    self.automaticIndexRows = automaticIndexRows
    self.transaction = transaction
    self.isUnfinished = isUnfinished
    self.endsInAutocommit = endsInAutocommit
    hasRows = true
    hasDuration = true
  }
}

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
    self.init(
      duration: duration, rowsReturned: 0, rowsChanged: -1, steps: 0, fullScanSteps: 0, sorts: 0, automaticIndexRows: 0,
      transaction: 0, isUnfinished: false, endsInAutocommit: true, error: error)
    counts.hasRows = false
  }

  package init(
    duration: UInt64, rowsReturned: UInt32, rowsChanged: Int32, steps: UInt32, fullScanSteps: UInt32, sorts: UInt32,
    automaticIndexRows: UInt32, transaction: UInt32, isUnfinished: Bool, endsInAutocommit: Bool, error: StatementError?
  ) {
    counts = StatementCounts(
      duration: duration, rowsReturned: rowsReturned, rowsChanged: rowsChanged, steps: steps,
      fullScanSteps: fullScanSteps, sorts: sorts, automaticIndexRows: automaticIndexRows, transaction: transaction,
      isUnfinished: isUnfinished, endsInAutocommit: endsInAutocommit)
    self.error = error
  }
}

/// Where the record of a statement is.
package struct StatementSlot: @unchecked Sendable {  // The log touches the record, under its lock.
  package let log: StatementLog
  package let scope: UInt32
  package let shape: UInt32
  /// Of the log: a record of an earlier one is gone.
  package let generation: UInt32
  /// `nil`: past the limit of details, counted only.
  package var record: UnsafeMutablePointer<StatementRecord>?
  /// The number of the record in its log, counted from 1; 0: it has none.
  package var place: UInt64 = 0
  /// Whether a source may write further executions by itself: no call site of them is wanted.
  package var isSettled = false

  package init(log: StatementLog, scope: UInt32, shape: UInt32, generation: UInt32) {
    self.log = log
    self.scope = scope
    self.shape = shape
    self.generation = generation
  }
}
