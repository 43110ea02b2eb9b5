/// A log message by which a database library tells of a statement.
///
/// The drivers of SQLKit are known from the start. For another library make the handler with its message:
///
/// ```swift
/// RecordingLogHandler(
///   forwardingTo: StreamLogHandler.standardError(label: "database"), messages: .standard + [DatabaseLogMessage("query", sql: "text", binds: "arguments")])
/// ```
public struct DatabaseLogMessage: Sendable, Hashable {
  /// The message, all of it.
  public var message: String
  /// The name of the metadata that holds the SQL.
  public var sql: String
  /// The name of the metadata that holds the bound values, an array; `nil` where there is none.
  public var binds: String?

  /// A message.
  public init(_ message: String, sql: String, binds: String? = nil) {
    self.message = message
    self.sql = sql
    self.binds = binds
  }

  /// What PostgresKit, MySQLKit and SQLiteKit log for every statement, of Fluent's too: at the level `debug`, unless
  /// `queryLogLevel` says otherwise.
  public static let sqlKit = DatabaseLogMessage("Executing query", sql: "sql", binds: "binds")
}

extension [DatabaseLogMessage] {
  /// The messages that are known.
  public static var standard: [DatabaseLogMessage] { [.sqlKit] }
}
