import CSQLiteForTests
import Foundation

/// One program of two hundred steps, on connections of a kind that the seed chooses.
final class RandomProgram {
  private let seed: UInt64
  private let transcript: Transcript
  private var dice: Dice
  private var sql: RandomSQL
  private var connections: [OpaquePointer?] = []
  private var open: [OpaquePointer] = []
  private var path = ":memory:"

  init(seed: UInt64, transcript: Transcript) {
    self.seed = seed
    self.transcript = transcript
    dice = Dice(seed: seed)
    sql = RandomSQL(seed: seed)
  }

  func run() {
    current = transcript
    openConnections()
    defer { closeConnections() }
    for statement in RandomSQL.schema { execute(statement, on: connections[0]) }
    for _ in 0..<200 { step() }
  }

  private func openConnections() {
    let mutex = dice.pick([SQLITE_OPEN_FULLMUTEX, SQLITE_OPEN_NOMUTEX])
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | mutex
    var count = 1
    switch dice.roll(4) {
    case 0: break
    case 1: path = "file:shared\(seed)?mode=memory&cache=shared"
    default:
      path = NSTemporaryDirectory() + "transparency-\(getpid())-\(seed).sqlite"
      count = 2
    }
    if path.hasPrefix("file:") { count = 2 }
    for number in 0..<count {
      var handle: OpaquePointer?
      note("open", sqlite3_open_v2(path, &handle, flags | (path.hasPrefix("file:") ? SQLITE_OPEN_URI : 0), nil))
      connections.append(handle)
      sqlite3_extended_result_codes(handle, Int32(dice.roll(2)))
      sqlite3_create_function_v2(handle, "fails", 1, SQLITE_UTF8, nil, fails, nil, nil, nil)
      sqlite3_create_function_v2(handle, "stops", 1, SQLITE_UTF8, UnsafeMutableRawPointer(handle), stops, nil, nil, nil)
      installCallbacks(handle, number)
    }
    if path.hasPrefix("/"), dice.roll(2) == 0 { execute("PRAGMA journal_mode = WAL", on: connections[0]) }
    execute("PRAGMA foreign_keys = ON", on: connections[0])
  }

  private func installCallbacks(_ handle: OpaquePointer?, _ number: Int) {
    if dice.roll(2) == 0 {
      let mask = dice.pick([1, 3, 5, 15, 7]) as Int
      sqlite3_trace_v2(handle, UInt32(mask), traced, nil)
    }
    if dice.roll(3) == 0 { sqlite3_set_authorizer(handle, authorized, nil) }
    if dice.roll(2) == 0 {
      sqlite3_commit_hook(handle, committed, nil)
      sqlite3_rollback_hook(handle, rolledBack, nil)
    }
    if dice.roll(2) == 0 { sqlite3_busy_handler(handle, busy, nil) }
    if number == 0, dice.roll(2) == 0 { sqlite3_update_hook(handle, updated, nil) }
    if countsRows { _ = sqlite3_preupdate_hook(handle, willUpdate, nil) }
  }

  private func step() {
    let connection = dice.pick(connections)
    switch dice.roll(24) {
    case 0: advance()
    case 1: begin(on: connection)
    case 2: finish()
    case 3: sqlite3_trace_v2(connection, dice.roll(2) == 0 ? 0 : 3, traced, nil)
    case 4: several(on: connection)
    case 5: blob(on: connection)
    case 6: backUp(connection)
    case 7: replaceConnection()
    default: execute(sql.statement(), on: connection)
    }
  }

  /// With `sqlite3_prepare_v2` and `sqlite3_step`, twice now and then: what is prepared once is run again.
  private func execute(_ text: String, on connection: OpaquePointer?) {
    note("sql \(text)", 0)
    var statement: OpaquePointer?
    let prepared = sqlite3_prepare_v2(connection, text, -1, &statement, nil)
    note("prepare", prepared, connection)
    guard let statement else { return }
    for _ in 0...(dice.roll(5) == 0 ? 1 : 0) {
      for _ in 0..<30 {
        let result = sqlite3_step(statement)
        if result != SQLITE_ROW {
          note("step", result, connection)
          break
        }
        note("row \(row(statement))", result)
      }
      note("reset", sqlite3_reset(statement), connection)
    }
    note("finalize", sqlite3_finalize(statement), connection)
  }

