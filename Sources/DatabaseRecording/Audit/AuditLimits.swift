internal import DatabaseInstrumentation

/// From when on a rule of the audit speaks.
struct AuditLimits: Sendable {
  /// Rows that one execution handles for nothing.
  var rows: Int
  /// Tables that are left alone, by their names in lower case.
  var exceptions: Set<String> = []
  /// Statements that were shown to look at more rows the more there are: of them two are too many.
  var growing: Set<StatementShape> = []

  /// A needle in a haystack: so many rows are looked at for each that is wanted.
  static let ratio = 10
}

/// What a rule found in some statements.
struct AuditFault {
  var kind: Finding.Kind
  var statements: [ExecutedStatement]
  /// What stands before it, where that is not the statement.
  var subject: String?
  /// `looks at 10000 rows of book to find 1`
  var what: String
  var facts: [String]
  /// Lines below the statement.
  var evidence: [String] = []
  /// Lines of which the first begins with `  fix: `.
  var cure: [String]
}

/// Rules of the audit that read one statement, with all its executions.
protocol AuditRule: SendableMetatype {
  init()
  func fault(of statement: AuditedStatement) -> AuditFault?
}
