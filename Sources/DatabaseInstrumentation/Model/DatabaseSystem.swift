/// Which database product a connection leads to, as `db.system.name` calls it.
///
/// See [the well-known names](https://opentelemetry.io/docs/specs/semconv/registry/attributes/db/#db-system-name).
public struct DatabaseSystem: Sendable, Hashable, RawRepresentable, ExpressibleByStringLiteral, CustomStringConvertible
{
  /// The name: `sqlite`.
  public let rawValue: String

  /// A system by its name.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// A system by its name: `let system: DatabaseSystem = "cockroachdb"`.
  public init(stringLiteral value: String) {
    rawValue = value
  }

  /// SQLite.
  public static let sqlite: DatabaseSystem = "sqlite"
  /// PostgreSQL.
  public static let postgreSQL: DatabaseSystem = "postgresql"
  /// MySQL.
  public static let mySQL: DatabaseSystem = "mysql"
  /// MariaDB.
  public static let mariaDB: DatabaseSystem = "mariadb"
  /// Any database that speaks SQL and has no name of its own here.
  public static let otherSQL: DatabaseSystem = "other_sql"

  /// The rules by which its SQL is read; those of SQLite where the system is not known.
  public var dialect: SQLDialect {
    switch rawValue {
    case "postgresql", "postgres", "cockroachdb", "aws.redshift": .postgreSQL
    case "mysql", "mariadb": .mySQL
    default: .sqlite
    }
  }

  /// The name.
  public var description: String { rawValue }
}
