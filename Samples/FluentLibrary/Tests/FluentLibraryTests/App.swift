import DatabaseTesting
import FluentKit
import FluentLibrary
import FluentPostgresDriver
import Foundation
import Logging
import NIOPosix
import PostgresInstrumentation

/// The app that all tests share, behind one endpoint.
struct App: Sendable {
  private let databases: Databases

  /// Made once, outside of any test's recording.
  static let shared = Task.detached { try await App() }

  private init() async throws {
    let environment = ProcessInfo.processInfo.environment
    guard let host = environment["DATABASE_TESTING_POSTGRESQL_HOST"],
      let port = environment["DATABASE_TESTING_POSTGRESQL_PORT"].flatMap({ Int($0) }),
      let password = environment["DATABASE_TESTING_POSTGRESQL_PASSWORD"]
    else { throw Missing() }
    let endpoint = try await PostgresEndpoint.start(
      to: .host(host, port: port, user: "postgres", password: password), name: "library")
    let databases = Databases(threadPool: .singleton, on: MultiThreadedEventLoopGroup.singleton)
    let configuration = SQLPostgresConfiguration(
      hostname: endpoint.host, port: endpoint.port, username: "postgres", password: password, database: "postgres",
      tls: .disable)
    databases.use(
      .recorded(.postgres(configuration: configuration, maxConnectionsPerEventLoop: 4), as: "library"), as: .psql)
    self.databases = databases
    // The first test makes it while others run: what is sent here is no test's.
    try await withoutDatabaseRecording {
      let database = try database
      try? await CreateLibrary().revert(on: database)
      try await CreateLibrary().prepare(on: database)
      for name in ["Ada", "Grace", "Barbara", "Edsger"] {
        try await Library(database).add(name, titles: ["\(name) I", "\(name) II"])
      }
    }
  }

  /// A database as a request has it: it knows the task that asked.
  var database: any Database {
    get throws {
      let logger = Logger(label: "library") { _ in SwiftLogNoOpLogHandler() }
      guard let database = databases.database(.psql, logger: logger, on: MultiThreadedEventLoopGroup.singleton.next())
      else { throw Missing() }
      return database
    }
  }

  struct Missing: Error, CustomStringConvertible {
    var description: String { "there is no PostgreSQL: run ./Samples/run, or Tests/PostgreSQL/with-server swift test" }
  }
}
