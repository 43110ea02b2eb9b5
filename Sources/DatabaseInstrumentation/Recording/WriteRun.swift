/// What statements in a row wrote to one table within one transaction.
///
/// Nearly all that a transaction does is such a run: a source counts it at the end of each statement, by itself and under the
/// lock of the log, and the ledger of the connection takes it as a whole. The layout is known to C as well.
package struct WriteRun: Sendable {
  /// Number of the transaction on its connection; 0: nothing may be added.
  package var transaction: UInt32 = 0
  /// Of the recording.
  package var scope: UInt32 = 0
  package var change = TableChange(table: 0, rows: RowTally())
  /// Statements.
  package var writes = 0
  /// Places of the first and the last of them, counted from 1.
  package var first: UInt64 = 0
  package var last: UInt64 = 0

  package init() {}

  init(transaction: UInt32, scope: UInt32) {
    self.transaction = transaction
    self.scope = scope
  }

  var isEmpty: Bool { writes == 0 }
}
