// Copy this file into your tests. It is a driver around Fluent's, which says in whose task a statement is sent: by the log that SQLKit's drivers
// write, in transactions, futures and tasks of event loops as well.

import DatabaseTesting
import FluentKit
import FluentSQL
import Logging
import NIOCore

extension DatabaseConfigurationFactory {
  /// The same database, whose statements belong to the recording of the task that asked for it.
  ///
  /// ```swift
  /// databases.use(.recorded(.postgres(configuration: configuration), as: "library"), as: .psql)
  /// ```
  ///
  /// - Parameter name: That of the database on its server, or of the endpoint in front of it.
  static func recorded(_ other: DatabaseConfigurationFactory, as name: String) -> DatabaseConfigurationFactory {
    DatabaseConfigurationFactory { RecordedConfiguration(other: other.make(), name: name) }
  }
}

private struct RecordedConfiguration: DatabaseConfiguration {
  var other: any DatabaseConfiguration
  let name: String

  var middleware: [any AnyModelMiddleware] {
    get { other.middleware }
    set { other.middleware = newValue }
  }

  func makeDriver(for databases: Databases) -> any DatabaseDriver {
    RecordedDriver(
      other: other.makeDriver(for: databases),
      database: LoggedDatabase(name, system: .postgreSQL, driverFile: #filePath))
  }
}

private struct RecordedDriver: DatabaseDriver {
  let other: any DatabaseDriver
  let database: LoggedDatabase

  func makeDatabase(with context: DatabaseContext) -> any Database {
    let next = context.logger.handler
    let logger = Logger(label: context.logger.label) { _ in RecordingLogHandler(forwardingTo: next, database: database)
    }
    let recorded = DatabaseContext(
      configuration: context.configuration, logger: logger, eventLoop: context.eventLoop, history: context.history,
      pageSizeLimit: context.pageSizeLimit, shouldTrace: context.shouldTrace)
    return RecordedDatabase.around(other.makeDatabase(with: recorded), .current)
  }

  func shutdown() { other.shutdown() }
  func shutdownAsync() async { await other.shutdownAsync() }
}

private struct RecordedDatabase: Database {
  private let other: any Database & SQLDatabase
  /// Of the task that asked for the database, for where the task is lost.
  private let task: DatabaseTaskContext

  static func around(_ other: any Database, _ task: DatabaseTaskContext) -> any Database {
    guard let other = other as? any Database & SQLDatabase else { return other }
    return RecordedDatabase(other: other, task: task)
  }

  /// The task that sends now, or that which asked for the database: one that FluentKit makes on an event loop has a span and no recording.
  private var current: DatabaseTaskContext {
    let current = DatabaseTaskContext.current
    return current.hasRecording || !task.hasRecording ? current : task
  }

  var context: DatabaseContext { other.context }
  var inTransaction: Bool { other.inTransaction }

  func execute(
    query: DatabaseQuery, onOutput: @escaping @Sendable (any DatabaseOutput) -> Void
  ) -> EventLoopFuture<Void> {
    current.run { other.execute(query: query, onOutput: onOutput) }
  }

  func execute(schema: DatabaseSchema) -> EventLoopFuture<Void> { current.run { other.execute(schema: schema) } }
  func execute(enum: DatabaseEnum) -> EventLoopFuture<Void> { current.run { other.execute(enum: `enum`) } }

  func withConnection<T>(
    _ closure: @escaping @Sendable (any Database) -> EventLoopFuture<T>
  ) -> EventLoopFuture<T> {
    let task = current
    return other.withConnection { connection in task.run { closure(Self.around(connection, task)) } }
  }

  func transaction<T>(_ closure: @escaping @Sendable (any Database) -> EventLoopFuture<T>) -> EventLoopFuture<T> {
    guard !inTransaction else { return closure(self) }
    let task = current
    return other.withConnection { connection in
      guard let control = connection as? any TransactionControlDatabase else { return connection.transaction(closure) }
      let recorded = Self.around(connection, task)
      return task.run { control.beginTransaction() }.flatMap {
        task.run { closure(recorded) }.flatMap { result in
          task.run { control.commitTransaction() }.map { result }
        }.flatMapError { error in
          task.run { control.rollbackTransaction() }.flatMapThrowing { throw error }
        }
      }
    }
  }
}

extension RecordedDatabase: SQLDatabase {
  var logger: Logger { context.logger }
  var eventLoop: any EventLoop { context.eventLoop }
  var version: (any SQLDatabaseReportedVersion)? { other.version }
  var dialect: any FluentSQL.SQLDialect { other.dialect }
  var queryLogLevel: Logger.Level? { other.queryLogLevel }

  func execute(
    sql query: any SQLExpression, _ onRow: @escaping @Sendable (any SQLRow) -> Void
  ) -> EventLoopFuture<Void> {
    current.run { other.execute(sql: query, onRow) }
  }

  func execute(sql query: any SQLExpression, _ onRow: @escaping @Sendable (any SQLRow) -> Void) async throws {
    try await current.run { try await other.execute(sql: query, onRow) }
  }

  func withSession<R>(_ closure: @escaping @Sendable (any SQLDatabase) async throws -> R) async throws -> R {
    let task = current
    return try await other.withSession { session in try await task.run { try await closure(session) } }
  }
}
