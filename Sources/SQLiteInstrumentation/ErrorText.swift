internal import DatabaseInstrumentation
internal import DatabaseSupport

/// SQLite's messages without what may be a value.
///
/// They quote values in many ways: the text of a statement, a search, a path, what `RAISE` and the app's own functions say.
/// So only what is known is kept: messages that SQLite has word for word, and those that name tables, columns and functions,
/// if these stand as names in the statement, or come from the schema. Of any other message its code is left.
struct ErrorText {
  private let message: String
  private let code: Int

  init(_ message: String, code: Int) {
    self.message = message
    self.code = code
  }

  /// Of a statement that failed while it ran.
  var ofExecution: String {
    if Self.constants.contains(message) { return message }
    switch code {
    case 275: return checkFailure ?? named
    // UNIQUE, PRIMARY KEY, NOT NULL, a rowid, the type of a column: SQLite names columns and indexes.
    case 2067, 1555, 1299, 2579, 3091:
      return Self.constraints.contains(where: message.hasPrefix) ? message.oneShortLine : named
    default: return named
    }
  }

  /// Of a statement that could not be prepared: it quotes names, and the token that was not understood.
  ///
  /// - Parameters:
  ///   - shape: What is shown of the statement.
  ///   - sql: The statement, if it is known as a whole: what does not stand in it comes from the schema.
  func ofPreparation(_ shape: StatementShape, sql: String?) -> String {
    if Self.constants.contains(message) { return message }
    let words = Set(shape.words.map { $0.lowercased() })
    let text = sql?.lowercased() ?? ""
    let mayQuote = isAboutSyntax || text.isEmpty
    func isShown(_ name: Substring) -> Bool {
      let parts = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
      return parts.allSatisfy { words.contains(String($0)) || (!mayQuote && !$0.isEmpty && !text.contains($0)) }
    }
    for pattern in Self.patterns {
      guard let holes = pattern.holes(in: message) else { continue }
      return pattern.filled(
        holes.map { hole in
          let isCount = pattern.hasCounts && hole.allSatisfy(\.isNumber)
          return isShown(hole) || isCount || Self.isPunctuation(hole) ? hole : "…"
        })
    }
    return named
  }

  /// Whether the message says that the statement's text itself is broken, so that a quotation in it may end anywhere.
  var isAboutSyntax: Bool {
    ["syntax error", "unrecognized token", "incomplete input"].contains { message.contains($0) }
  }

  /// `SQLITE_CONSTRAINT_TRIGGER: constraint failed`
  private var named: String {
    let name = ResultCode.name(code).map { $0 + ": " } ?? ""
    return name + (ResultCode.text(code) ?? "error \(code)")
  }

  /// SQLite quotes the name of the constraint, or its expression as the schema has it, with the values in it.
  private var checkFailure: String? {
    let prefix = "CHECK constraint failed: "
    guard message.hasPrefix(prefix) else { return nil }
    let select = "SELECT "
    let expression = StatementShape(select + message.dropFirst(prefix.count)).normalizedSQL
    guard expression.hasPrefix(select) else { return prefix + "?" }
    return (prefix + expression.dropFirst(select.count)).oneShortLine
  }

  private static func isPunctuation(_ token: Substring) -> Bool {
    token.count <= 2
      && token.unicodeScalars.allSatisfy { $0.isASCII && !$0.properties.isAlphabetic && !("0"..."9").contains($0) }
  }
}

extension String {
  fileprivate var oneShortLine: String {
    let line = singleLine
    return line.count > 200 ? line.prefix(199) + "…" : line
  }
}

extension ErrorText {
  private static let constraints = [
    "UNIQUE constraint failed: ", "NOT NULL constraint failed: ", "PRIMARY KEY constraint failed: ", "cannot store ",
  ]

  /// What SQLite says word for word.
  private static let constants: Set<String> = [
    "FOREIGN KEY constraint failed", "UNIQUE constraint failed", "constraint failed", "database is locked",
    "database table is locked",
    "database schema is locked: main", "database schema has changed", "attempt to write a readonly database",
    "datatype mismatch",
    "string or blob too big", "unable to open database file", "database disk image is malformed", "disk I/O error",
    "database or disk is full", "out of memory", "interrupted", "not authorized", "query aborted",
    "authorization denied",
    "file is not a database", "incomplete input", "integer overflow", "malformed JSON", "SQL logic error",
    "cannot start a transaction within a transaction", "cannot commit - no transaction is active",
    "cannot rollback - no transaction is active", "cannot commit transaction - SQL statements in progress",
    "cannot rollback transaction - SQL statements in progress", "cannot open savepoint - SQL statements in progress",
    "cannot release savepoint - SQL statements in progress", "cannot VACUUM from within a transaction",
    "cannot VACUUM - SQL statements in progress", "cannot ATTACH database within transaction",
    "ESCAPE expression must be a single character", "LIKE or GLOB pattern too complex", "no tables specified",
    "too many SQL variables", "abort due to ROLLBACK", "another row available", "no more rows available",
    "unknown error",
    "large file support is disabled", "parser stack overflow", "Expression tree is too large (maximum depth 1000)",
    "all VALUES must have the same number of terms", "row value misused", "bad parameter or other API misuse",
    "column index out of range", "too many columns in result set", "too many terms in compound SELECT",
    "LIMIT clause should come after UNION ALL not before", "HAVING clause on a non-aggregate query",
    "recursive reference in a subquery",
    "a GROUP BY clause is required before HAVING", "temporary table name must be unqualified",
    "database table is locked: sqlite_master", "table sqlite_master may not be modified",
    "cannot use RETURNING in a trigger",
  ]