  private func several(on connection: OpaquePointer?) {
    let text = (0..<3).map { _ in sql.statement() }.joined(separator: "; ")
    note("exec \(text)", sqlite3_exec(connection, text, nil, nil, nil), connection)
  }

  private func begin(on connection: OpaquePointer?) {
    guard open.count < 3 else { return finish() }
    var statement: OpaquePointer?
    let text = dice.pick(["SELECT * FROM child", "SELECT id, name FROM parent ORDER BY name", "SELECT a FROM pair"])
    note("open \(text)", sqlite3_prepare_v2(connection, text, -1, &statement, nil), connection)
    if let statement { open.append(statement) }
    advance()
  }

  private func advance() {
    guard !open.isEmpty else { return }
    let statement = dice.pick(open)
    let result = sqlite3_step(statement)
    note("advance \(result == SQLITE_ROW ? row(statement) : "")", result, sqlite3_db_handle(statement))
  }

  private func finish() {
    guard !open.isEmpty else { return }
    note("finish", sqlite3_finalize(open.remove(at: dice.roll(open.count))))
  }

  private func blob(on connection: OpaquePointer?) {
    var blob: OpaquePointer?
    let opened = sqlite3_blob_open(connection, "main", "child", "note", Int64(dice.roll(30)), 1, &blob)
    note("blob", opened, connection)
    guard let blob else { return }
    let bytes = sqlite3_blob_bytes(blob)
    if bytes > 0 { note("blob write \(bytes)", sqlite3_blob_write(blob, "x", 1, 0), connection) }
    note("blob close", sqlite3_blob_close(blob))
  }

  private func backUp(_ connection: OpaquePointer?) {
    var copy: OpaquePointer?
    sqlite3_open_v2(":memory:", &copy, SQLITE_OPEN_READWRITE, nil)
    if let backup = sqlite3_backup_init(copy, "main", connection, "main") {
      note("backup", sqlite3_backup_step(backup, -1))
      note("backup finish", sqlite3_backup_finish(backup))
    } else {
      note("backup init", sqlite3_errcode(copy))
    }
    execute("SELECT count(*) FROM sqlite_master", on: copy)
    note("close copy", sqlite3_close(copy))
  }

  /// Closes a connection under its open statements, which live on until they are finalized, and opens another.
  private func replaceConnection() {
    guard connections.count > 1, dice.roll(4) == 0 else { return }
    let old = connections[1]
    note("close", sqlite3_close(old), old)
    if sqlite3_errcode(old) == SQLITE_BUSY { note("close v2", sqlite3_close_v2(old)) }
    for statement in open where sqlite3_db_handle(statement) == old {
      note("zombie", sqlite3_step(statement))
    }
    connections.remove(at: 1)
    var handle: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | (path.hasPrefix("file:") ? SQLITE_OPEN_URI : 0)
    note("open", sqlite3_open_v2(path, &handle, flags, nil))
    connections.append(handle)
    installCallbacks(handle, 1)
  }

  private func closeConnections() {
    for statement in open { sqlite3_finalize(statement) }
    open = []
    for connection in connections { note("close", sqlite3_close(connection)) }
    guard path.hasPrefix("/") else { return }
    for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
  }

  private func row(_ statement: OpaquePointer?) -> String {
    (0..<sqlite3_column_count(statement)).map { column in
      "\(sqlite3_column_type(statement, column)):"
        + (sqlite3_column_text(statement, column).map { String(cString: $0) } ?? "NULL")
    }
    .joined(separator: "|")
  }

  private func note(_ what: String, _ result: Int32, _ connection: OpaquePointer? = nil) {
    var line = "\(what) -> \(result)"
    if let connection {
      line += " \(sqlite3_extended_errcode(connection)) \(String(cString: sqlite3_errmsg(connection)))"
      line += " changes \(sqlite3_changes(connection)) \(sqlite3_total_changes(connection))"
      line += " rowid \(sqlite3_last_insert_rowid(connection)) auto \(sqlite3_get_autocommit(connection))"
      line += " offset \(sqlite3_error_offset(connection))"
    }
    transcript.note(line)
  }
}
