import CSQLiteForTests

/// The transcript of the program that runs; everything here runs on one thread.
nonisolated(unsafe) var current: Transcript?  // Set and read on the main thread alone.

/// An app's own error log.
func configureOnce() {
  _ = configureLog { _, code, message in
    current?.note("log \(code) \(message.map { String(cString: $0) } ?? "")")
  }
}

nonisolated func fails(_ context: OpaquePointer?, _ count: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?) {
  sqlite3_result_error(context, "failed on purpose", -1)
}

/// Interrupts its own connection.
nonisolated func stops(_ context: OpaquePointer?, _ count: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?) {
  if sqlite3_value_int(values?[0]) % 3 == 0 { sqlite3_interrupt(OpaquePointer(sqlite3_user_data(context))) }
  sqlite3_result_int(context, 1)
}

nonisolated func traced(
  _ event: UInt32, _ context: UnsafeMutableRawPointer?, _ p: UnsafeMutableRawPointer?, _ x: UnsafeMutableRawPointer?
) -> Int32 {
  var line = "trace \(event)"
  if event == UInt32(SQLITE_TRACE_STMT), let x { line += " " + String(cString: x.assumingMemoryBound(to: CChar.self)) }
  if event != UInt32(SQLITE_TRACE_CLOSE), let p, let sql = sqlite3_sql(OpaquePointer(p)) {
    line += " of " + String(cString: sql)
  }
  current?.note(line)
  return 0
}

nonisolated func authorized(
  _ context: UnsafeMutableRawPointer?, _ action: Int32, _ a: UnsafePointer<CChar>?, _ b: UnsafePointer<CChar>?,
  _ c: UnsafePointer<CChar>?, _ d: UnsafePointer<CChar>?
) -> Int32 {
  let names = [a, b, c, d].map { $0.map { String(cString: $0) } ?? "-" }.joined(separator: " ")
  current?.note("authorize \(action) \(names)")
  return action == SQLITE_READ && a.map { String(cString: $0) } == "pair" ? SQLITE_IGNORE : SQLITE_OK
}

nonisolated func committed(_ context: UnsafeMutableRawPointer?) -> Int32 {
  current?.note("commit")
  return 0
}

nonisolated func rolledBack(_ context: UnsafeMutableRawPointer?) {
  current?.note("rollback")
}

nonisolated func updated(
  _ context: UnsafeMutableRawPointer?, _ operation: Int32, _ database: UnsafePointer<CChar>?,
  _ table: UnsafePointer<CChar>?, _ row: Int64
) {
  current?.note("update \(operation) \(table.map { String(cString: $0) } ?? "") \(row)")
}

nonisolated func willUpdate(
  _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?, _ operation: Int32, _ database: UnsafePointer<CChar>?,
  _ table: UnsafePointer<CChar>?, _ old: Int64, _ new: Int64
) {
  current?.note("preupdate \(operation) \(table.map { String(cString: $0) } ?? "") \(old) \(new)")
}

nonisolated func busy(_ context: UnsafeMutableRawPointer?, _ count: Int32) -> Int32 {
  current?.note("busy \(count)")
  return count < 2 ? 1 : 0
}
