internal import CSQLiteHooks
package import DatabaseInstrumentation

/// What is told of a statement where the library has no preupdate hook, without the rows.
func updateAccount(of step: dbh_step, on connection: ObservedConnection) -> HookReconciliation {
  connection.database.schema.writing.require()
  var account = HookReconciliation(ShapeTable.shared[step.shape])
  account.changed = Int(step.changed)
  account.total = Int(step.total)
  account.hasFailed = step.has_failed
  account.saysFail = step.says_fail
  account.isUnfinished = step.is_busy
  account.isHookCertain = step.is_hook_certain
  account.time = step.time
  return account
}

func told(_ change: TableChange, on connection: ObservedConnection) -> HookReconciliation.Change {
  HookReconciliation.Change(
    table: connection.transactions.name(of: change.table) ?? TableName(database: "", name: ""),
    number: change.table, rows: change.rows)
}

/// Takes the row changes of one connection from somebody who hears them, as GRDB's transaction observers do.
package struct RowChangeReceiver: @unchecked Sendable {  // Told on the connection's own thread, while it is open.
  private let connection: UnsafeMutableRawPointer

  /// - Returns: `nil` for a connection that is not instrumented, or whose row changes are heard already.
  package init?(_ connection: OpaquePointer) {
    guard let known = dbh_observe_rows(UnsafeMutableRawPointer(connection)) else { return nil }
    self.connection = known
  }

  /// A row was changed by the statement that is running.
  package func tell(_ operation: RowOperation, database: String, table: String) {
    // As SQLite numbers them: SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE.
    let code: Int32
    switch operation {
    case .insert: code = 18
    case .update: code = 23
    case .delete: code = 9
    }
    dbh_tell_row(connection, code, database, table)
  }
}
