/// What a statement cost in units that are the same on every machine and in every run.
///
/// From [`sqlite3_stmt_status`](https://www.sqlite.org/c3ref/c_stmtstatus_counter.html), for one execution.
public struct StatementCost: Sendable, Hashable {
  /// Instructions of SQLite's virtual machine.
  public let steps: Int
  /// Steps forward in a table scan that used no index.
  public let fullScanSteps: Int
  /// Sort operations that no index could save.
  public let sorts: Int
  /// Rows put into indexes that SQLite made for this statement alone.
  public let automaticIndexRows: Int

  package init(steps: Int, fullScanSteps: Int, sorts: Int, automaticIndexRows: Int) {
    self.steps = steps
    self.fullScanSteps = fullScanSteps
    self.sorts = sorts
    self.automaticIndexRows = automaticIndexRows
  }
}
