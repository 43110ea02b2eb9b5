package import CStatementLog

/// Rows that one statement changed in one table.
package struct TableChange: Sendable {
  /// Number of the table on its connection.
  package var table: UInt32
  package var rows: RowTally

  package init(table: UInt32, rows: RowTally) {
    self.table = table
    self.rows = rows
  }
}

extension TableChange {
  /// As a source counted them that is written in C.
  package init(_ changes: dsl_row_changes) {
    self.init(
      table: changes.table,
      rows: RowTally(
        inserted: RowCount(
          Int(changes.counts.0), indirect: Int(changes.indirect.0), first: changes.first.0, last: changes.last.0),
        updated: RowCount(
          Int(changes.counts.1), indirect: Int(changes.indirect.1), first: changes.first.1, last: changes.last.1),
        deleted: RowCount(
          Int(changes.counts.2), indirect: Int(changes.indirect.2), first: changes.first.2, last: changes.last.2),
        updatedColumns: changes.columns))
  }
}
