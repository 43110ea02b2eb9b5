/// What a database calls its errors, which people know better than their numbers.
package enum ErrorName {
  /// `SQLITE_CONSTRAINT_UNIQUE (2067)`, `unique_violation (23505)`; the code alone where it has no name here.
  ///
  /// - Parameters:
  ///   - status: What the database told.
  ///   - system: Which database it was, as `db.system.name` calls it.
  package static func text(of status: String, system: String) -> String {
    let name: String? =
      switch system {
      case "sqlite": Int(status).flatMap(sqlite)
      case "postgresql": postgres[status]
      default: nil
      }
    return name.map { "\($0) (\(status))" } ?? "error \(status)"
  }

  /// See [Result and Error Codes](https://www.sqlite.org/rescode.html): the low byte is the primary code.
  private static func sqlite(_ code: Int) -> String? {
    sqliteExtended[code] ?? sqlitePrimary[code & 0xFF]
  }

  private static let sqlitePrimary: [Int: String] = [
    1: "SQLITE_ERROR", 2: "SQLITE_INTERNAL", 3: "SQLITE_PERM", 4: "SQLITE_ABORT", 5: "SQLITE_BUSY", 6: "SQLITE_LOCKED",
    7: "SQLITE_NOMEM", 8: "SQLITE_READONLY", 9: "SQLITE_INTERRUPT", 10: "SQLITE_IOERR", 11: "SQLITE_CORRUPT",
    12: "SQLITE_NOTFOUND", 13: "SQLITE_FULL", 14: "SQLITE_CANTOPEN", 15: "SQLITE_PROTOCOL", 17: "SQLITE_SCHEMA",
    18: "SQLITE_TOOBIG", 19: "SQLITE_CONSTRAINT", 20: "SQLITE_MISMATCH", 21: "SQLITE_MISUSE", 22: "SQLITE_NOLFS",
    23: "SQLITE_AUTH", 25: "SQLITE_RANGE", 26: "SQLITE_NOTADB",
  ]

  private static let sqliteExtended: [Int: String] = [
    261: "SQLITE_BUSY_RECOVERY", 517: "SQLITE_BUSY_SNAPSHOT", 773: "SQLITE_BUSY_TIMEOUT",
    262: "SQLITE_LOCKED_SHAREDCACHE", 275: "SQLITE_CONSTRAINT_CHECK", 531: "SQLITE_CONSTRAINT_COMMITHOOK",
    787: "SQLITE_CONSTRAINT_FOREIGNKEY", 1043: "SQLITE_CONSTRAINT_FUNCTION", 1299: "SQLITE_CONSTRAINT_NOTNULL",
    1555: "SQLITE_CONSTRAINT_PRIMARYKEY", 1811: "SQLITE_CONSTRAINT_TRIGGER", 2067: "SQLITE_CONSTRAINT_UNIQUE",
    2323: "SQLITE_CONSTRAINT_VTAB", 2579: "SQLITE_CONSTRAINT_ROWID", 2835: "SQLITE_CONSTRAINT_PINNED",
    3091: "SQLITE_CONSTRAINT_DATATYPE",
  ]

  /// See [PostgreSQL Error Codes](https://www.postgresql.org/docs/current/errcodes-appendix.html).
  private static let postgres: [String: String] = [
    "08006": "connection_failure", "22001": "string_data_right_truncation", "22003": "numeric_value_out_of_range",
    "22012": "division_by_zero", "22P02": "invalid_text_representation", "23502": "not_null_violation",
    "23503": "foreign_key_violation", "23505": "unique_violation", "23514": "check_violation",
    "23P01": "exclusion_violation", "25001": "active_sql_transaction", "25P02": "in_failed_sql_transaction",
    "40001": "serialization_failure", "40P01": "deadlock_detected", "42501": "insufficient_privilege",
    "42601": "syntax_error", "42703": "undefined_column", "42804": "datatype_mismatch", "42883": "undefined_function",
    "42P01": "undefined_table", "42P07": "duplicate_table", "53300": "too_many_connections",
    "55P03": "lock_not_available",
    "57014": "query_canceled", "57P01": "admin_shutdown",
  ]
}
