public import DatabaseInstrumentation
public import Logging

/// A log handler that puts the statements which database libraries log into the recording of the task, and hands every
/// message on.
///
/// It makes Fluent visible on any database, queries in transactions and lazily loaded children included:
///
/// ```swift
/// let databases = Databases(threadPool: .singleton, on: group)
/// let logger = Logger(label: "database") { RecordingLogHandler(forwardingTo: StreamLogHandler.standardError(label: $0)) }
/// let database = databases.database(logger: logger, on: group.next())
/// app.logger = Logger(label: "app", factory: { _ in RecordingLogHandler() })          // in Vapor, instead
/// ```
///
/// A message belongs to the recording of its task; where the task is lost, as on an event loop, to the one in which the
/// handler was made. What a message cannot tell is unknown: duration, rows and cost. Bound values are hashed, to tell the
/// runs of one statement apart, and go nowhere else than to the handler behind. A statement that SQLite's hooks or a
/// driver's span told of as well counts once.
public struct RecordingLogHandler: LogHandler {
  private var next: any LogHandler
  private let messages: [DatabaseLogMessage]
  private let dialect: SQLDialect?
  private let connection: ObservedConnection

  /// Makes a handler.
  ///
  /// - Parameters:
  ///   - handler: Gets every message that is on its level or above.
  ///   - messages: How libraries tell of statements.
  ///   - dialect: By which rules their SQL is read; where it is `nil`, what the text looks like decides.
  public init(
    forwardingTo handler: any LogHandler = SwiftLogNoOpLogHandler(), messages: [DatabaseLogMessage] = .standard,
    dialect: SQLDialect? = nil
  ) {
    next = handler
    self.messages = messages
    self.dialect = dialect
    connection = ObservedConnection(
      info: ConnectionInfo(
        id: InstrumentedConnection.nextID(), name: "logged statements", file: nil, system: .otherSQL),
      database: ObservedDatabase())
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
    record(event)
    if event.level >= next.logLevel { next.log(event: event) }
  }

  private func record(_ event: LogEvent) {
    guard let metadata = event.metadata else { return }
    let text = event.message.description
    for message in messages where message.message == text {
      guard let sql = metadata[message.sql]?.description else { continue }
      connection.note(
        logged: sql, values: message.binds.flatMap { Self.values(metadata[$0]) },
        dialect: dialect ?? .guessed(from: sql))
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
