public import DatabaseInstrumentation
public import Logging

/// A log handler that puts the statements which database libraries log into the recording of the task, and hands every
/// message on.
///
/// It makes Fluent visible on any database, queries in transactions and lazily loaded children included:
///
/// ```swift
/// let logger = Logger(label: "database") { RecordingLogHandler(forwardingTo: StreamLogHandler.standardError(label: $0)) }
/// let database = databases.database(logger: logger, on: group.next())
/// app.logger = Logger(label: "app", factory: { _ in RecordingLogHandler() })          // in Vapor, instead
/// ```
///
/// A message belongs to the recording of its task. A pooled connection logs through the logger of whoever opened it, and Fluent runs
/// the body of a transaction in a task of an event loop, so that many a message has no task: it is that of the recording which runs
/// alone. Where several run it is nobody's, and an expectation whose verdict it would change says that it cannot be checked. Hand the
/// recording on with `DatabaseTaskContext`, and the messages have it again.
///
/// What a message cannot tell is unknown: duration, rows, cost, and whether the statement failed. Where a span tells of the same
/// statement, what both know is known. Bound values are hashed, to tell the runs of one statement apart, and go nowhere else than to
/// the handler behind; those that are printed like others, `Data` and `Date`, are unknown.
public struct RecordingLogHandler: LogHandler {
  private var next: any LogHandler
  private let messages: [DatabaseLogMessage]
  private let dialect: SQLDialect?
  private let database: LoggedDatabase

  /// Makes a handler.
  ///
  /// - Parameters:
  ///   - handler: Gets every message that is on its level or above.
  ///   - messages: How libraries tell of statements.
  ///   - dialect: By which rules their SQL is read; where it is `nil`, the database's product, else what the text looks like decides.
  ///   - database: Which database its statements run on.
  public init(
    forwardingTo handler: any LogHandler = SwiftLogNoOpLogHandler(), messages: [DatabaseLogMessage] = .standard,
    dialect: SQLDialect? = nil, database: LoggedDatabase = .unnamed
  ) {
    next = handler
    self.messages = messages
    self.dialect = dialect
    self.database = database
    WatchedClients.noteLog()
    LogUse.note()
  }

  /// `trace`, since a library may log its statements at any level; the handler behind gets what is on its own level, which is
  /// the one that is set.
  public var logLevel: Logger.Level {
    get { .trace }
    set { next.logLevel = newValue }
  }

  /// The metadata of the handler behind.
  public var metadata: Logger.Metadata {
    get { next.metadata }
    set { next.metadata = newValue }
  }

  /// The metadata provider of the handler behind.
  public var metadataProvider: Logger.MetadataProvider? {
    get { next.metadataProvider }
    set { next.metadataProvider = newValue }
  }

  /// One value of the metadata of the handler behind.
  public subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { next[metadataKey: key] }
    set { next[metadataKey: key] = newValue }
  }

  /// Records the statement that a message tells of, and hands the message on.
  public func log(event: LogEvent) {
    LogUse.note()
    record(event)
    if event.level >= next.logLevel { next.log(event: event) }
  }

  private func record(_ event: LogEvent) {
    guard let metadata = event.metadata else { return }
    let text = event.message.description
    for message in messages where message.message == text {
      guard let sql = metadata[message.sql]?.description else { continue }
      database.connection.note(
        logged: sql, values: message.binds.flatMap { Self.values(metadata[$0]) },
        dialect: dialect ?? database.dialect(of: sql))
      return
    }
  }

  private static func values(_ metadata: Logger.MetadataValue?) -> [String]? {
    switch metadata {
    case .array(let values): values.map(\.description)
    case .string(let text): [text]
    case .stringConvertible(let value): [value.description]
    default: nil
    }
  }
}
