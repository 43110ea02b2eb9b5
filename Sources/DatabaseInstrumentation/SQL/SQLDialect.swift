/// The lexical rules by which SQL text is taken apart.
///
/// What the databases disagree on is small: what quotes a string, what starts a comment, which characters make an
/// operator. The wrong dialect gives a coarser or a finer shape, never an error.
///
/// ```swift
/// StatementShape("SELECT tags ? 'new' FROM book", dialect: .postgreSQL).normalizedSQL
/// // SELECT tags ? ? FROM book
/// ```
public struct SQLDialect: Sendable, Hashable {
  private enum Rules: UInt8 { case sqlite, postgreSQL, mySQL }

  private let rules: Rules

  /// SQLite: four quotings of names, and parameters `?`, `?1`, `:a`, `@a` and `$a`.
  ///
  /// See [the tokens of SQLite](https://www.sqlite.org/lang_expr.html).
  public static let sqlite = SQLDialect(rules: .sqlite)

  /// PostgreSQL: dollar quotes, nested comments, arrays, and operators made of any operator characters, `?` included.
  ///
  /// See [lexical structure](https://www.postgresql.org/docs/current/sql-syntax-lexical.html).
  public static let postgreSQL = SQLDialect(rules: .postgreSQL)

  /// MySQL and MariaDB: backslash escapes, `"` for strings, `#` comments.
  ///
  /// See [language structure](https://dev.mysql.com/doc/refman/8.4/en/language-structure.html).
  public static let mySQL = SQLDialect(rules: .mySQL)

  var isSQLite: Bool { rules == .sqlite }
  var isPostgreSQL: Bool { rules == .postgreSQL }
  var isMySQL: Bool { rules == .mySQL }
}