  /// What SQLite says with names in it, when it prepares a statement.
  private static let patterns = [
    #"no such column: "%" - should this be a string literal in single-quotes?"#,
    #"near "%": syntax error"#, #"unrecognized token: "%""#, "no such table: %", "no such column: %",
    "no such function: %",
    "no such index: %", "no such view: %", "no such trigger: %", "no such module: %", "no such savepoint: %",
    "no such collation sequence: %", "no such database: %", "no such window: %", "unknown database %",
    "unknown database: %", "ambiguous column name: %", "duplicate column name: %", "duplicate WITH table name: %",
    "table % already exists", "view % already exists", "index % already exists", "trigger % already exists",
    "there is already a table named %", "there is already an index named %",
    "there is already another table or index with this name: %",
    "table % has no column named %", "table % has % columns but % values were supplied",
    "table % has % values for % columns", "% values for % columns", "table % may not be modified",
    "table % may not be altered", "table % may not be dropped", "table % may not be indexed",
    "cannot modify % because it is a view", "cannot create trigger on system table",
    "cannot create % trigger on view: %",
    "cannot create INSTEAD OF trigger on table: %", "cannot add a PRIMARY KEY column",
    "cannot add a NOT NULL column with default value NULL",
    "cannot add a UNIQUE column", "cannot UPDATE generated column %", #"cannot INSERT into generated column "%""#,
    #"cannot UPDATE generated column "%""#, #"cannot drop column "%": %"#,
    "index associated with UNIQUE or PRIMARY KEY constraint cannot be dropped",
    #"foreign key mismatch - "%" referencing "%""#, #"unknown column "%" in foreign key definition"#,
    "number of columns in foreign key does not match the number of columns in the referenced table",
    "ON CONFLICT clause does not match any PRIMARY KEY or UNIQUE constraint",
    "object name reserved for internal use: %",
    "misuse of aggregate: %()", "misuse of aggregate function %()", "misuse of window function %()",
    "wrong number of arguments to function %()", "% may not be used as a window function", "circular reference: %",
    "sub-select returns % columns - expected %",
    "SELECTs to the left and right of % do not have the same number of result columns",
    "% ORDER BY term out of range - should be between % and %",
    "% GROUP BY term out of range - should be between % and %",
    "access to % is prohibited", "not authorized to use function: %", "error in view %: no such table: %",
    "error in view %: no such column: %", "error in trigger %: no such table: %",
    "error in trigger %: no such column: %",
    "error in index % after rename: no such column: %", "multiple primary keys for table %",
    "must have at least one non-generated column",
    "PRIMARY KEY missing on table %", "missing datatype for %", #"unknown datatype for %: "%""#,
    "unknown table option: %",
    "AUTOINCREMENT is only allowed on an INTEGER PRIMARY KEY", "virtual tables may not be altered",
    "view % is circularly defined",
    "expected % columns for '%' but got %", "% is not a function", "use DROP VIEW to delete view %",
    "use DROP TABLE to delete table %",
    "cannot join using column % - column not present in both tables",
    "a NATURAL join may not have an ON or USING clause",
    "database table is locked: %", "'%' is not a function",
  ].map { MessagePattern($0) }
}

/// A message with places for names.
struct MessagePattern {
  private let pieces: [String]

  /// - Parameter text: `%` stands for a name.
  init(_ text: String) {
    pieces = text.split(separator: "%", omittingEmptySubsequences: false).map { String($0) }
  }

  /// Whether there are places for numbers of columns and the like.
  var hasCounts: Bool { pieces.contains { $0.contains("columns") || $0.contains("BY term") } }

  /// What a message has in the places; `nil` where it is another one.
  func holes(in message: String) -> [Substring]? {
    guard message.hasPrefix(pieces[0]) else { return nil }
    guard pieces.count > 1 else { return message == pieces[0] ? [] : nil }
    var holes: [Substring] = []
    var rest = message.dropFirst(pieces[0].count)
    for piece in pieces[1..<(pieces.count - 1)] {
      guard let found = rest.firstRange(of: piece) else { return nil }
      holes.append(rest[..<found.lowerBound])
      rest = rest[found.upperBound...]
    }
    guard let last = pieces.last, rest.hasSuffix(last) else { return nil }
    holes.append(rest.dropLast(last.count))
    return holes.contains { $0.isEmpty } ? nil : holes
  }

  func filled(_ holes: [Substring]) -> String {
    zip(pieces.dropFirst(), holes).reduce(pieces[0]) { $0 + $1.1 + $1.0 }
  }
}
