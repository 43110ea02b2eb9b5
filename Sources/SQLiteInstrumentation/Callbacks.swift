internal import CSQLiteHooks
internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseSupport

/// The functions that the C module calls, at one address for the life of the process.
///
/// Free nonisolated functions: a closure made in an isolated context would trap when SQLite calls it on another thread.
struct Callbacks: Sendable {
  // Written once before it is shared, and never freed.
  nonisolated(unsafe) let pointer: UnsafePointer<dbh_callbacks>

  init() {
    let table = UnsafeMutablePointer<dbh_callbacks>.allocate(capacity: 1)
    table.initialize(
      to: dbh_callbacks(
        opened: connectionOpened,
        shape: shapeOfText,
        began: statementBegan,
        ended: statementEnded,
        failed: statementFailed,
        release_telemetry: telemetryReleased,
        release_lane: laneReleased,
        failed_to_prepare: prepareFailed,
        defined: schemaDefined,
        learned: tablesLearned,
        told: tablesTold,
        named_table: tableNamed,
        settled: statementSettled,
        replaced: databaseReplaced,
        lost: connectionLost,
        closing: connectionClosing,
        closed: connectionClosed
      ))
    pointer = UnsafePointer(table)
    DirectRecording.allow()
    SQLiteInstrumentor.registerAsSource()
  }

  /// Nothing but a reason to make the table now.
  func prepare() {}
}

let callbacks = Callbacks()

/// The C module finds Swift's side by this name, since it is loaded first.
@_cdecl("database_testing_sqlite_callbacks")
func databaseTestingSQLiteCallbacks() -> UnsafeRawPointer {
  UnsafeRawPointer(callbacks.pointer)
}

func connection(_ context: UnsafeMutableRawPointer?) -> Unmanaged<ObservedConnection>? {
  context.map { Unmanaged<ObservedConnection>.fromOpaque($0) }
}

private func connectionOpened(_ opening: UnsafePointer<dbh_opening>?) -> UnsafeMutableRawPointer? {
  guard let opening = opening?.pointee else { return nil }
  let file = opening.file.map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  let info = ConnectionInfo(id: opening.id, name: opening.name.map { String(cString: $0) }, file: file)
  let key = ObservedDatabase.Key(opening.identity) ?? file.map { .place($0) }
  let makeSchema = { schemaFacts(file: file, opening) }
  let database =
    key.map { ObservedDatabase.of($0, isAlone: opening.identity.is_alone, schema: makeSchema) }
    ?? ObservedDatabase(schema: makeSchema())
  let evidence = ObservedConnection(info: info, database: database, key: key)
  dbh_share_schema_version(opening.connection, database.schemaVersion)
  evidence.noteOpening()
  return Unmanaged.passRetained(evidence).toOpaque()
}

private func schemaFacts(file: String?, _ opening: dbh_opening) -> SchemaFacts {
  let planner: SchemaFacts.Planner = { question, entries in answers(to: question, entries: entries) }
  if let file, !opening.identity.is_memory { return SchemaFacts(reader: { readSchema(of: file) }, planner: planner) }
  return SchemaFacts(
    reader: { .unreadable("it is in memory, and its connection could not be asked") }, planner: planner,
    isNew: opening.is_new, isTold: opening.is_told)
}

extension ObservedDatabase.Key {
  fileprivate init?(_ identity: dbh_identity) {
    let parts = identity.parts
    switch Int(identity.kind) {
    case DBH_DATABASE_FILE: self = .file(device: parts.0, inode: parts.1, born: parts.2)
    case DBH_DATABASE_SHARED: self = .open(parts.0, isName: false)
    case DBH_DATABASE_NAMED: self = .open(parts.0, isName: true)
    default: return nil
    }
  }
}

private func shapeOfText(_ sql: UnsafePointer<CChar>?, _ length: Int, _ hash: UInt64) -> dbh_shape {
  let bytes = UnsafeBufferPointer(
    start: sql.map { UnsafeRawPointer($0).assumingMemoryBound(to: UInt8.self) }, count: length)
  func made(_ number: UInt32, _ flags: UInt32) -> dbh_shape {
    let reads = flags & UInt32(DBH_SHAPE_READS) != 0
    let values = reads ? TextValues.shared.values(of: bytes, hash: hash, shape: ShapeTable.shared[number]) : nil
    return dbh_shape(id: number, flags: flags, values: values)
  }
  if let (number, note) = ShapeTable.shared.known(hash: hash) { return made(number, note & ~isNoted) }
  let (number, shape) = ShapeTable.shared.number(of: bytes, hash: hash, dialect: .sqlite)
  let flags = UInt32(flags(of: shape))
  ShapeTable.shared.note(flags | isNoted, of: number)
  return made(number, flags)
}

