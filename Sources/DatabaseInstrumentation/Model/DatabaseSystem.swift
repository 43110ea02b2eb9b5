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

  /// How people call it: `PostgreSQL`; `nil` where it has no name of its own here.
  package var productName: String? {
    switch rawValue {
    case "sqlite": "SQLite"
    case "postgresql", "postgres": "PostgreSQL"
    case "mysql": "MySQL"
    case "mariadb": "MariaDB"
    default: nil
    }
  }

  /// A query for the definitions of all tables: each row is one of them, its only column is text; `nil` where none is known.
  ///
  /// For `defineOnce(_:)`. Of PostgreSQL it tells columns, primary keys, unique and foreign keys, with their actions; that there are triggers;
  /// and views.
  public var definitionsQuery: String? {
    self == .postgreSQL ? "\(PostgresDefinitions.tables) UNION ALL \(PostgresDefinitions.views)" : nil
  }

  /// The name.
  public var description: String { rawValue }
}
