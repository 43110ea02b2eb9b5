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
