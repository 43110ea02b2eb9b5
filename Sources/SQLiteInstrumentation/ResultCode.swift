internal import CSQLiteHooks

/// The names of SQLite's [result codes](https://www.sqlite.org/rescode.html).
enum ResultCode {
  private static let primary = [
    1: "ERROR", 2: "INTERNAL", 3: "PERM", 4: "ABORT", 5: "BUSY", 6: "LOCKED", 7: "NOMEM", 8: "READONLY", 9: "INTERRUPT",
    10: "IOERR", 11: "CORRUPT", 12: "NOTFOUND", 13: "FULL", 14: "CANTOPEN", 15: "PROTOCOL", 17: "SCHEMA", 18: "TOOBIG",
    19: "CONSTRAINT", 20: "MISMATCH", 21: "MISUSE", 22: "NOLFS", 23: "AUTH", 25: "RANGE", 26: "NOTADB",
  ]
  private static let extended = [
    275: "CONSTRAINT_CHECK", 531: "CONSTRAINT_COMMITHOOK", 787: "CONSTRAINT_FOREIGNKEY", 1043: "CONSTRAINT_FUNCTION",
    1299: "CONSTRAINT_NOTNULL", 1555: "CONSTRAINT_PRIMARYKEY", 1811: "CONSTRAINT_TRIGGER", 2067: "CONSTRAINT_UNIQUE",
    2323: "CONSTRAINT_VTAB", 2579: "CONSTRAINT_ROWID", 2835: "CONSTRAINT_PINNED", 3091: "CONSTRAINT_DATATYPE",
    261: "BUSY_RECOVERY", 517: "BUSY_SNAPSHOT", 773: "BUSY_TIMEOUT", 262: "LOCKED_SHAREDCACHE",
  ]

  /// `SQLITE_CONSTRAINT_UNIQUE`; of an extended code that is not known here, the name of its primary code.
  static func name(_ code: Int) -> String? {
    (extended[code] ?? primary[code & 0xFF]).map { "SQLITE_" + $0 }
  }

  /// SQLite's own words for the code, which hold no value: `constraint failed`.
  static func text(_ code: Int) -> String? {
    dbh_error_text(Int32(truncatingIfNeeded: code)).map { String(cString: $0) }
  }
}
