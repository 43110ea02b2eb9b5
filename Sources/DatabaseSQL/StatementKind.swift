/// What a statement does, as far as its text tells.
///
/// ```swift
/// StatementShape("WITH old AS (DELETE FROM book RETURNING *) SELECT count(*) FROM old").kind   // .delete
/// ```
public enum StatementKind: String, Sendable, Hashable, CaseIterable, Codable {
  /// Reads rows: `SELECT`, also `SELECT … FOR UPDATE`, a `VALUES` of its own, and `TABLE t`.
  case select
  /// Adds rows: `INSERT` and `REPLACE`, also within a `WITH`.
  case insert
  /// Changes rows: `UPDATE` and `MERGE`, also within a `WITH`.
  case update
  /// Removes rows: `DELETE`, also within a `WITH`.
  case delete
  /// Defines tables and the like: `CREATE`, `ALTER`, `DROP`, `TRUNCATE`, `REINDEX`.
  case ddl
  /// Begins or ends a transaction or a savepoint.
  case transaction
  /// `PRAGMA`.
  case pragma
  /// Reads the catalogue alone: `sqlite_master`, `pragma_table_info(…)`, `pg_catalog`, `information_schema`, `SHOW`.
  ///
  /// Every table that begins with `sqlite_` and every table-valued function that begins with `pragma_` counts as one of
  /// the catalogue, and so does `pg_…`. A `SELECT` that also reads a table of the program's is a `select`.
  case schema
  /// Whatever else: `EXPLAIN`, `ATTACH`, `ANALYZE`, `SET`, and a text without a statement.
  case other

  /// Whether the statement is one of those that a test counts: `select`, `insert`, `update` and `delete`.
  public var isQuery: Bool { self == .select || isWrite }

  /// Whether the statement changes rows: `insert`, `update` and `delete`.
  public var isWrite: Bool {
    switch self {
    case .insert, .update, .delete: true
    default: false
    }
  }
}