private func flags(of shape: StatementShape) -> Int {
  var flags = 0
  if shape.kind == .select {
    flags |= DBH_SHAPE_READS
    if shape.loaderHint.looksLikeKeyLookup { flags |= DBH_SHAPE_KEY_LOOKUP }
  }
  if shape.kind.isWrite { flags |= DBH_SHAPE_WRITES }
  if shape.kind == .transaction { flags |= DBH_SHAPE_TRANSACTION }
  if shape.kind == .ddl { flags |= DBH_SHAPE_DEFINES }
  if ["ATTACH", "DETACH", "ANALYZE"].contains(where: shape.normalizedSQL.hasPrefix) { flags |= DBH_SHAPE_ATTACHES }
  if !shape.tables.isEmpty { flags |= DBH_SHAPE_HAS_TABLES }
  if hasOneSite(shape) { flags |= DBH_SHAPE_ONE_SITE }
  return flags
}

/// Whether no finding asks where further executions of a shape come from. A transaction that was left open is found by where
/// it began.
private func hasOneSite(_ shape: StatementShape) -> Bool {
  switch shape.kind {
  case .pragma, .schema: return true
  case .transaction:
    switch TransactionControl(shape.normalizedSQL) {
    case .begin, .savepoint, nil: return false
    case .commit, .rollback, .release, .rollbackTo: return true
    }
  default: return false
  }
}

/// Tells a shape without flags from one that was not seen.
private let isNoted: UInt32 = 1 << 31

private func statementBegan(_ statement: UnsafePointer<dbh_statement>?, _ slot: UnsafeMutablePointer<dbh_slot>?) -> Bool
{
  guard let statement, let slot, let connection = connection(statement.pointee.context) else { return false }
  return connection._withUnsafeGuaranteedRef { connection in
    record(statement, on: connection, in: slot)
    // A flag is read where no instrumentor is active.
    if let observer = ProcessObserver.listening {
      slot.pointee.telemetry = observation(of: statement.pointee, on: connection, by: observer)
    }
    return slot.pointee.lane != nil || slot.pointee.telemetry != nil
  }
}

private func record(
  _ statement: UnsafePointer<dbh_statement>, on connection: ObservedConnection, in slot: UnsafeMutablePointer<dbh_slot>
) {
  let statement = statement.pointee
  let shape = statement.shape
  guard let place = connection.running ?? connection.place(shape: shape.id, time: dbh_now()) else { return }
  var beginning = StatementBeginning(
    shape: shape.id,
    start: 0,
    thread: UInt32(truncatingIfNeeded: statement.thread),
    flags: statement.flags,
    transaction: statement.transaction,
    parent: statement.parent.flatMap { StatementSlot($0.pointee) },
    isRead: shape.flags & UInt32(DBH_SHAPE_READS) != 0
  )
  beginning.hasOneSite = shape.flags & UInt32(DBH_SHAPE_ONE_SITE) != 0
  if place.isViaConnection { beginning.flags.insert(.viaConnection) }
  let lane = DirectRecording.lane(to: place, after: statement.lane, on: statement.connection)
  let kept = place.log.begin(&beginning, in: place.scope.id) { isCaptured in
    ValueHashes(dbh_hash_values(statement.statement, shape, statement.sql_hash, isCaptured))
  }
  guard let lane else { return }
  if kept.isSettled { dbh_settle_shape(lane, shape.id) }
  slot.pointee = dbh_slot(kept, lane: lane)
}

/// What the observer of the process keeps of a statement, as C keeps it.
private func observation(
  of statement: dbh_statement, on connection: ObservedConnection, by observer: any StatementObserver
) -> UnsafeMutableRawPointer? {
  let enclosing = statement.parent?.pointee.telemetry.map {
    Unmanaged<any Observation>.fromOpaque($0).takeUnretainedValue()
  }
  let begun = observer.statementBegan(
    ShapeTable.shared[statement.shape.id], on: connection, inside: enclosing, batchSize: nil,
    text: { statement.sql.map { String(cString: $0) } }, parameters: { boundValues(of: statement) })
  return begun.map { Unmanaged<any Observation>.passRetained($0).toOpaque() }
}

private func boundValues(of statement: dbh_statement) -> [String?] {
  guard let sql = statement.sql, let expanded = dbh_expanded_sql(statement.statement) else { return [] }
  defer { dbh_free(expanded) }
  return BoundValues.of(String(cString: sql), expanded: String(cString: expanded))
}

private func statementEnded(_ slot: UnsafePointer<dbh_slot>?, _ outcome: UnsafePointer<dbh_outcome>?) {
  guard let slot = slot?.pointee, let outcome = outcome?.pointee else { return }
  let error = outcome.error == 0 ? nil : statementError(code: outcome.error, message: outcome.error_message)
  let ended = StatementOutcome(outcome.counts, error: error)
  if let kept = StatementSlot(slot, shape: outcome.shape) { kept.log.end(kept, ended) }
  if let telemetry = slot.telemetry {
    let observation = Unmanaged<any Observation>.fromOpaque(telemetry).takeUnretainedValue()
    ProcessObserver.current?.statementEnded(
      observation, ended, message: error == nil ? nil : outcome.error_message.map { String(cString: $0) })
  }
}

