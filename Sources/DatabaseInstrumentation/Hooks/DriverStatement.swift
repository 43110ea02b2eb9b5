internal import CStatementLog
internal import DatabaseSupport

/// What a statement of a driver means for its transaction, from its beginning to its end.
struct DriverStatement: Sendable {
  private let connection: InstrumentedConnection
  private let control: TransactionControl?
  /// `nil` where nobody records: then only what it asks for matters, and whether it failed.
  private let shape: StatementShape?
  private let isChained: Bool

  /// - Returns: `nil` where nobody has to hear of its end.
  init?(_ sql: String, shape: StatementShape?, on connection: InstrumentedConnection) {
    control = DriverTransactions.control(in: sql)
    guard control != nil || shape?.writes == true || connection.driver.isOpen else { return nil }
    self.connection = connection
    self.shape = shape
    isChained = control != nil && sql.isChained
  }

  /// Whether a statement's own transaction is known.
  var flags: StatementRecord.Flags { control != nil || connection.driver.areKnown ? .knowsTransaction : [] }

  /// The statement ended.
  ///
  /// - Returns: Whether its rows were counted for the flush of the current task.
  func end(_ slot: StatementSlot?, hasFailed: Bool, rowsChanged: Int?) -> Bool {
    let evidence = connection.evidence
    var step = DriverTransactions.Step(control: control, log: slot?.log, time: monotonicNanoseconds())
    if let slot { step.place = TransactionRecord.Place(scope: slot.scope, statement: slot.kept.place) }
    step.hasFailed = hasFailed
    step.isChained = isChained
    let isMySQL = evidence.info.system.dialect == .mySQL
    if isMySQL, case .begin = control { step.commitsBefore = true }
    if let shape, shape.writes {
      let effect = WriteEffect(of: shape, rowsChanged: rowsChanged, in: evidence.database.schema)
      step.isWrite = true
      step.isComplete = effect.isComplete
      step.commitsBefore = isMySQL && shape.kind == .ddl
      step.change = effect.rows.map { rows in
        TableChange(table: evidence.transactions.number(ofTable: effect.table), rows: rows(step.time))
      }
    }
    let isCounted = step.change != nil && connection.driver.areKnown && !hasFailed
    connection.driver.end(step, on: evidence)
    return isCounted
  }
}

extension StatementShape {
  /// Whether it may change rows, or defines something.
  fileprivate var writes: Bool { kind.isWrite || kind == .ddl }
}

/// What a driver's number of changed rows tells, and whether that is all.
private struct WriteEffect {
  var table = TableName(database: "main", name: "")
  /// Of `table`, at a time; `nil` where they are not known.
  var rows: ((UInt64) -> RowTally)?
  var isComplete = true

  init(of shape: StatementShape, rowsChanged: Int?, in schema: SchemaFacts) {
    let sql = shape.normalizedSQL
    guard shape.kind.isWrite else {
      isComplete = !sql.hasPrefix("TRUNCATE")
      return
    }
    let written = shape.tables.filter { $0.role == .written }
    guard let rowsChanged, written.count == 1, let target = written.first, !sql.mayInsertOrUpdate else {
      isComplete = rowsChanged == 0
      return
    }
    let database = target.schema.map { $0.asciiLowercased } ?? "main"
    table = TableName(database: database == "public" ? "main" : database, name: target.name)
    let kind = shape.kind
    rows = { time in
      let count = RowCount(rowsChanged, first: time, last: time)
      return switch kind {
      case .insert: RowTally(inserted: count)
      case .update: RowTally(updated: count)
      default: RowTally(deleted: count)
      }
    }
    isComplete = rowsChanged == 0 || !Self.mayReachOthers(kind, sql, target.name, in: schema)
  }

  /// Whether triggers and actions of foreign keys may change other rows.
  private static func mayReachOthers(_ kind: StatementKind, _ sql: String, _ name: String, in schema: SchemaFacts)
    -> Bool
  {
    if schema.table(name)?.hasTriggers == true { return true }
    guard kind != .insert else { return false }
    let children = schema.tables.flatMap(\.foreignKeys).filter {
      $0.hasActions && $0.parentTable.lowercased() == name.lowercased()
    }
    guard kind == .update else { return !children.isEmpty || schema.problem(with: name) != nil }
    let key = children.flatMap { $0.parentColumns.isEmpty ? schema.table(name)?.primaryKey ?? [] : $0.parentColumns }
    let changed = sql.columnsThatAreSet
    return key.contains { changed.contains($0.lowercased()) }
  }
}

extension String {
  /// Whether rows of it may be of two kinds.
  fileprivate var mayInsertOrUpdate: Bool {
    contains("DO UPDATE") || contains("ON DUPLICATE KEY UPDATE") || hasPrefix("REPLACE")
      || hasPrefix("INSERT OR REPLACE")
      || hasPrefix("MERGE") || hasPrefix("WITH")
  }

  /// The words between `SET` and `WHERE` of a normalised update, in lower case.
  fileprivate var columnsThatAreSet: Set<String> {
    let words = split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "$") }).map(String.init)
    guard let set = words.firstIndex(of: "SET") else { return [] }
    return Set(words[(set + 1)...].prefix { $0 != "WHERE" && $0 != "RETURNING" }.map { $0.lowercased() })
  }
}
