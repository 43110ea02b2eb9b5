internal import CStatementLog
internal import DatabaseSupport

/// One execution of one SQL statement on one connection.
///
/// ```swift
/// let recording = try recordDatabase { try library.publish(draft) }
/// #expect(recording.inserts.first?.rowsChanged == 1)
/// ```
///
/// What the source cannot know (an ORM's log tells no rows) is `nil`, never zero.
public struct ExecutedStatement: Sendable, CustomStringConvertible {
  package let evidence: StatementEvidence
  package let index: Int

  package init(evidence: StatementEvidence, index: Int) {
    self.evidence = evidence
    self.index = index
  }

  package var record: StatementRecord { evidence.records[index] }

  /// Its place in the recording, from 1: the `#3` of messages.
  public var number: Int { index + 1 }

  /// What it shares with every other execution of the same statement.
  public var shape: StatementShape { evidence.shape(at: index) }

  /// Its text with a `?` for each value: values are never kept.
  public var sql: String { shape.normalizedSQL }

  /// What kind of statement it is.
  public var kind: StatementKind { shape.kind }

  /// When it began, from the beginning of the recording.
  public var start: Duration {
    .nanoseconds(max(0, Int64(clamping: record.start) - Int64(clamping: evidence.origin)))
  }

  /// From its first step to its last row or its reset; `nil` while it runs and where the source cannot tell.
  public var duration: Duration? {
    record.duration == StatementRecord.unknown ? nil : .nanoseconds(Int64(clamping: record.duration))
  }

  /// Rows that were read from it.
  public var rowsReturned: Int? {
    record.knownRows
  }

  /// Rows that it inserted, updated or deleted itself; those of triggers and foreign key actions do not count.
  public var rowsChanged: Int? {
    (hasOutcome || record.flags.contains(.knowsChanges)) && record.rowsChanged >= 0 ? Int(record.rowsChanged) : nil
  }

  /// What it cost in units that do not depend on the machine.
  public var cost: StatementCost? {
    guard hasOutcome else { return nil }
    return StatementCost(
      steps: Int(record.steps), fullScanSteps: Int(record.fullScanSteps), sorts: Int(record.sorts),
      automaticIndexRows: Int(record.automaticIndexRows))
  }

  /// Why it failed; `nil` when it did not, or when the source cannot tell.
  public var error: StatementError? {
    record.error == 0 ? nil : evidence.errors[Int(record.error) - 1]
  }

  /// The connection it ran on.
  public var connection: ConnectionInfo { evidence.connection(at: index).info }

  /// A number for the transaction it ran in, unique on its connection; `nil` in autocommit mode.
  public var transaction: Int? {
    record.transaction == 0 ? nil : Int(record.transaction)
  }

  /// The number of the statement that was still open around it, on the same connection and thread.
  public var enclosingStatement: Int? {
    guard record.parent != 0 else { return nil }
    return evidence.index(ofSequence: record.parent - 1).map { $0 + 1 }
  }

  /// Which relationship it loaded, and how; the first, where it loaded several. `nil` when it loaded none that is known.
  public var load: RelationshipLoad? { evidence.load(at: index) }

  /// Thread and the like.
  public var executionContext: ExecutionContext {
    ExecutionContext(
      threadID: Int(record.thread), isMainThread: record.flags.contains(.mainThread),
      isSharedThread: record.flags.contains(.sharedThread), isUncertain: record.flags.contains(.unknownExecutor))
  }

  /// The line of the app that issued it.
  ///
  /// Where the app has a function of its own through which all its statements go, the line that called it. Known for
  /// reads, for the first eight executions of each other shape in a recording, of `PRAGMA`, `COMMIT`, `ROLLBACK`, `RELEASE` and reads of the catalogue for the
  /// first alone, and for those that failed. Symbolicated when it is read, which takes milliseconds the first time.
  public var callSite: CallSite? { evidence.callSite(at: index)?.site }

  /// Whether it never ran because it could not be prepared.
  package var isPrepareFailure: Bool { record.flags.contains(.notPrepared) }

  package var hasOutcome: Bool {
    record.flags.contains(.hasCounters) && record.duration != StatementRecord.unknown
  }

  /// One line of a timeline: `#3 SELECT * FROM book WHERE authorId = ?  4 rows, 0.2 ms`.
  public var description: String {
    var parts: [String] = []
    if let error {
      parts.append("failed: \(error)")
    } else {
      if let rowsReturned, kind == .select || rowsReturned > 0 { parts.append(rowsReturned.counted("row")) }
      if let rowsChanged, kind.isWrite { parts.append("\(rowsChanged.counted("row")) changed") }
    }
    if let duration { parts.append(duration.readable) }
    if record.duration == StatementRecord.unknown && record.flags.contains(.hasCounters) { parts.append("still open") }
    let text = sql.isEmpty ? "(no SQL)" : sql
    return ("#\(number) \(text)" + (parts.isEmpty ? "" : "  " + parts.joined(separator: ", "))).singleLine
  }
}