private func statementFailed(_ slot: UnsafePointer<dbh_slot>?, _ code: Int32, _ message: UnsafePointer<CChar>?) {
  guard let slot = slot?.pointee, let kept = StatementSlot(slot) else { return }
  kept.log.fail(kept, statementError(code: code, message: message))
}

private func statementError(code: Int32, message: UnsafePointer<CChar>?) -> StatementError {
  let text = message.map { String(cString: $0) } ?? ResultCode.text(Int(code)) ?? ""
  return StatementError(code: Int(code), message: ErrorText(text, code: Int(code)).ofExecution)
}

private func telemetryReleased(_ telemetry: UnsafeMutableRawPointer?) {
  guard let telemetry else { return }
  // Finalized or closed without an end: its span must not stay open.
  let observation = Unmanaged<any Observation>.fromOpaque(telemetry).takeRetainedValue()
  ProcessObserver.current?.statementEnded(observation, nil, message: nil)
}

private func laneReleased(_ log: UnsafeMutableRawPointer?, _ scope: UnsafeMutableRawPointer?) {
  if let log { Unmanaged<StatementLog>.fromOpaque(log).release() }
  if let scope { Unmanaged<RecordingScope>.fromOpaque(scope).release() }
}

private func prepareFailed(
  _ context: UnsafeMutableRawPointer?, _ code: Int32, _ message: UnsafePointer<CChar>?, _ sql: UnsafePointer<CChar>?,
  _ flags: UInt32
) {
  let message = message.map { String(cString: $0) } ?? ""
  let text = ErrorText(message, code: Int(code))
  let sql = sql.map { String(cString: $0) } ?? ""
  let shape = text.isAboutSyntax ? StatementShape(broken: sql, dialect: .sqlite) : StatementShape(sql)
  let isWhole = flags & UInt32(DBH_SQL_IS_WHOLE) != 0
  let error = StatementError(
    code: Int(code), message: text.ofPreparation(shape, sql: isWhole ? sql : nil), isPrepareFailure: true)
  // What never was a statement is shown by its error alone.
  let known = flags & UInt32(DBH_SQL_WAS_PREPARED) != 0 ? shape : StatementShape("")
  let owner = connection(context)?.takeUnretainedValue() ?? unknownConnection
  owner.fail(
    toPrepare: ShapeTable.shared.number(of: known), at: dbh_now(),
    error: error, flags: StatementRecord.Flags(rawValue: dbh_thread_flags()))
  guard let observer = ProcessObserver.listening,
    let begun = observer.statementBegan(
      StatementShape(""), on: owner, inside: nil, batchSize: nil, text: { nil }, parameters: { nil })
  else { return }
  observer.statementEnded(begun, StatementOutcome(duration: 0, error: error), message: message)
}

/// Where failures go that happen on a thread before any connection was seen on it.
private let unknownConnection = ObservedConnection(
  info: ConnectionInfo(id: 0, name: "an SQLite connection", file: nil), database: ObservedDatabase())

private func schemaDefined(_ context: UnsafeMutableRawPointer?, _ sql: UnsafePointer<CChar>?) {
  guard let sql else { return }
  connection(context)?._withUnsafeGuaranteedRef { $0.database.schema.note(String(cString: sql)) }
}

private func databaseReplaced(_ context: UnsafeMutableRawPointer?, _ database: UnsafePointer<CChar>?, _ how: UInt32) {
  guard RecordingActivity.shared.isRecording, let database else { return }
  let name = String(cString: database).asciiLowercased
  let kind: DatabaseReplacement.Kind = Int(how) == DBH_REPLACED_BY_BACKUP ? .backup : .deserialization
  connection(context)?._withUnsafeGuaranteedRef { $0.noteReplacement(of: name, by: kind) }
}

private func connectionLost(_ context: UnsafeMutableRawPointer?) {
  connection(context)?._withUnsafeGuaranteedRef { $0.markLost() }
}

private func connectionClosing(_ context: UnsafeMutableRawPointer?, _ sql: UnsafePointer<CChar>?) {
  guard let connection = connection(context) else { return }
  connection._withUnsafeGuaranteedRef { connection in
    connection.noteClosing(holding: sql.map { StatementShape(String(cString: $0)) })
  }
}

private func connectionClosed(_ context: UnsafeMutableRawPointer?) {
  guard let connection = connection(context) else { return }
  connection._withUnsafeGuaranteedRef { $0.markClosed() }
  connection.release()
}
