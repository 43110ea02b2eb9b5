/// What the server said of a failure.
struct PostgresFailure: Sendable, Hashable {
  /// Five characters, such as `23505` of a unique violation.
  var sqlState = ""
  /// `ERROR`, `FATAL` or `PANIC`, in English whatever the server's language is.
  var severity = ""
  /// The constraint, table and column, where the server names them.
  var constraint: String?
  var table: String?
  var column: String?

  /// Leaves out the message, its detail and its hint, in which the server quotes values.
  init(_ body: [UInt8]) {
    var fields = PostgresFields(body)
    while let kind = fields.byte(), kind != 0, let text = fields.string() {
      switch UnicodeScalar(kind) {
      case "C": sqlState = text
      case "V": severity = text
      case "S": if severity.isEmpty { severity = text }
      case "n": constraint = text
      case "t": table = text
      case "c": column = text
      default: break
      }
    }
  }

  /// What it was, in words that no value is among: `unique violation of constraint "book_title_key"`.
  var fixedText: String {
    let name = Self.names[sqlState] ?? Self.classes[String(sqlState.prefix(2))] ?? "error \(sqlState)"
    if let constraint { return "\(name) of constraint \"\(constraint)\"" }
    if let column { return "\(name) of column \"\(table.map { "\($0)." } ?? "")\(column)\"" }
    return name
  }

  /// The conditions that tests meet; of the others their class is named.
  /// ([Error Codes](https://www.postgresql.org/docs/current/errcodes-appendix.html))
  private static let names = [
    "22001": "string data right truncation", "22003": "numeric value out of range", "22007": "invalid datetime format",
    "22008": "datetime field overflow", "22012": "division by zero", "22P02": "invalid text representation",
    "22P03": "invalid binary representation", "23502": "not null violation", "23503": "foreign key violation",
    "23505": "unique violation", "23514": "check violation", "23P01": "exclusion violation",
    "25001": "active SQL transaction", "25006": "read only SQL transaction", "25P01": "no active SQL transaction",
    "25P02": "in failed SQL transaction", "25P03": "idle in transaction session timeout",
    "26000": "invalid SQL statement name", "28000": "invalid authorization specification",
    "28P01": "invalid password", "34000": "invalid cursor name", "3D000": "invalid catalog name",
    "3F000": "invalid schema name", "40001": "serialization failure", "40P01": "deadlock detected",
    "42501": "insufficient privilege", "42601": "syntax error", "42602": "invalid name", "42701": "duplicate column",
    "42702": "ambiguous column", "42703": "undefined column", "42704": "undefined object",
    "42710": "duplicate object", "42804": "datatype mismatch", "42883": "undefined function",
    "42P01": "undefined table", "42P02": "undefined parameter", "42P05": "duplicate prepared statement",
    "42P07": "duplicate table", "42P10": "invalid column reference", "42P18": "indeterminate datatype",
    "53300": "too many connections", "54000": "program limit exceeded", "55006": "object in use",
    "55P03": "lock not available", "57014": "query canceled", "57P01": "admin shutdown", "P0001": "raise exception",
  ]

  private static let classes = [
    "02": "no data", "08": "connection exception", "0A": "feature not supported", "21": "cardinality violation",
    "22": "data exception", "23": "integrity constraint violation", "24": "invalid cursor state",
    "25": "invalid transaction state", "2B": "dependent privilege descriptors still exist",
    "2D": "invalid transaction termination", "2F": "SQL routine exception", "3B": "savepoint exception",
    "40": "transaction rollback", "42": "syntax error or access rule violation", "44": "with check option violation",
    "53": "insufficient resources", "54": "program limit exceeded", "55": "object not in prerequisite state",
    "57": "operator intervention", "58": "system error", "P0": "PL/pgSQL error", "XX": "internal error",
  ]
}
