internal import CSQLiteHooks
internal import DatabaseInstrumentation
internal import DatabaseSupport

extension SQLiteInstrumentor {
  /// Whether recordings are told which rows a transaction changed.
  ///
  /// On where `DatabaseTesting` is linked, off otherwise. A connection follows it from its next statement on. It takes
  /// SQLite's [preupdate hook](https://www.sqlite.org/c3ref/preupdate_blobwrite.html), which turns the
  /// [truncate optimisation](https://www.sqlite.org/lang_delete.html#the_truncate_optimization) off: a `DELETE` without
  /// `WHERE` takes about ten times as long.
  package static var recordsRowChanges: Bool {
    get { dbh_row_changes_enabled() }
    set { dbh_set_row_changes(newValue) }
  }

  /// Whether recordings are also told which columns an update changed: `Flush.updatedColumns`.
  ///
  /// Off by default: the old and the new value of each column of each updated row are compared. Neither is kept.
  public static var recordsUpdatedColumns: Bool {
    get { dbh_updated_columns_enabled() }
    set { dbh_set_updated_columns(newValue) }
  }

  /// Whether this SQLite library can tell all row changes: whether it was built with `SQLITE_ENABLE_PREUPDATE_HOOK`.
  ///
  /// Where it was not, the [update hook](https://www.sqlite.org/c3ref/update_hook.html) tells most of them, and a recording
  /// says what it does not know.
  public static var tellsRowChanges: Bool { dbh_has_preupdate_hook() }
}

func tableNamed(
  _ context: UnsafeMutableRawPointer?, _ number: UInt32, _ database: UnsafePointer<CChar>?,
  _ name: UnsafePointer<CChar>?
) {
  guard let database, let name else { return }
  let table = TableName(database: String(cString: database), name: String(cString: name))
  connection(context)?._withUnsafeGuaranteedRef { $0.transactions.name(table: number, table) }
}

func statementSettled(_ context: UnsafeMutableRawPointer?, _ step: UnsafePointer<dbh_step>?) {
  guard RecordingActivity.shared.isRecording, let step, let connection = connection(context) else { return }
  connection._withUnsafeGuaranteedRef { connection in settle(step.pointee, on: connection) }
}

private func settle(_ step: dbh_step, on connection: ObservedConnection) {
  var ending = TransactionLedger.Ending()
  var log = step.log.map { Unmanaged<StatementLog>.fromOpaque($0).takeUnretainedValue() }
  if step.is_loose, let own = connection.logOfTask {
    log = own.log
    ending.place.scope = own.scope
  } else if log != nil {
    ending.place.scope = step.scope
    ending.place.statement = step.place
  }
  ending.control = step.control.flatMap { TransactionControl(String(cString: $0)) }
  ending.isWrite = (step.is_write || step.defines) && !step.is_again
  ending.hasFailed = step.has_failed || step.is_undone
  ending.keepsChanges = !step.is_undone
  ending.beganInAutocommit = step.began_in_autocommit
  ending.inAutocommit = step.in_autocommit
  if step.knows_commit { ending.reachedDatabase = step.reached_database }
  ending.time = step.time
  ending.isComplete = !step.is_incomplete

  var first: TableChange?
  var rest: [TableChange] = []
  if step.change_count > 0, let changes = step.changes {
    first = TableChange(changes[0])
    if step.change_count > 1 { rest = (1..<step.change_count).map { TableChange(changes[$0]) } }
  }
  if step.follows_updates {
    var account = updateAccount(of: step, on: connection)
    if let first { account.told.append(told(first, on: connection)) }
    account.told += rest.map { told($0, on: connection) }
    let reading = account.reading(connection.database.schema.writing)
    if !reading.isComplete { ending.isComplete = false }
    ending.keepsChanges = reading.keepsChanges
    ending.hasFailed = step.has_failed
    rest = reading.changes.map { change in
      TableChange(
        table: change.number ?? connection.transactions.number(ofTable: change.table), rows: change.rows)
    }
    first = rest.isEmpty ? nil : rest.removeFirst()
  } else if step.is_write, step.direct == 0, step.changed > 0 {
    let told = toldByCount(step, on: connection)
    if !step.has_row_hook || told == nil { ending.isComplete = false }
    if let told {
      if let known = first { rest.append(known) }
      first = told
    }
  } else if step.is_write, !step.has_row_hook, step.changed != 0 || step.is_busy {
    ending.isComplete = false
  }
  if step.may_have_shadows, step.is_write, step.changed > 0,
    let counted = virtualRows(step, (first.map { [$0] } ?? []) + rest, on: connection)
  {
    first = counted
    rest = []
  }
  connection.transactions.settle(
    ending, in: log, first: first, rest: rest, transactions: (step.transaction_before, step.transaction))
}

/// Without a hook, and for tables that have none (virtual ones, and a `DELETE` that was prepared before the hook was there),
/// SQLite's count of the statement's own changes tells.
private func toldByCount(_ step: dbh_step, on connection: ObservedConnection) -> TableChange? {
  let shape = ShapeTable.shared[step.shape]
  guard let table = shape.tables.first(where: { $0.role == .written }) else { return nil }
  let number = connection.transactions.number(
    ofTable: TableName(database: table.schema?.asciiLowercased ?? "main", name: table.name))
  let count = RowCount(Int(step.changed), first: step.time, last: step.time)
  let rows: RowTally
  switch shape.kind {
  case .insert: rows = RowTally(inserted: count)
  case .update: rows = RowTally(updated: count)
  default: rows = RowTally(deleted: count)
  }
  return TableChange(table: number, rows: rows)
}

/// What a statement did to a virtual table, of which SQLite counts the rows and tells those of the tables that keep its content.
///
/// - Returns: `nil` where it wrote to a table of its own, be it called like such a one.
private func virtualRows(
  _ step: dbh_step, _ changes: [TableChange], on connection: ObservedConnection
) -> TableChange? {
  guard let target = ShapeTable.shared[step.shape].tables.first(where: { $0.role == .written }),
    var counted = toldByCount(step, on: connection)
  else { return nil }
  var (first, last) = (UInt64.max, UInt64(0))
  for change in changes {
    guard let name = connection.transactions.name(of: change.table)?.name,
      VirtualTable.mayKeepContent(of: target.name, in: name)
    else { return nil }
    for operation in RowOperation.allCases where change.rows[operation].count > 0 {
      first = min(first, change.rows[operation].first)
      last = max(last, change.rows[operation].last)
    }
  }
  for operation in RowOperation.allCases where counted.rows[operation].count > 0 {
    counted.rows[operation].first = first
    counted.rows[operation].last = last
  }
  return counted
}
