internal import DatabaseSupport

/// Which attributes tell that a span is a statement, and what they say of it.
///
/// Two rules are there from the start: OpenTelemetry's (`db.*`, stable and old names), and FluentKit's (`fluent.query.*`).
/// For a library with names of its own, add a rule before the first recording:
///
/// ```swift
/// DatabaseSpanRule.register(
///   DatabaseSpanRule(text: ["acme.sql"], system: ["acme.engine"], namespace: ["acme.database"]))
/// ```
public struct DatabaseSpanRule: Sendable, Hashable {
  /// Names of the attribute that holds the SQL text; the first that is there counts.
  public var text: [String]
  /// Names of the attribute that holds the operation, such as `SELECT` or `read`.
  public var operation: [String]
  /// Names of the attribute that holds the table.
  public var collection: [String]
  /// Names of the attribute that holds the name of the product.
  public var system: [String]
  /// Names of the attribute that holds the name of the database.
  public var namespace: [String]
  /// Names of the attribute that holds the host.
  public var serverAddress: [String]
  /// Names of the attribute that holds the number of rows that were read.
  public var returnedRows: [String]
  /// Names of the attribute that holds the code of a failure.
  public var status: [String]
  /// Whether such a span stands for a statement only where no driver's span, log message or hook inside of it does.
  public var isOfAnORM: Bool

  /// A rule; a list that is empty is never found.
  public init(
    text: [String] = [], operation: [String] = [], collection: [String] = [], system: [String] = [],
    namespace: [String] = [], serverAddress: [String] = [], returnedRows: [String] = [], status: [String] = [],
    isOfAnORM: Bool = false
  ) {
    self.text = text
    self.operation = operation
    self.collection = collection
    self.system = system
    self.namespace = namespace
    self.serverAddress = serverAddress
    self.returnedRows = returnedRows
    self.status = status
    self.isOfAnORM = isOfAnORM
  }

  /// [OpenTelemetry's database conventions](https://opentelemetry.io/docs/specs/semconv/database/database-spans/), the
  /// stable names and those before them.
  public static let openTelemetry = DatabaseSpanRule(
    text: ["db.query.text", "db.statement"], operation: ["db.operation.name", "db.operation"],
    collection: ["db.collection.name", "db.sql.table"], system: ["db.system.name", "db.system"],
    namespace: ["db.namespace", "db.name"], serverAddress: ["server.address", "net.peer.name"],
    returnedRows: ["db.response.returned_rows"], status: ["db.response.status_code", "error.type"])

  /// FluentKit, from 1.53 on: operation and table, without SQL.
  public static let fluent = DatabaseSpanRule(
    operation: ["fluent.query.operation"], collection: ["fluent.query.collection"],
    namespace: ["fluent.query.namespace"], status: ["error.type"], isOfAnORM: true)

  private static let registered = Locked([DatabaseSpanRule.openTelemetry, .fluent])

  /// Adds a rule for the process; the same one once.
  public static func register(_ rule: DatabaseSpanRule) {
    registered.withLock { rules in
      if !rules.contains(rule) { rules.append(rule) }
    }
  }

  static var all: [DatabaseSpanRule] { registered.withLock { $0 } }
}
