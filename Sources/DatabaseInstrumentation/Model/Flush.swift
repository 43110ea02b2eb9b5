/// What one transaction wrote, or one flush of an ORM's session.
///
/// ```swift
/// let recording = try recordDatabase { try library.publish(draft) }
/// #expect(recording.flushes.first?.inserted == ["book": 1, "page": 12])
/// ```
///
/// A count is of row changes: a row that is inserted and then deleted in one transaction counts in both, and an update that
/// changes nothing counts as the database counts it. Rows that `REPLACE` removes are deleted, and changes by triggers and
/// foreign key actions count; ``indirect`` tells them apart. Rows of SQLite's virtual tables, such as those of a full text search,
/// are theirs; the tables that they keep their content in are left out, and what a trigger writes to a virtual table is not told.
public struct Flush: Sendable, CustomStringConvertible {
  /// Rows that were inserted and lasted, by table.
  ///
  /// Without those that a savepoint undid; nothing after a rollback, and nothing where a transaction that began in the
  /// recording was still open when it ended. Of a transaction that was open when the recording began, what it had not
  /// undone when the recording or the transaction ended.
  public var inserted: [String: Int] { lasting.inserted }
  /// Rows that were updated, and whose update lasted, by table.
  public var updated: [String: Int] { lasting.updated }
  /// Rows that were deleted, and whose deletion lasted, by table.
  public var deleted: [String: Int] { lasting.deleted }
  /// What ran, whether or not it lasted.
  public let executed: RowChanges
  /// What triggers and foreign key actions did, among ``executed``.
  public let indirect: RowChanges
  /// The columns that updates changed, by table; empty unless asked for, as by `SQLiteInstrumentor.recordsUpdatedColumns`.
  public let updatedColumns: [String: Set<String>]
  /// Whether its transaction was committed.
  public let isCommitted: Bool
  /// Whether all its row changes are known; not where SQLite cannot tell them.
  public let isComplete: Bool
  /// What the ORM calls its session; `nil` for a transaction.
  public let session: String?
  /// What the ORM announced to write; `nil` for a transaction.
  public let announced: RowChanges?
  /// The numbers of the first and the last of its statements, where they were kept one by one.
  public let statementNumbers: ClosedRange<Int>?

  package let lasting: RowChanges
  /// The order of what lasted.
  package let rows: [TableRows]

  package init(
    lasting: [TableRows], executed: [TableRows], updatedColumns: [String: Set<String>], isCommitted: Bool,
    isComplete: Bool, session: String?, announced: RowChanges?, statementNumbers: ClosedRange<Int>?
  ) {
    self.lasting = RowChanges(lasting)
    self.executed = RowChanges(executed)
    indirect = RowChanges(executed) { $0.indirect }
    self.updatedColumns = updatedColumns
    self.isCommitted = isCommitted
    self.isComplete = isComplete
    self.session = session
    self.announced = announced
    self.statementNumbers = statementNumbers
    rows = lasting
  }

  /// `inserted book 1, page 12`, and what was undone.
  public var description: String {
    let name = session.map { "flush \"\($0)\": " } ?? ""
    let undone = executed == lasting ? "" : " (executed: \(executed))"
    return "\(name)\(lasting)\(undone)\(isCommitted ? "" : ", not committed")"
  }
}
