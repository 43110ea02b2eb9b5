import DatabaseTesting
import Logging
import NIOCore
import NIOPosix
import Tracing

/// An event loop of SwiftNIO.
struct StandInLoop: Sendable {
  private let loop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next()

  func execute(_ body: @escaping @Sendable () -> Void) { loop.execute(body) }

  /// What FluentKit runs the body of a transaction with: a task that is made on the event loop.
  func task<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
    let loop = loop
    return try await loop.flatSubmit { loop.makeFutureWithTask(body) }.get()
  }
}

extension StandInLoop {
  func run<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R {
    await withCheckedContinuation { continuation in execute { continuation.resume(returning: body()) } }
  }
}

/// A client that behaves as Fluent does on PostgreSQL: what it sends by itself it logs in the caller's task, on the caller's logger, within
/// a span; what it sends in a transaction it logs on the logger of whoever opened the connection, from an event loop or a task that was
/// made on one, without a span.
final class StandInClient: Sendable {
  let logger: Logger
  /// That of whoever opened the pooled connection.
  let opener: Logger
  private let loop = StandInLoop()

  struct Failure: Error {}

  /// - Parameters:
  ///   - opener: `nil`: the same.
  init(_ logger: Logger, opener: Logger? = nil) {
    self.logger = logger
    self.opener = opener ?? logger
  }

  convenience init(_ database: LoggedDatabase) { self.init(Self.logger(database)) }

  static func logger(_ database: LoggedDatabase) -> Logger {
    Logger(label: "app") { _ in RecordingLogHandler(database: database) }
  }

  /// Two tables that the process knows, or not.
  static func library(_ name: String = #function, hasKeys: Bool = true) -> LoggedDatabase {
    let database = LoggedDatabase(name, system: .postgreSQL)
    if hasKeys {
      database.define(
        """
        CREATE TABLE "authors" ("id" BIGINT PRIMARY KEY, "name" TEXT);
        CREATE TABLE "books" ("id" BIGINT PRIMARY KEY, "author_id" BIGINT REFERENCES "authors" ("id"))
        """)
    }
    return database
  }

  /// What FluentKit does for a query that it was told to await.
  func query(
    _ sql: String, _ binds: [String] = [], operation: String = "read", table: String = "books", fails: Bool = false
  ) async throws {
    try await InstrumentationSystem.tracer.withAnySpan("fluent.query", ofKind: .client) { span in
      span.attributes["fluent.query.operation"] = operation
      span.attributes["fluent.query.collection"] = table
      Self.log(sql, binds, on: logger)
      await loop.run {}
      if fails { throw Failure() }
    }
  }

  /// Without a span, as raw SQL.
  func raw(_ sql: String, _ binds: [String] = [], fails: Bool = false) async throws {
    Self.log(sql, binds, on: logger)
    await loop.run {}
    if fails { throw Failure() }
  }

  /// From a callback on the event loop, as futures that are mapped.
  func future(_ sql: String, _ binds: [String] = []) async {
    let logger = logger
    await loop.run { Self.log(sql, binds, on: logger) }
  }

  struct Connection: Sendable {
    let logger: Logger

    func query(_ sql: String, _ binds: [String] = []) async { StandInClient.log(sql, binds, on: logger) }
  }

  func transaction(_ body: @escaping @Sendable (Connection) async throws -> Void) async throws {
    let opener = opener
    await loop.run { Self.log("BEGIN", [], on: opener) }
    do {
      try await loop.task { try await body(Connection(logger: opener)) }
      await loop.run { Self.log("COMMIT", [], on: opener) }
    } catch {
      await loop.run { Self.log("ROLLBACK", [], on: opener) }
      throw error
    }
  }

  fileprivate static func log(_ sql: String, _ binds: [String], on logger: Logger) {
    logger.debug("Executing query", metadata: ["sql": .string(sql), "binds": .array(binds.map { .string($0) })])
  }
}

/// What the app does with it.
extension StandInClient {
  static let allAuthors = #"SELECT "authors".* FROM "authors""#
  static let booksOfAuthor = #"SELECT "books".* FROM "books" WHERE "books"."author_id" = $1"#
  static let insertBook = #"INSERT INTO "books" ("id", "author_id") VALUES ($1, $2)"#

  func authors() async throws { try await query(Self.allAuthors, table: "authors") }

  func booksOfEach(_ count: Int = 4) async throws {
    try await authors()
    for number in 1...count { try await query(Self.booksOfAuthor, ["\(number)"]) }
  }

  func threeInserts() async throws {
    try await transaction { connection in
      for number in 1...3 { await connection.query(Self.insertBook, ["\(number)", "1"]) }
    }
  }
}
