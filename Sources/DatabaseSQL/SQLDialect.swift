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
  /// Whether it is the text alone that says so: what is a value in any dialect is one.
  private(set) var isGuessed = false

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

  private init(rules: Rules, isGuessed: Bool = false) {
    self.rules = rules
    self.isGuessed = isGuessed
  }

  /// The dialect of a text that comes without one: numbered dollar parameters are PostgreSQL's, backticks MySQL's.
  ///
  /// A guess can be wrong, so what is a string or a comment in any of the dialects is taken for one.
  package static func guessed(from sql: String) -> SQLDialect {
    if sql.utf8.contains(UInt8(ascii: "`")) { return SQLDialect(rules: .mySQL, isGuessed: true) }
    let numbered = zip(sql.utf8, sql.utf8.dropFirst()).contains {
      $0 == UInt8(ascii: "$") && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($1)
    }
    return SQLDialect(rules: numbered ? .postgreSQL : .sqlite, isGuessed: true)
  }

  var isSQLite: Bool { rules == .sqlite }
  var isPostgreSQL: Bool { rules == .postgreSQL }
  var isMySQL: Bool { rules == .mySQL }
}
